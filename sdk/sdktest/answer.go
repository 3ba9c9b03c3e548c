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

// Answer returns a vendor's answer in the form in which the host passes it to a provider. Use it to call a provider's
// Response method for every code of a vendor, without a build and without a server.
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
