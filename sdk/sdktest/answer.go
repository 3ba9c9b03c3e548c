package sdktest

import (
	"net/http"
	"sort"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/leaf"
	"github.com/ocrmux/ocrmux/sdk"
)

// Answer is a vendor's answer as the host would show it to a provider, for tests that call Response themselves: a table of
// every code of a vendor needs no module and no server.
func Answer(t testing.TB, status int, header http.Header, body string) *sdk.Response {
	t.Helper()
	flat, err := leaf.Flatten(header.Get("Content-Type"), []byte(body), leaf.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := &abi.Response{Status: uint32(status), Format: flat.Format, Leaves: flat.Leaves, BodySize: uint64(len(body))}
	for name, values := range header {
		for _, v := range values {
			r.Headers = append(r.Headers, abi.Header{Name: strings.ToLower(name), Value: v})
		}
	}
	sort.SliceStable(r.Headers, func(i, k int) bool { return r.Headers[i].Name < r.Headers[k].Name })
	return &sdk.Response{Response: r, Leaves: flat.Leaves}
}
