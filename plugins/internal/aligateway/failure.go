package aligateway

import (
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/sdk"
)

// Failure says what a failure of the gateway itself means, by its header X-Ca-Error-Message. It is false when there is none
// or it is unknown: then the body decides, which is the answer of the API behind the gateway.
func Failure(r *sdk.Response) (sdk.Fail, bool) {
	said := r.HeaderText("X-Ca-Error-Message")
	if r.Status < 400 || said == "" {
		return sdk.Fail{}, false
	}
	f, ok := Means(said)
	if !ok {
		return sdk.Fail{}, false
	}
	if isSignature(said) && len(r.State) > 0 {
		f.Message = "the gateway refuses the signature; it signed " + serverString(said) + ", this provider " + string(r.State) +
			" (# is a line end, secrets are masked); if the two are alike, app_secret is wrong"
	}
	return finish(r, f), true
}

// NoAnswer is the failure of an answer without its body's main field, with whatever the gateway said. What is lacking is named.
func NoAnswer(r *sdk.Response, lacks string) sdk.Fail {
	f := sdk.NoAnswer(r, lacks)
	if r.Status == 401 || r.Status == 403 {
		f.Kind, f.Billed, f.Fault = sdk.ProviderError, sdk.BilledUnknown, sdk.VendorFault
		f.Message += ", and nobody said why: quota, rate, signature and rights all look like this"
	}
	if r.HeaderText("X-Ca-Error-Message") == "" {
		f.VendorRequestID = RequestID(r, "")
		return f
	}
	return finish(r, f)
}

// RequestID is the API's own request id or, when its body has none, the gateway's.
func RequestID(r *sdk.Response, own string) string {
	if own != "" {
		return own
	}
	return r.HeaderText("X-Ca-Request-Id")
}

// finish adds what the gateway says in its headers: its code (or the status, where it has none), its words, its request id.
func finish(r *sdk.Response, f sdk.Fail) sdk.Fail {
	if f.VendorCode = r.HeaderText("X-Ca-Error-Code"); f.VendorCode == "" {
		f.VendorCode = strconv.Itoa(int(r.Status))
	}
	f.VendorMessage = sdk.Abridge(r.HeaderText("X-Ca-Error-Message"))
	f.VendorRequestID = RequestID(r, "")
	f.RetryAfterMs = r.RetryAfterMillis()
	return f
}

// Means says what words of the gateway mean, wherever they stand. It is false for words that are none of the gateway's.
func Means(said string) (sdk.Fail, bool) {
	said = strings.ToLower(said)
	for _, m := range meanings() {
		for _, words := range m.words {
			if strings.Contains(said, words) {
				return m.fail, true
			}
		}
	}
	return sdk.Fail{}, false
}

func isSignature(said string) bool {
	return strings.Contains(strings.ToLower(said), "invalid signature")
}

// serverString is the string-to-sign in the gateway's words "Invalid Signature, Server StringToSign:`POST#…`".
func serverString(said string) string {
	_, text, ok := strings.Cut(said, "StringToSign:")
	if !ok {
		return "something it does not show"
	}
	return sdk.Abridge(strings.Trim(strings.TrimSpace(text), "`"))
}
