package main

import (
	"strings"
	"time"

	"github.com/ocrmux/ocrmux/sdk"
)

const (
	signatureMethod = "TC3-HMAC-SHA256"
	signedHeaders   = "content-type;host;x-tc-action"
	contentType     = "application/json; charset=utf-8"
)

// signed is what the signature of a request to the path "/" covers, in addition to the body and the time.
type signed struct {
	service, host, action string
}

// authorization returns the header Authorization. Its key is derived from secret_key, the day and the service.
func (s signed) authorization(unixMilli int64, seconds string, body sdk.Value) sdk.Value {
	day := time.UnixMilli(unixMilli).UTC().Format(time.DateOnly)
	scope := day + "/" + s.service + "/tc3_request"
	canonical := sdk.Join(
		sdk.Text("POST\n/\n\n"+
			"content-type:"+contentType+"\nhost:"+s.host+"\nx-tc-action:"+strings.ToLower(s.action)+"\n\n"+signedHeaders+"\n"),
		sdk.Hash(sdk.SHA256, sdk.Hex, body),
	)
	key := sdk.Join(sdk.Text("TC3"), sdk.Secret("secret_key"))
	for _, part := range []string{day, s.service, "tc3_request"} {
		key = sdk.HMAC(sdk.SHA256, sdk.Raw, key, sdk.Text(part))
	}
	return sdk.Join(
		sdk.Text(signatureMethod+" Credential="), sdk.Secret("secret_id"),
		sdk.Text("/"+scope+", SignedHeaders="+signedHeaders+", Signature="),
		sdk.HMAC(sdk.SHA256, sdk.Hex, key, sdk.Text(signatureMethod+"\n"+seconds+"\n"+scope+"\n"), sdk.Hash(sdk.SHA256, sdk.Hex, canonical)),
	)
}

// signedHost returns the host to sign. An endpoint in the vendor's domain, such as a region's, is called directly. Any
// other endpoint is a proxy, which forwards the request under the vendor's host name.
func signedHost(endpoint string) string {
	if host := hostOf(endpoint); strings.HasSuffix(host, ".tencentcloudapi.com") {
		return host
	}
	return hostOf(vendor)
}

func hostOf(endpoint string) string {
	_, rest, _ := strings.Cut(endpoint, "://")
	host, _, _ := strings.Cut(rest, "/")
	return strings.ToLower(host)
}
