package engine_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/internal/message"
)

func TestAttemptNamesHowAProviderBreaksTheContract(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	endpoint := vendor(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		says(goodCard)(w, r)
	}})
	e := openActor(t, endpoint)
	const broken = "provider_error, billed no, fault vendor, fail over"
	for _, tt := range []struct {
		act, want string
		says      message.Code
		asked     int32
	}{
		{"no action", broken, message.PluginAnswerUnreadable, 0},
		{"two actions", "provider_error, billed no, fault vendor", message.FailedWithoutWords, 0}, // on the wire the last one wins
		{"an exchange of nothing", broken, message.NoRequest, 0},
		{"done without fields", "unreadable, billed no, fault caller, fail over", message.NothingRead, 0},
		{"fail at once", "unreadable, billed no, fault unspecified, fail over", message.Literal, 0},
		{"fail for good", "invalid_request, billed no, fault caller, retryable", "", 0},
		{"panic", broken, message.PluginFailed, 0},
		{"huge state", broken, message.StateTooLarge, 0},
		{"loop", "provider_error, billed unknown, fault vendor, fail over", message.TooManyExchanges, 8},
		{"inner secret in plain", broken, message.RequestUnmakeable, 0},
		{"unknown secret", broken, message.RequestUnmakeable, 0},
		{"secret for another host", broken, message.SecretStrayed, 0},
		{"secret for its host", "unavailable, billed no, fault network, retryable, fail over", message.NameNotFound, 0},
		{"unknown host", "permission_denied, billed no, fault operator, fail over", message.HostUnlisted, 0},
		{"capture without cache", broken, message.CaptureWithoutRule, 0},
		{"capture what is not declared", broken, message.CaptureUndeclared, 0},
		{"long cache key", broken, message.CacheKeyTooLong, 0},
	} {
		t.Run(tt.act, func(t *testing.T) {
			asked.Store(0)
			r, err := e.Recognize(t.Context(), act(t, tt.act))
			f := failure(t, r, err)
			if got := verdict(f.Failure); got != tt.want || tt.says != "" && !f.Failure.Message.Has(tt.says) || asked.Load() != tt.asked {
				t.Errorf("the vendor was asked %d times\ngot  %s: %s\nwant %s: …%s…", asked.Load(), got, f.Failure.Message, tt.want, tt.says)
			}
			var broke *engine.PluginError
			if tt.says == message.PluginFailed && (!errors.As(err, &broke) || broke.Cause != engine.PluginTrapped) {
				t.Errorf("the plugin's failure is %v", broke)
			}
			if len(f.Error()) > 2200 {
				t.Errorf("the error has %d bytes", len(f.Error()))
			}
			if _, err := e.Recognize(t.Context(), act(t, "read")); err != nil {
				t.Errorf("the next call fails: %v", err)
			}
		})
	}
	t.Run("fail in no known way", func(t *testing.T) {
		r, err := e.Recognize(t.Context(), act(t, "fail in no known way"))
		if got := verdict(failure(t, r, err).Failure); got != "provider_error, billed no, fault vendor" {
			t.Errorf("got %s", got)
		}
	})
}

func TestAttemptMakesNoMoreExchangesThanAllowed(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	endpoint := vendor(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, r *http.Request) { asked.Add(1); says(goodCard)(w, r) }})
	e := open(t, func(c *engine.Config) {
		c.Limits.MaxExchanges, c.Providers = 2, map[string]engine.ProviderConfig{"actor": actor(endpoint)}
	})
	r, err := e.Recognize(t.Context(), act(t, "loop"))
	if f := failure(t, r, err); f.Failure.Message.Find(message.TooManyExchanges).Param("limit") != 2 || asked.Load() != 2 {
		t.Errorf("the vendor was asked %d times: %s", asked.Load(), f.Failure.Message)
	}
}

func TestRecognitionDropsWhatTheModelDoesNotAllow(t *testing.T) {
	t.Parallel()
	var answer string
	e := openActor(t, vendor(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, r *http.Request) { says(answer)(w, r) }}))
	for _, tt := range []struct {
		name, answer string
		confidence   *float64
		polygon      engine.Polygon
		rotation     *float64
	}{
		{"all is well", `"confidence": 0.5, "polygon": "1 2 3.04 4 5 6", "rotation": 90`, ptr(0.5), engine.Polygon{{1, 2}, {3, 4}, {5, 6}}, ptr(90.0)},
		{"a confidence in percent is none", `"confidence": 98.5`, nil, nil, nil},
		{"a negative confidence is none", `"confidence": -0.1`, nil, nil, nil},
		{"a confidence that is no number is none", `"confidence": "NaN"`, nil, nil, nil},
		{"an odd number of coordinates is no polygon", `"polygon": "1 2 3 4 5 6 7"`, nil, nil, nil},
		{"two points are no polygon", `"polygon": "1 2 3 4"`, nil, nil, nil},
		{"a point that is no number is no polygon", `"polygon": "1 2 NaN 4 5 6"`, nil, nil, nil},
		{"a point at infinity is no polygon", `"polygon": "1 2 Inf 4 5 6"`, nil, nil, nil},
		{"a point that would overflow is no polygon", `"polygon": "1 2 1e308 4 5 6"`, nil, nil, nil},
		{"a point beside the picture stays", `"polygon": "-1 -2 300 4 5 6"`, nil, engine.Polygon{{-1, -2}, {300, 4}, {5, 6}}, nil},
		{"a turn to the left", `"rotation": -90`, nil, nil, ptr(270.0)},
		{"a full turn", `"rotation": 360`, nil, nil, ptr(0.0)},
		{"a turn that is none", `"rotation": "1e300"`, nil, nil, nil},
		{"a turn that is no number", `"rotation": "NaN"`, nil, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer = `{"fields": {"name": "样本人"}, ` + tt.answer + `}`
			r, err := e.Recognize(t.Context(), act(t, "read"))
			if err != nil {
				t.Fatal(err)
			}
			want := engine.Field{Value: "样本人", Text: "样本人", Provider: "actor", Confidence: tt.confidence, Polygon: tt.polygon}
			if diff := cmp.Diff(want, r.Fields["name"]); diff != "" {
				t.Errorf("name (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.rotation, r.Rotation); diff != "" {
				t.Errorf("rotation (-want +got):\n%s", diff)
			}
		})
	}
}

func ptr[T any](v T) *T { return &v }

// ticket is a document of an embedder.
type ticket struct{ idcard.State }

func (ticket) Name() string { return "xx.ticket" }

func (ticket) Normalize(text map[string]string) map[string]idcard.Field {
	return map[string]idcard.Field{"seat": {Text: text["seat"], Value: "S" + text["seat"]}}
}

func (t ticket) Check(fields map[string]idcard.Field, _ time.Time) map[string]idcard.State {
	return map[string]idcard.State{"seat_exists": t.State}
}

func TestConfigAddsDocuments(t *testing.T) {
	t.Parallel()
	endpoint := vendor(t, map[string]http.HandlerFunc{"/": says(`{"fields": {"seat": "12", "validity": "2020"}, "polygon": "1 2 3 4 5 6"}`)})
	request := act(t, "read")
	request.Document = "xx.ticket"
	t.Run("one that nobody knows passes through as read", func(t *testing.T) {
		r, err := openActor(t, endpoint).Recognize(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		want := engine.Field{Text: "12", Provider: "actor", Flags: []string{"unnormalized"}, Polygon: engine.Polygon{{1, 2}, {3, 4}, {5, 6}}}
		if diff := cmp.Diff(want, r.Fields["seat"]); diff != "" || r.Document != "xx.ticket" || len(r.Checks) != 0 {
			t.Errorf("%s with checks %v (-want +got):\n%s", r.Document, r.Checks, diff)
		}
	})
	t.Run("one that the embedder brings is normalised and checked", func(t *testing.T) {
		e := open(t, func(c *engine.Config) {
			c.Documents = []engine.Document{ticket{idcard.Pass}}
			c.Providers = map[string]engine.ProviderConfig{"actor": actor(endpoint)}
		})
		r, err := e.Recognize(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		if r.Fields["seat"].Value != "S12" || r.Checks["seat_exists"] != idcard.Pass {
			t.Errorf("got %+v, %v", r.Fields, r.Checks)
		}
	})
	t.Run("one that no provider reads is the caller's mistake", func(t *testing.T) {
		request.Document = "xx.other"
		r, err := openActor(t, endpoint).Recognize(t.Context(), request)
		f := failure(t, r, err)
		if got := verdict(f.Failure); got != "invalid_request, billed no, fault caller" || f.Failure.Message.Find(message.NeedsDocument).Param("document") != message.Document("xx.other") {
			t.Errorf("got %s: %s", got, f.Failure.Message)
		}
		if len(f.Attempts) != 1 || f.Attempts[0].Outcome != engine.Skipped || f.Attempts[0].Reason.Code() != message.LacksDocument {
			t.Errorf("attempts are %+v", f.Attempts)
		}
	})
}

func TestHostCallsAreAnsweredWithAStatus(t *testing.T) {
	t.Parallel()
	e := openActor(t, vendor(t, map[string]http.HandlerFunc{"/": says(goodCard)}))
	r, err := e.Recognize(t.Context(), act(t, "host functions"))
	f := failure(t, r, err)
	mac := hmac.New(sha256.New, []byte(innerSecret))
	_, _ = io.WriteString(mac, "data")
	got := strings.Split(f.Failure.Message.String(), "\n")
	for i, word := range []string{
		fmt.Sprintf("sign: %x <nil>", mac.Sum(nil)), "sign with a use that is not listed: host function sign: invalid",
		"inspect: jpg 60x40, 2 violations, first max_side 60 > 10", "fit: jpg 50x33 handle 1",
		"fit nothing: host function image_fit: invalid", "read: host function image_read: denied: the manifest's host_functions do not list image_read",
		"send to an unknown host: host function http_send: denied", "send a secret to another host: host function http_send: denied",
		"send an inner secret in plain: host function http_send: invalid", "send: 200 ***",
	} {
		if i >= len(got) || !strings.HasPrefix(got[i], word) {
			t.Errorf("line %d wants %q; got:\n%s", i+1, word, f.Failure.Message)
		}
	}
}

func TestHostCallsAreBounded(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	e := openActor(t, vendor(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, r *http.Request) { asked.Add(1); says(goodCard)(w, r) }}))
	for act1, want := range map[string]string{"send in a loop": "8 sent, then host function http_send: limit", "call in a loop": "256 calls, then host function image_inspect: limit"} {
		r, err := e.Recognize(t.Context(), act(t, act1))
		if f := failure(t, r, err); !strings.HasPrefix(f.Failure.Message.String(), want) {
			t.Errorf("%s: got %s, want %s", act1, f.Failure.Message, want)
		}
	}
	if asked.Load() != 8 {
		t.Errorf("the vendor was asked %d times, want 8", asked.Load())
	}
}

func TestFailureHasAllThatAProviderSays(t *testing.T) {
	t.Parallel()
	e := openActor(t, vendor(t, map[string]http.HandlerFunc{"/": says(`{"id": "task-1", "fields": {"validity": "20190806-长期", "sex": "男"}, "flag": "uncertain",
		"polygon": "1 2 3 4 5 6", "signals": {"copy": "2"}, "checks": {"expired": "ok"}, "extras": {"risk": "low"}}`)}))
	r, err := e.Recognize(t.Context(), act(t, "read"))
	if err != nil {
		t.Fatal(err)
	}
	polygon, flags := engine.Polygon{{1, 2}, {3, 4}, {5, 6}}, []string{"uncertain"}
	r.Attempts[0].Started = time.Time{}
	want := &engine.Recognition{
		Document: "cn.idcard", Side: engine.Front, Checks: r.Checks,
		Fields: map[string]engine.Field{
			"valid_from":  {Value: "2019-08-06", Text: "20190806", Polygon: polygon, Flags: flags, Provider: "actor"},
			"valid_until": {LongTerm: true, Text: "长期", Polygon: polygon, Flags: flags, Provider: "actor"},
			"sex":         {Value: "male", Text: "男", Polygon: polygon, Flags: flags, Provider: "actor"},
		},
		Signals:      map[string]engine.Signal{"copy": {State: 2, VendorCode: "2"}},
		VendorChecks: map[string]engine.VendorCheck{"expired": {State: engine.CheckPass, VendorCode: "ok"}},
		Extras:       map[string]string{"risk": "low"},
		Attempts:     []engine.Attempt{{Provider: "actor", Outcome: engine.Recognized, VendorRequestID: "task-1", Reason: message.New(message.FirstInRoute, "route", "default")}},
	}
	if diff := cmp.Diff(want, r); diff != "" || len(r.Checks) == 0 {
		t.Errorf("checks %v (-want +got):\n%s", r.Checks, diff)
	}
}

func TestPictureGoesAsURLOnlyToAProviderThatTakesOnlyURLs(t *testing.T) {
	t.Parallel()
	var got string
	endpoint := vendor(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, r *http.Request) { got = r.URL.Query().Get("u"); says(goodCard)(w, r) }})
	linker := actor(endpoint)
	linker.Plugin = "linker"
	e := open(t, func(c *engine.Config) {
		c.Plugins, c.FetchAllow = built.processes, []string{strings.TrimPrefix(endpoint, "http://")}
		c.Providers = map[string]engine.ProviderConfig{"linker": linker}
	})
	const address = "https://pictures.example/card.jpg?sign=a+b"
	for _, tt := range []struct {
		name    string
		change  func(*engine.Request)
		refused bool
	}{
		{"a URL", func(r *engine.Request) { r.Picture = engine.URL(address) }, false},
		{"bytes", func(r *engine.Request) {}, true},
		{"a URL to be fetched", func(r *engine.Request) { r.Picture, r.Fetch = engine.URL(address), true }, true},
		{"a URL that is too long", func(r *engine.Request) { r.Picture = engine.URL(address + strings.Repeat("x", 60)) }, true},
	} {
		request := act(t, "pass the URL on")
		tt.change(&request)
		r, err := e.Recognize(t.Context(), request)
		if !tt.refused {
			if err != nil || got != address {
				t.Errorf("%s: %v, the vendor got %q", tt.name, err, got)
			}
			continue
		}
		if f := failure(t, r, err).Failure; verdict(f) != "invalid_image, billed no, fault caller, fail over" || f.Message.Code() != message.PictureURLOnlyShort {
			t.Errorf("%s: got %s: %s", tt.name, verdict(f), f.Message)
		}
	}
}

func TestPictureCanBeReadByAProviderWhoseManifestAsks(t *testing.T) {
	t.Parallel()
	reader := actor("https://ocr.example")
	reader.Plugin = "reader"
	e := open(t, func(c *engine.Config) {
		c.Plugins, c.Providers = built.processes, map[string]engine.ProviderConfig{"reader": reader}
	})
	request := act(t, "read the picture")
	r, err := e.Recognize(t.Context(), request)
	if f := failure(t, r, err).Failure; f.Message.String() != fmt.Sprintf("%d bytes, <nil>", len(jpegOf(t, 60, 40))) {
		t.Errorf("got %s", f.Message)
	}
}
