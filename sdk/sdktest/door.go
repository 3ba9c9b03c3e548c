package sdktest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/build"
	"github.com/ocrmux/ocrmux/internal/inbound"
	"github.com/ocrmux/ocrmux/internal/leaf"
	"github.com/ocrmux/ocrmux/sdk"
)

// Visit is a request at a provider's front door, which the provider has read in this program.
type Visit struct {
	*sdk.Accepted
	Inbound  *abi.InboundRequest
	provider sdk.Provider
	context  *abi.Context
	blobs    [][]byte // by handle; 0 is the whole body
}

// CallID is the id of every call in this package that a front door replies to.
const CallID = "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"

// Knock shows a request to a provider's front door at an instant, the way the engine does.
func Knock(t testing.TB, p sdk.Provider, now time.Time, config map[string]any, r *http.Request) *Visit {
	t.Helper()
	v, err := knock(p, now, config, r)
	if err != nil {
		t.Fatal(err)
	}
	if (v.Admit == nil) == (v.Answer == nil) {
		t.Fatal("the provider should either admit or answer a request")
	}
	return v
}

// knock fails for requests that the engine does not show to a provider.
func knock(p sdk.Provider, now time.Time, config map[string]any, r *http.Request) (*Visit, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	v := &Visit{provider: p, context: &abi.Context{NowUnixMs: now.UnixMilli(), Nonce: inbound.Nonce, Config: leaf.FromMap(config)}}
	if v.Inbound, v.blobs, err = inbound.Flatten(r.Method, r.URL, r.Header, body); err != nil {
		return nil, err
	}
	v.Accepted = sdk.Accept(p, &abi.AcceptRequest{Context: v.context, Request: v.Inbound}, nil)
	return v, nil
}

// Refusal is the failure with which the engine would turn a client with these secrets away; nil when it is let in. The
// secrets are held to their uses in the manifest of the provider in dir.
func (v *Visit) Refusal(t testing.TB, dir string, secrets map[string]string) *abi.Fail {
	t.Helper()
	if v.Admit == nil {
		t.Fatalf("the request was answered at once: %s", v.Said(t).Body)
	}
	if k := v.Admit.Client; k != nil && secrets[k.Name] != k.Value {
		return v.Admit.UnknownClient
	}
	_, d, err := build.Manifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	client := inbound.NewClient(d.Secrets, secrets, v.blobs)
	for i := range v.Admit.Proofs {
		if holds, err := client.Proves(&v.Admit.Proofs[i]); err != nil || !holds {
			return v.Admit.Proofs[i].Otherwise
		}
	}
	return nil
}

// Said is the answer that was given at once.
func (v *Visit) Said(t testing.TB) *Said {
	t.Helper()
	if v.Answer == nil {
		t.Fatal("the request was admitted")
	}
	return said(t, v.Answer)
}

// Reply has the provider say an outcome.
func (v *Visit) Reply(t testing.TB, recognition *abi.Recognition, failure *abi.Fail) *Said {
	t.Helper()
	in := &abi.ReplyRequest{Context: v.context, CallID: CallID, Request: v.Inbound, Recognition: recognition, Failure: failure}
	if v.Admit != nil {
		in.State = v.Admit.State
	}
	return said(t, sdk.Reply(v.provider, in, nil))
}

// Said is what a client gets.
type Said struct {
	Status int
	Header http.Header
	Body   string
}

func said(t testing.TB, r *abi.InboundResponse) *Said {
	t.Helper()
	body, err := inbound.Body(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	if body.ContentType != "" {
		w.Header().Set("Content-Type", body.ContentType)
	}
	for _, h := range r.Headers {
		w.Header().Set(h.Name, h.Value)
	}
	w.WriteHeader(int(r.Status))
	if _, err := body.WriteTo(w); err != nil {
		t.Fatal(err)
	}
	return &Said{Status: w.Code, Header: w.Header(), Body: w.Body.String()}
}
