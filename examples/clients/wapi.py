"""Reads a card as a client of wapi that puts everything into the query as it is: plus, slash and equals sign of the base64
are not escaped.

APP_ID=... APP_SECRET=... python3 wapi.py https://HOST-SHOWN-AFTER-LOGIN card.jpg
"""
import base64
import hashlib
import os
import string
import sys
import time
import urllib.parse
import urllib.request

host, picture = sys.argv[1:]
with open(picture, "rb") as file:
    image = base64.b64encode(file.read()).decode()
params = {"appid": os.environ["APP_ID"], "format": "json", "time": str(round(time.time())), "url_image": image}
signed = "".join(name + params[name] for name in sorted(params))
params["sign"] = hashlib.md5((signed + os.environ["APP_SECRET"]).encode()).hexdigest()
query = "&".join(name + "=" + value for name, value in params.items())
address = urllib.parse.quote(host + "/pyi/76/194?" + query, safe=string.printable)
with urllib.request.urlopen(address) as response:
    print(response.read().decode())
