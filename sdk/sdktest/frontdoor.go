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

// InboundCall is a request at a provider's front door and what the provider returned for it: Admit or Answer is set.
type InboundCall struct {
	*sdk.Accepted
	Inbound  *abi.InboundRequest
	provider sdk.Provider
	context  *abi.Context
	blobs    [][]byte // by handle; 0 is the whole body
}

// CallID is the id of every call that [InboundCall.Reply] replies to.
const CallID = "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"

// Accept passes a request to a provider's front door in this program, as the engine does. now is the time of the call
// and config the configuration of the front door. The test fails if the provider neither admits nor answers it.
func Accept(t testing.TB, p sdk.Provider, now time.Time, config map[string]any, r *http.Request) *InboundCall {
	t.Helper()
	c, err := accept(p, now, config, r)
	if err != nil {
		t.Fatal(err)
	}
	if (c.Admit == nil) == (c.Answer == nil) {
		t.Fatal("the provider should either admit or answer a request")
	}
	return c
}

// accept returns an error for a request that the engine does not pass to a provider.
func accept(p sdk.Provider, now time.Time, config map[string]any, r *http.Request) (*InboundCall, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	c := &InboundCall{provider: p, context: &abi.Context{NowUnixMs: now.UnixMilli(), Nonce: inbound.Nonce, Config: leaf.FromMap(config)}}
	if c.Inbound, c.blobs, err = inbound.Flatten(r.Method, r.URL, r.Header, body); err != nil {
		return nil, err
	}
	c.Accepted = sdk.Accept(p, &abi.AcceptRequest{Context: c.context, Request: c.Inbound}, nil)
	return c, nil
}

// Refusal returns the failure with which the engine refuses a client with these secrets, or nil if it admits the client.
// The manifest in dir limits the use of each secret.
func (c *InboundCall) Refusal(t testing.TB, dir string, secrets map[string]string) *abi.Fail {
	t.Helper()
	if c.Admit == nil {
		t.Fatalf("the request was answered at once: %s", c.Response(t).Body)
	}
	if k := c.Admit.Client; k != nil && secrets[k.Name] != k.Value {
		return c.Admit.UnknownClient
	}
	_, d, err := build.Manifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	client := inbound.NewClient(d.Secrets, secrets, c.blobs)
	for i := range c.Admit.Proofs {
		if holds, err := client.Proves(&c.Admit.Proofs[i]); err != nil || !holds {
			return c.Admit.Proofs[i].Otherwise
		}
	}
	return nil
}

// Response returns the response that the provider gave at once. The test fails if the request was admitted.
func (c *InboundCall) Response(t testing.TB) *Response {
	t.Helper()
	if c.Answer == nil {
		t.Fatal("the request was admitted")
	}
	return newResponse(t, c.Answer)
}

// Reply returns the provider's response for an outcome. Either recognition or failure must be set.
func (c *InboundCall) Reply(t testing.TB, recognition *abi.Recognition, failure *abi.Fail) *Response {
	t.Helper()
	in := &abi.ReplyRequest{Context: c.context, CallID: CallID, Request: c.Inbound, Recognition: recognition, Failure: failure}
	if c.Admit != nil {
		in.State = c.Admit.State
	}
	return newResponse(t, sdk.Reply(c.provider, in, nil))
}

// Response is the HTTP response that a client gets.
type Response struct {
	Status int
	Header http.Header
	Body   string
}

func newResponse(t testing.TB, r *abi.InboundResponse) *Response {
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
	return &Response{Status: w.Code, Header: w.Header(), Body: w.Body.String()}
}
