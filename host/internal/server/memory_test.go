package server_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
)

// noisy returns a JPEG of about a megabyte.
func noisy(t testing.TB) []byte {
	t.Helper()
	noise := image.NewGray(image.Rect(0, 0, 1200, 900))
	state := uint32(1)
	for i := range noise.Pix {
		state = state*1664525 + 1013904223
		noise.Pix[i] = byte(state >> 24)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, noise, &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestFrontDoorsHoldAPictureOnce(t *testing.T) {
	b := open(t, nil)
	picture := noisy(t)
	text := base64Of(picture)
	for _, tt := range []struct {
		vendor string
		sent   int // bytes of the picture as it is sent
		ask    func() *http.Request
	}{
		{"jumdata", len(picture), func() *http.Request { return jumdataRequest(t, b, jumdataSigned(appSecret, nil), picture) }},
		{"jumdata", len(text), func() *http.Request {
			return jumdataRequest(t, b, jumdataSigned(appSecret, params{"base64": text}), nil)
		}},
		{"duguang", len(text), func() *http.Request { return duguangRequest(t, b, byCode(appCode), map[string]any{"img": text}) }},
	} {
		least := ^uint64(0)
		for range 4 { // use the least: the first call also allocates what later ones share
			r, w := tt.ask(), httptest.NewRecorder()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			b.engine.Door(tt.vendor).ServeHTTP(w, r)
			runtime.ReadMemStats(&after)
			least = min(least, after.TotalAlloc-before.TotalAlloc)
			if !strings.Contains(w.Body.String(), "11010119900307803X") {
				t.Fatalf("%s: %s", tt.vendor, w.Body)
			}
		}
		t.Logf("%s: %d bytes sent, %d allocated", tt.vendor, tt.sent, least)
		if least > uint64(tt.sent)*3/2+512<<10 {
			t.Errorf("%s: %d bytes are allocated for a picture that is sent as %d", tt.vendor, least, tt.sent)
		}
	}
}

func TestAPIHoldsAPictureOnce(t *testing.T) {
	c := openWith(t, withoutDoors, nil).caller(t, "")
	picture := noisy(t)
	for name, ask := range map[string]func(n int) *http.Request{
		"raw": func(int) *http.Request { return c.request(t, recognize, "image/jpeg", picture) },
		"json": func(int) *http.Request {
			return c.request(t, recognize, "", inJSON(t, map[string]any{"image_base64": picture}))
		},
		"under a key": func(n int) *http.Request {
			return c.request(t, recognize, "image/jpeg", picture, "Idempotency-Key", itoa(n))
		},
	} {
		least := ^uint64(0)
		for n := range 4 { // use the least: the first call also allocates what later ones share
			r := ask(n)
			r.RequestURI, r.Host = r.URL.RequestURI(), "localhost"
			w := httptest.NewRecorder()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			c.server.ServeHTTP(w, r)
			runtime.ReadMemStats(&after)
			least = min(least, after.TotalAlloc-before.TotalAlloc)
			if w.Code != http.StatusOK {
				t.Fatalf("%s: %s", name, w.Body)
			}
		}
		t.Logf("%s: a picture of %d bytes, %d allocated", name, len(picture), least)
		if least > uint64(len(picture))*3/2+512<<10 {
			t.Errorf("%s: %d bytes are allocated for a picture of %d", name, least, len(picture))
		}
	}
}
