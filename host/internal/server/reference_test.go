package server_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestReferenceLoadsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	b := openWith(t, withoutDoors, nil)
	page := b.ask(t, get(t, b, "/docs"))
	if page.status != 200 || !strings.Contains(page.header.Get("Content-Security-Policy"), "default-src 'none'") || strings.Contains(page.body, "://") {
		t.Errorf("%v\n%s", page.header, page.body)
	}
	for _, path := range []string{"docs/start.js", "docs/swagger-ui-bundle.js", "docs/swagger-ui.css"} {
		if !strings.Contains(page.body, `"`+path+`"`) {
			t.Errorf("the page has no %s", path)
		}
		for _, encoding := range []string{"gzip", "identity"} {
			r := get(t, b, "/"+path)
			r.Header.Set("Accept-Encoding", encoding)
			response, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			if err != nil || response.StatusCode != 200 || len(body) < 100 || response.Body.Close() != nil {
				t.Errorf("%s, %s: %d, %d bytes, %v", path, encoding, response.StatusCode, len(body), err)
			}
		}
	}
}
