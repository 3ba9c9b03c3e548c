package aligateway

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/sdk"
	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

// verdict is the part of a failure that the tests compare.
type verdict struct {
	Kind      sdk.FailureKind
	Retryable bool
	FailOver  bool
	Billed    sdk.Billed
	Fault     sdk.Fault
}

func of(f sdk.Fail) verdict { return verdict{f.Kind, f.Retryable, f.FailOver, f.Billed, f.Fault} }

func TestFailureKnowsEveryMessage(t *testing.T) {
	t.Parallel()
	const no, unknown = sdk.BilledNo, sdk.BilledUnknown
	tests := []struct {
		said string
		want verdict
	}{
		{"Invalid Signature, Server StringToSign:`GET#*/*####/x`", verdict{sdk.Unauthenticated, false, true, no, sdk.OperatorFault}},
		{"Empty Signature", verdict{sdk.Unauthenticated, false, true, no, sdk.OperatorFault}},
		{"Invalid AppCode", verdict{sdk.Unauthenticated, false, true, no, sdk.OperatorFault}},
		{"Invalid AppKey", verdict{sdk.Unauthenticated, false, true, no, sdk.OperatorFault}},
		{"Invalid AppSecret", verdict{sdk.Unauthenticated, false, true, no, sdk.OperatorFault}},
		{"Need authorization, `X-Ca-Key` or `Authorization: APPCODE ...` is required", verdict{sdk.Unauthenticated, false, true, no, sdk.OperatorFault}},
		{"Timestamp Expired", verdict{sdk.Unauthenticated, false, true, no, sdk.OperatorFault}},
		{"X-Ca-Timestamp is expired", verdict{sdk.Unauthenticated, false, true, no, sdk.OperatorFault}},
		{"Invalid Timestamp", verdict{sdk.Unauthenticated, false, true, no, sdk.OperatorFault}},
		{"Nonce Used", verdict{sdk.Unauthenticated, true, true, no, sdk.OperatorFault}},
		{"Invalid Content-MD5", verdict{sdk.ProviderError, false, true, no, sdk.VendorFault}},

		{"Quota Exhausted", verdict{sdk.QuotaExhausted, false, true, no, sdk.OperatorFault}},
		{"Api Market Subscription quota exhausted", verdict{sdk.QuotaExhausted, false, true, no, sdk.OperatorFault}},
		{"Quota Expired", verdict{sdk.QuotaExhausted, false, true, no, sdk.OperatorFault}},
		{"User Arrears", verdict{sdk.QuotaExhausted, false, true, no, sdk.OperatorFault}},
		{"Provider Account Overdue", verdict{sdk.Unavailable, false, true, no, sdk.VendorFault}},
		{"Throttled by USER Flow Control", verdict{sdk.RateLimited, true, true, no, sdk.OperatorFault}},
		{"Throttled by APP Flow Control", verdict{sdk.RateLimited, true, true, no, sdk.OperatorFault}},
		{"Throttled by API Flow Control", verdict{sdk.RateLimited, true, true, no, sdk.OperatorFault}},
		{"Throttled by DOMAIN Flow Control", verdict{sdk.RateLimited, true, true, no, sdk.OperatorFault}},
		{"TThrottled by GROUP Flow Control", verdict{sdk.RateLimited, true, true, no, sdk.OperatorFault}},
		{"Throttled by PLUGIN", verdict{sdk.RateLimited, true, true, no, sdk.OperatorFault}},

		{"Unauthorized", verdict{sdk.PermissionDenied, false, true, no, sdk.OperatorFault}},
		{"Not authorized to call this API", verdict{sdk.PermissionDenied, false, true, no, sdk.OperatorFault}},
		{"App authorization expired", verdict{sdk.PermissionDenied, false, true, no, sdk.OperatorFault}},
		{"Expiry of Authorization", verdict{sdk.PermissionDenied, false, true, no, sdk.OperatorFault}},
		{"Access Control Forbidden by IP", verdict{sdk.PermissionDenied, false, true, no, sdk.OperatorFault}},

		{"Invalid Url", verdict{sdk.ProviderError, false, true, no, sdk.OperatorFault}},
		{"Invalid Request Uri `/x`", verdict{sdk.ProviderError, false, true, no, sdk.OperatorFault}},
		{"Invalid Path", verdict{sdk.ProviderError, false, true, no, sdk.OperatorFault}},
		{"Invalid Request Path `/x`", verdict{sdk.ProviderError, false, true, no, sdk.OperatorFault}},
		{"Invalid Domain", verdict{sdk.ProviderError, false, true, no, sdk.OperatorFault}},
		{"Bad Domain or Group", verdict{sdk.ProviderError, false, true, no, sdk.OperatorFault}},
		{"Group's instance invalid", verdict{sdk.ProviderError, false, true, no, sdk.OperatorFault}},
		{"Invalid Stage", verdict{sdk.ProviderError, false, true, no, sdk.OperatorFault}},
		{"Invalid HttpMethod", verdict{sdk.ProviderError, false, true, no, sdk.OperatorFault}},
		{"Unsupported Method `PUT`", verdict{sdk.ProviderError, false, true, no, sdk.OperatorFault}},
		{"Invalid protocol HTTP unsupported", verdict{sdk.ProviderError, false, true, no, sdk.OperatorFault}},
		{"API Not Found", verdict{sdk.ProviderError, false, true, no, sdk.OperatorFault}},

		{"Request body too Large", verdict{sdk.InvalidImage, false, true, no, sdk.CallerFault}},
		{"Request URL too Large", verdict{sdk.InvalidImage, false, true, no, sdk.CallerFault}},
		{"Empty Request Body", verdict{sdk.InvalidRequest, false, true, no, sdk.VendorFault}},
		{"Invalid Request Body", verdict{sdk.InvalidRequest, false, true, no, sdk.VendorFault}},
		{"Invalid Body: x", verdict{sdk.InvalidRequest, false, true, no, sdk.VendorFault}},
		{"Invalid Param Location", verdict{sdk.InvalidRequest, false, true, no, sdk.VendorFault}},
		{"Unsupported Multipart", verdict{sdk.InvalidRequest, false, true, no, sdk.VendorFault}},
		{"Invalid Content-Type: `x`", verdict{sdk.InvalidRequest, false, true, no, sdk.VendorFault}},
		{"Invalid Header `X-Ca-Stage` x", verdict{sdk.InvalidRequest, false, true, no, sdk.VendorFault}},
		{"Header `X-Ca-Nonce` is Required", verdict{sdk.InvalidRequest, false, true, no, sdk.VendorFault}},
		{"Invalid Parameter", verdict{sdk.InvalidRequest, false, true, no, sdk.VendorFault}},
		{"Parameter is missing", verdict{sdk.InvalidRequest, false, true, no, sdk.VendorFault}},

		{"Async Service", verdict{sdk.OutcomeUnknown, false, true, unknown, sdk.VendorFault}},
		{"Backend service timeout", verdict{sdk.OutcomeUnknown, false, true, unknown, sdk.VendorFault}},
		{"The request timed out", verdict{sdk.OutcomeUnknown, false, true, unknown, sdk.VendorFault}},
		{"Failed To Invoke Backend Service", verdict{sdk.Unavailable, true, true, unknown, sdk.VendorFault}},
		{"Service Unavailable", verdict{sdk.Unavailable, true, true, unknown, sdk.VendorFault}},
		{"Backend circuit breaker busy", verdict{sdk.Unavailable, true, true, unknown, sdk.VendorFault}},
		{"Internal Error", verdict{sdk.Unavailable, true, true, unknown, sdk.VendorFault}},
	}
	covered := map[string]bool{}
	for _, tt := range tests {
		t.Run(tt.said, func(t *testing.T) {
			r := sdktest.Answer(t, 403, http.Header{"X-Ca-Error-Message": {tt.said}, "X-Ca-Request-Id": {"id-1"}}, "")
			f, ok := Failure(r)
			if !ok || f.VendorMessage != tt.said || f.VendorCode != "403" || f.VendorRequestID != "id-1" || f.Message == "" {
				t.Errorf("ok is %v, the failure %+v", ok, f)
			}
			if diff := cmp.Diff(tt.want, of(f)); diff != "" {
				t.Error(diff)
			}
		})
		for _, m := range meanings() {
			for _, words := range m.words {
				covered[words] = covered[words] || strings.Contains(strings.ToLower(tt.said), words)
			}
		}
	}
	for words, is := range covered {
		if !is {
			t.Errorf("no test has %q", words)
		}
	}
}

func TestFailureOfTheAPI(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		status int
		header http.Header
	}{
		{"no words", 403, http.Header{"X-Ca-Request-Id": {"id-1"}}},
		{"unknown words", 403, http.Header{"X-Ca-Error-Message": {"something new"}}},
		{"a call that went well", 200, http.Header{"X-Ca-Error-Message": {"Quota Exhausted"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if f, ok := Failure(sdktest.Answer(t, tt.status, tt.header, "")); ok {
				t.Errorf("it decided %+v", f)
			}
		})
	}
}

func TestNoAnswer(t *testing.T) {
	t.Parallel()
	t.Run("a bare 403 means nothing", func(t *testing.T) {
		f := NoAnswer(sdktest.Answer(t, 403, http.Header{"X-Ca-Request-Id": {"id-1"}}, ""), "data")
		if diff := cmp.Diff(verdict{sdk.ProviderError, false, true, sdk.BilledUnknown, sdk.VendorFault}, of(f)); diff != "" || f.VendorRequestID != "id-1" {
			t.Error(diff, f.VendorRequestID)
		}
	})
	t.Run("unknown words are passed on", func(t *testing.T) {
		f := NoAnswer(sdktest.Answer(t, 418, http.Header{"X-Ca-Error-Message": {"something new"}, "X-Ca-Error-Code": {"Z418XX"}}, ""), "data")
		if f.VendorMessage != "something new" || f.VendorCode != "Z418XX" || f.Kind != sdk.ProviderError {
			t.Errorf("%+v", f)
		}
	})
}

func TestStringToSignShowsNeitherPictureNorURL(t *testing.T) {
	t.Parallel()
	m := message{
		url: "https://h.example.com:8443/prefix/p", contentType: formType,
		headers: []sdk.NamedValue{sdk.Param("x-ca-key", sdk.Secret("app_key"))},
		params:  []sdk.NamedValue{sdk.Param("a", sdk.Text("")), sdk.Param("img", sdk.Image(sdk.Base64)), sdk.Param("u", sdk.Text("https://a/?t=ok&v=token")), sdk.Param("z", sdk.Text("1"))},
	}
	want := "POST#application/json##" + formType + "##x-ca-key:***#/prefix/p?a&img={picture}&u={15 bytes}&v={5 bytes}&z=1"
	if diff := cmp.Diff(want, sdk.Shown(m.stringToSign())); diff != "" {
		t.Error(diff)
	}
}

func TestPath(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{"https://h/p/q": "/p/q", "https://h": "/", "http://[::1]:80/p": "/p"} {
		if got := path(url); got != want {
			t.Errorf("path(%q) is %q", url, got)
		}
	}
}
