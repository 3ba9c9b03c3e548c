package sdktest

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/sdk"
)

// FuzzAccept passes requests of random bytes to a front door. Each request must be admitted or answered, a client with
// unknown secrets must be refused, and every failure must have a response. dir is the folder of the provider's manifest.
// The seeds should be requests that are admitted.
func FuzzAccept(f *testing.F, p sdk.Provider, dir string, seeds ...*http.Request) {
	for _, r := range seeds {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			f.Fatal(err)
		}
		var headers strings.Builder
		for name := range r.Header {
			headers.WriteString(name + ": " + r.Header.Get(name) + "\n")
		}
		f.Add(r.Method, r.URL.Path, r.URL.RawQuery, headers.String(), body)
	}
	unknown := strings.Repeat("secret", 8)
	f.Fuzz(func(t *testing.T, method, path, query, headers string, body []byte) {
		r := &http.Request{Method: method, URL: &url.URL{Path: path, RawQuery: query}, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body))}
		for line := range strings.SplitSeq(headers, "\n") {
			if name, text, ok := strings.Cut(line, ":"); ok {
				r.Header.Add(strings.TrimSpace(name), strings.TrimSpace(text))
			}
		}
		c, err := accept(p, callTime(), nil, r)
		if err != nil {
			t.Skip()
		}
		switch {
		case c.Admit != nil && c.Answer == nil:
			account := map[string]string{"app_code": unknown, "app_secret": unknown}
			if k := c.Admit.Client; k != nil {
				account[k.Name] = k.Value
			}
			if len(c.Admit.Proofs) == 0 || c.Refusal(t, dir, account) == nil {
				t.Error("a client without the secrets is admitted")
			}
			if p := c.Admit.Picture; p == nil || p.Blob == nil && p.URL == "" && p.Base64 == "" {
				t.Error("a request without a picture is admitted")
			}
		case c.Answer == nil:
			t.Fatal("the request is neither admitted nor answered")
		default:
			if status := c.Response(t).Status; status < 200 || status > 599 {
				t.Errorf("the status is %d", status)
			}
		}
		for kind := abi.FailureKindInvalidRequest; kind <= abi.FailureKindInternal; kind++ {
			c.Reply(t, nil, &abi.Fail{Kind: kind})
		}
	})
}
