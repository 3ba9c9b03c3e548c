package main

import (
	"encoding/json"
	"os"
	"strconv"
	"testing"

	"github.com/ocrmux/ocrmux/sdk"
	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

func TestSignatureOfTheVendorsExample(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/tc3.json")
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		SecretID  string `json:"secret_id"`
		Secret    string `json:"secret"`
		Service   string `json:"service"`
		Host      string `json:"host"`
		Action    string `json:"action"`
		Timestamp int64  `json:"timestamp"`
		Payload   string `json:"payload"`
		Signature string `json:"signature"`
	}
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	header := signed{v.Service, v.Host, v.Action}.authorization(v.Timestamp*1000, strconv.FormatInt(v.Timestamp, 10), sdk.Text(v.Payload))
	got := sdktest.Evaluate(t, header, map[string]string{"secret_id": v.SecretID, "secret_key": v.Secret})
	want := "TC3-HMAC-SHA256 Credential=" + v.SecretID + "/2019-02-25/cvm/tc3_request, SignedHeaders=content-type;host;x-tc-action, Signature=" + v.Signature
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestSignedHost(t *testing.T) {
	t.Parallel()
	for endpoint, want := range map[string]string{
		"https://ocr.tencentcloudapi.com":              "ocr.tencentcloudapi.com",
		"https://ocr.ap-guangzhou.tencentcloudapi.com": "ocr.ap-guangzhou.tencentcloudapi.com",
		"https://OCR.intl.tencentcloudapi.com":         "ocr.intl.tencentcloudapi.com",
		"http://gateway.internal:8080/tencent":         "ocr.tencentcloudapi.com",
		"https://tencentcloudapi.com.example.com":      "ocr.tencentcloudapi.com",
		"http://127.0.0.1:1":                           "ocr.tencentcloudapi.com",
	} {
		if got := signedHost(endpoint); got != want {
			t.Errorf("%s: %s", endpoint, got)
		}
	}
}
