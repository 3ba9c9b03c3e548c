package aligateway

import (
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/sdk"
)

// Failure returns the failure for an error of the gateway itself, by its header X-Ca-Error-Message. ok is false if there is
// no such header or its words are unknown. Then the body decides: it is the answer of the API behind the gateway.
func Failure(r *sdk.Response) (f sdk.Fail, ok bool) {
	said := r.HeaderText("X-Ca-Error-Message")
	if r.Status < 400 || said == "" {
		return sdk.Fail{}, false
	}
	if f, ok = Means(said); !ok {
		return sdk.Fail{}, false
	}
	if isSignature(said) && len(r.State) > 0 {
		f.Message = "the gateway refuses the signature; it signed " + serverString(said) + ", this provider " + string(r.State) +
			" (# is a line end, secrets are masked); if the two are alike, app_secret is wrong"
	}
	return finish(r, f), true
}

// NoAnswer returns the failure for an answer without the main field of its body. lacks names the field. The gateway's own
// words are kept.
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

// RequestID returns own, the API's request id, or the gateway's if own is empty.
func RequestID(r *sdk.Response, own string) string {
	if own != "" {
		return own
	}
	return r.HeaderText("X-Ca-Request-Id")
}

// finish adds the gateway's headers to a failure: its code (or the HTTP status), its words and its request id.
func finish(r *sdk.Response, f sdk.Fail) sdk.Fail {
	if f.VendorCode = r.HeaderText("X-Ca-Error-Code"); f.VendorCode == "" {
		f.VendorCode = strconv.Itoa(int(r.Status))
	}
	f.VendorMessage = sdk.Abridge(r.HeaderText("X-Ca-Error-Message"))
	f.VendorRequestID = RequestID(r, "")
	f.RetryAfterMs = r.RetryAfterMillis()
	return f
}

// Means returns the failure for a text with words of the gateway. ok is false if it has none.
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

// serverString returns the string-to-sign in a message "Invalid Signature, Server StringToSign:`POST#…`".
func serverString(said string) string {
	_, text, ok := strings.Cut(said, "StringToSign:")
	if !ok {
		return "something it does not show"
	}
	return sdk.Abridge(strings.Trim(strings.TrimSpace(text), "`"))
}
