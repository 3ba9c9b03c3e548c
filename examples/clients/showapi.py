"""Reads a card as a client of showapi: a form and an AppCode.

APP_CODE=... python3 showapi.py https://idcare7.market.alicloudapi.com card.jpg
"""
import base64
import os
import sys
import urllib.error
import urllib.parse
import urllib.request

host, picture = sys.argv[1:]
with open(picture, "rb") as file:
    form = {"imgData": base64.b64encode(file.read()).decode(), "need_more_info": "1"}
request = urllib.request.Request(host + "/ocrIdCard", urllib.parse.urlencode(form).encode(), {
    "Authorization": "APPCODE " + os.environ["APP_CODE"],
    "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
})
try:
    with urllib.request.urlopen(request) as response:
        print(response.read().decode())
except urllib.error.HTTPError as error:  # the gateway's; the vendor's own failures have the status 200
    print(error.code, error.headers.get("X-Ca-Error-Message", ""), error.read().decode())
    sys.exit(1)
