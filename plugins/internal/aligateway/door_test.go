package aligateway

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/sdk"
	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

// api is an API behind the gateway. It accepts every request and answers every failure as the gateway does.
type api struct{ sdk.Provider }

func (api) Accept(c *sdk.Call, in *sdk.InboundRequest) *sdk.Accepted {
	admit, answered := Admit(c, in)
	if answered != nil {
		return answered
	}
	return sdk.Admitted(admit)
}

func (api) Reply(_ *sdk.Call, out *sdk.ReplyRequest) *sdk.InboundResponse {
	if r, ok := Refused(out); ok {
		return r
	}
	return Reply(out, 200, sdk.Object())
}

// request parses a request: the request line, headers, an empty line and the body.
func request(text string) *http.Request {
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	method, target, _ := strings.Cut(lines[0], " ")
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	return r
}

func inboundCall(t *testing.T, now int64, text string) *sdktest.InboundCall {
	t.Helper()
	return sdktest.Accept(t, api{}, time.UnixMilli(now), nil, request(text))
}

const dir = "../../duguang"

// Computed with openssl: HMAC-SHA256 with appSecret of "POST\n\n\n\n\nA:1\nX-Ca-Key:appKey\n/p", MD5 of "{}", and HMAC-SHA256 of
// "POST\n\n" + that + "\n\n\n/p".
const (
	mixed             = "6fLVfEkVTl90fn6BkwtWq0wCaAZbMRO7xRTODBEP17A="
	md5OfEmptyObject  = "mZFLkyvTelC5g8XnyQrpOw=="
	signedEmptyObject = "ZJ5gih9YTw6eQw+vth4ouBinem27QpZ9hbjI/ayjTDc="
)

func secrets() map[string]string {
	return map[string]string{"app_key": "appKey", "app_secret": "appSecret", "app_code": "code"}
}

// The first two signatures are published in the tests of Higress. The others were computed with openssl from a
// string-to-sign that was written by hand.
func TestAdmitSignatures(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		now  int64
		text string
	}{
		{"published, GET", 1646365291734, `GET /Third/Tools/checkSign
Accept: application/json
Content-Type: application/json
X-Ca-Key: appKey
X-Ca-Nonce: 787dd0c2-7bd8-41cd-9c19-62c05ea524a2
X-Ca-Timestamp: 1646365291734
X-Ca-Signature-Headers: x-ca-timestamp,x-ca-key,x-ca-nonce
X-Ca-Signature: EdJSFAMOWyXZOpXhevZnjuS0ZafnwnCqaSk5hz+tXo8=`},
		{"published, form", 1646646682418, `POST /Third/User/getNyAccessToken
Accept: application/json
Content-Type: application/x-www-form-urlencoded
X-Ca-Key: appKey
X-Ca-Nonce: ca5a6753-b76c-4fff-a9d9-e5bb643e8cdf
X-Ca-Timestamp: 1646646682418
X-Ca-Signature-Headers: x-ca-key,x-ca-nonce,x-ca-timestamp
X-Ca-Signature: gmf9xq0hc95Hmt+7G+OocS009ka3v1v0rvfshKzYc3w=

uuid=uuid&nickname=nickname&room_id=6893&photo=photo`},
		{"JSON with Content-MD5", 1700000000000, `POST /rest/160601/ocr/ocr_idcard.json
Accept: application/json
Content-Type: application/json; charset=UTF-8
Content-Md5: Tmv7Wpl9i5PMjjXJ4gMG+w==
X-Ca-Key: appKey
X-Ca-Nonce: n-1
X-Ca-Timestamp: 1700000000000
X-Ca-Signature-Headers: x-ca-key,x-ca-nonce,x-ca-timestamp
X-Ca-Signature: lIsJwbbL5uNqCSfz7kqXdR2yhw33M4nHB5Awkq6wtd8=

{"image":"AAECAw==","configure":"{\"side\":\"face\"}"}`},
		{"query and form together, not escaped, an empty value", 1700000000000, `POST /ocr?a=x
Accept: application/json
Content-Type: application/x-www-form-urlencoded; charset=UTF-8
X-Ca-Key: appKey
X-Ca-Nonce: n-2
X-Ca-Timestamp: 1700000000000
X-Ca-Signature-Headers: x-ca-key,x-ca-nonce,x-ca-timestamp
X-Ca-Signature: OadLkkU+uMk6ISepcZ30LuTlcMqETvWaOr49kW3j1gA=

c=&b=%E5%BC%A0%E4%B8%89+1%2B1`},
		{"HmacSHA1", 1700000000000, `GET /p
Accept: application/json
Content-Type: application/json
X-Ca-Key: appKey
X-Ca-Nonce: n-3
X-Ca-Signature-Method: HmacSHA1
X-Ca-Timestamp: 1700000000000
X-Ca-Signature-Headers: x-ca-key,x-ca-nonce,x-ca-signature-method,x-ca-timestamp
X-Ca-Signature: q6pILxpTHgl/jNXHqy4Gz/is4gg=`},
		{"names as the client lists them, no time and no nonce, headers that have their own place not counted", 0, `POST /p
A: 1
X-Ca-Key: appKey
X-Ca-Signature-Headers: X-Ca-Key, A ,accept,X-Ca-Signature
X-Ca-Signature: ` + mixed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := inboundCall(t, tt.now, tt.text)
			if f := v.Refusal(t, dir, secrets()); f != nil {
				t.Errorf("refused: %s", f.VendorMessage)
			}
			for name, other := range map[string]string{"Invalid AppKey": "app_key", "Invalid Signature": "app_secret"} {
				wrong := secrets()
				wrong[other] += "x"
				if f := v.Refusal(t, dir, wrong); f == nil || !strings.HasPrefix(f.VendorMessage, name) || f.Kind != sdk.Unauthenticated {
					t.Errorf("with another %s: %+v", other, f)
				}
			}
		})
	}
}

func TestAdmitAppCodes(t *testing.T) {
	t.Parallel()
	for _, said := range []string{"APPCODE code", "appcode  code "} {
		v := inboundCall(t, 0, "POST /p\nAuthorization: "+said)
		if v.Admit.Client != nil {
			t.Errorf("%q names a client", said)
		}
		if f := v.Refusal(t, dir, secrets()); f != nil {
			t.Errorf("%q is refused: %+v", said, f)
		}
		if f := v.Refusal(t, dir, map[string]string{"app_code": "other"}); f == nil || f.VendorMessage != "Invalid AppCode" {
			t.Errorf("%q of another client: %+v", said, f)
		}
	}
	v := inboundCall(t, 0, "POST /p\nAuthorization: APPCODE")
	if f := v.Refusal(t, dir, secrets()); f == nil {
		t.Error("an empty code is admitted")
	}
}

const signed = "POST /p\nX-Ca-Key: appKey\nX-Ca-Signature: x\n"

func TestAdmitRefuses(t *testing.T) {
	t.Parallel()
	const now = 1700000000000
	tests := []struct {
		name, text string
		status     int
		words      string
	}{
		{"nothing", "POST /p", 401, "Need authorization"},
		{"another scheme", "POST /p\nAuthorization: Bearer code", 401, "Need authorization"},
		{"a key alone", "POST /p\nX-Ca-Key: appKey", 403, "Empty Signature"},
		{"another method", signed + "X-Ca-Signature-Method: HmacMD5", 400, "Invalid Header"},
		{"no number as time", signed + "X-Ca-Timestamp: yesterday", 400, "Invalid Timestamp"},
		{"too old", signed + "X-Ca-Timestamp: 1699999099000", 400, "Timestamp Expired"},
		{"too far ahead", signed + "X-Ca-Timestamp: 1700000901000", 400, "Timestamp Expired"},
		{"seconds", signed + "X-Ca-Timestamp: 1700000000", 400, "Timestamp Expired"},
		{"a time beyond all", signed + "X-Ca-Timestamp: 9223372036854775807", 400, "Timestamp Expired"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := inboundCall(t, now, tt.text).Response(t)
			if got.Status != tt.status || !strings.HasPrefix(got.Header.Get("X-Ca-Error-Message"), tt.words) || got.Header.Get("X-Ca-Request-Id") == "" || got.Body != "" {
				t.Errorf("%+v", got)
			}
		})
	}
	t.Run("unless the check of the time is disabled", func(t *testing.T) {
		v := sdktest.Accept(t, api{}, time.UnixMilli(now), map[string]any{"max_skew_seconds": 0}, request(signed+"X-Ca-Timestamp: 1"))
		if v.Admit == nil {
			t.Error("it is refused")
		}
	})
}

func TestAdmitChecksContentMD5(t *testing.T) {
	t.Parallel()
	v := inboundCall(t, 0, "POST /p\nX-Ca-Key: appKey\nContent-Md5: "+md5OfEmptyObject+"\nX-Ca-Signature: "+signedEmptyObject+"\n\n{}")
	if f := v.Refusal(t, dir, secrets()); f != nil {
		t.Errorf("the body that was signed is refused: %+v", f)
	}
	v = inboundCall(t, 0, "POST /p\nX-Ca-Key: appKey\nContent-Md5: "+md5OfEmptyObject+"\nX-Ca-Signature: "+signedEmptyObject+"\n\n[]")
	if f := v.Refusal(t, dir, secrets()); f == nil || f.VendorMessage != "Invalid Content-MD5" {
		t.Errorf("another body: %+v", f)
	}
}

func TestAdmitRemembersANonceUntilItsTimeExpires(t *testing.T) {
	t.Parallel()
	const now = 1700000000000
	list := "X-Ca-Signature-Headers: x-ca-nonce\nX-Ca-Nonce: n-1\n"
	tests := []struct {
		name, text string
		key        string
		seconds    uint32
	}{
		{"no nonce", signed, "", 0},
		{"now", signed + list + "X-Ca-Timestamp: 1700000000000", "appKey\nn-1", 901},
		{"the oldest", signed + list + "X-Ca-Timestamp: 1699999100000", "appKey\nn-1", 1},
		{"the furthest ahead", signed + list + "X-Ca-Timestamp: 1700000900000", "appKey\nn-1", 1801},
		{"no time", signed + list, "appKey\nn-1", 900},
		{"a nonce that is not signed: the signature counts", signed + "X-Ca-Nonce: n-1", "appKey\nx", 900},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := inboundCall(t, now, strings.TrimSpace(tt.text)).Admit
			if a.ReplayKey != tt.key || a.WindowSeconds != tt.seconds || (a.Replayed == nil) != (tt.key == "") {
				t.Errorf("%q for %d s", a.ReplayKey, a.WindowSeconds)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	v := inboundCall(t, 0, "POST /p\nAuthorization: APPCODE code")
	tests := []struct {
		name   string
		fail   sdk.Fail
		status int
		words  string
	}{
		{"its own refusal", *refusal{400, "Nonce Used"}.fail(), 400, "Nonce Used"},
		{"too many calls", sdk.Fail{Kind: sdk.RateLimited}, 403, "Throttled by API Flow Control"},
		{"no answer in time", sdk.Fail{Kind: sdk.Timeout}, 504, "Async Service"},
		{"perhaps no answer", sdk.Fail{Kind: sdk.OutcomeUnknown}, 504, "Async Service"},
		{"not its business", sdk.Fail{Kind: sdk.InvalidImage}, 200, ""},
		{"said by the API", sdk.Fail{Kind: sdk.RateLimited, VendorCode: "400"}, 200, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := v.Reply(t, nil, &tt.fail)
			want := []any{tt.status, tt.words, sdktest.CallID}
			if diff := cmp.Diff(want, []any{got.Status, got.Header.Get("X-Ca-Error-Message"), got.Header.Get("X-Ca-Request-Id")}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAdmitShowsTheStringToSign(t *testing.T) {
	t.Parallel()
	v := inboundCall(t, 0, "POST /p\nContent-Type: application/x-www-form-urlencoded\nX-Ca-Key: appKey\nX-Ca-Signature: x\nX-Ca-Signature-Headers: x-ca-key\n\nimgData=QUJD&need_more_info=1")
	want := "Invalid Signature, Server StringToSign:`POST###application/x-www-form-urlencoded##x-ca-key:appKey#/p?imgData={4 bytes}&need_more_info=1`"
	if diff := cmp.Diff(want, v.Refusal(t, dir, secrets()).VendorMessage); diff != "" {
		t.Error(diff)
	}
}

// The adapter must understand every refusal of the front door.
func TestMeansKnowsEveryRefusal(t *testing.T) {
	t.Parallel()
	kinds := map[string]sdk.FailureKind{
		"Need authorization, x": sdk.Unauthenticated, "Empty Signature": sdk.Unauthenticated, "Invalid AppKey": sdk.Unauthenticated,
		"Invalid AppCode": sdk.Unauthenticated, "Invalid Timestamp": sdk.Unauthenticated, "Timestamp Expired": sdk.Unauthenticated,
		"Nonce Used": sdk.Unauthenticated, "Invalid Signature, Server StringToSign:`x`": sdk.Unauthenticated,
		"Invalid Content-MD5": sdk.ProviderError, "Throttled by API Flow Control": sdk.RateLimited, "Async Service": sdk.OutcomeUnknown,
		"Invalid Header `X-Ca-Signature-Method`": sdk.InvalidRequest,
	}
	for words, want := range kinds {
		if f, ok := Means(words); !ok || f.Kind != want {
			t.Errorf("%s means %v", words, f.Kind)
		}
	}
}
