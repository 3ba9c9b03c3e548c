"""Reads a card as a client of duguang: a JSON body and an AppCode.

APP_CODE=... python3 duguang.py https://ocrapi-idcard.taobao.com card.jpg
"""
import base64
import json
import os
import sys
import urllib.error
import urllib.request

host, picture = sys.argv[1:]
with open(picture, "rb") as file:
    body = json.dumps({"img": base64.b64encode(file.read()).decode(), "figure": True}).encode()
request = urllib.request.Request(host + "/ocrservice/idcard", body, {
    "Authorization": "APPCODE " + os.environ["APP_CODE"],
    "Content-Type": "application/json; charset=UTF-8",
})
try:
    with urllib.request.urlopen(request) as response:
        print(response.read().decode())
except urllib.error.HTTPError as error:  # the vendor's status is its error_code
    print(error.code, error.headers.get("X-Ca-Error-Message", ""), error.read().decode())
    sys.exit(1)
