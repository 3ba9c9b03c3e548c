"""Reads a card as a client of jumdata: a multipart form with the file or, if a third argument says so, its base64.

APP_ID=... APP_SECRET=... python3 jumdata.py https://api.jumdata.com card.jpg [base64]
"""
import base64
import hashlib
import os
import sys
import time
import urllib.request
import uuid

host, picture = sys.argv[1:3]
with open(picture, "rb") as file:
    image = file.read()
app_id, timestamp = os.environ["APP_ID"], str(int(time.time() * 1000))
sign = hashlib.sha256((app_id + os.environ["APP_SECRET"] + timestamp).encode()).hexdigest()

fields = [("appId", "", app_id.encode()), ("timestamp", "", timestamp.encode()), ("sign", "", sign.encode())]
if sys.argv[3:] == ["base64"]:
    fields.append(("base64", "", base64.encodebytes(image)))  # in lines of 76 characters
else:
    fields.append(("file", '; filename="card.jpg"\r\nContent-Type: image/jpeg', image))
boundary = uuid.uuid4().hex
body = b"".join(
    f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + value + b"\r\n"
    for name, more, value in fields
) + f"--{boundary}--\r\n".encode()
request = urllib.request.Request(host + "/ocr/idcard-v1", body, {"Content-Type": "multipart/form-data; boundary=" + boundary})
with urllib.request.urlopen(request) as response:  # the vendor's failures have the status 200
    print(response.read().decode())
