package engine

import (
	"context"
	"errors"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/adapter"
	"github.com/ocrmux/ocrmux/internal/egress"
	"github.com/ocrmux/ocrmux/internal/leaf"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/value"
)

// send evaluates a request, sends it through the guarded transport and flattens the answer. Its long texts get handles, and are returned
// besides.
func (c *pluginCall) send(ctx context.Context, req *abi.HTTPRequest, nonce string, wantBody bool) (*abi.Response, [][]byte, *Error) {
	if c.requests++; c.requests > c.gen.cfg.Limits.MaxExchanges {
		return nil, nil, c.tooMany()
	}
	built, err := c.eval.Request(req, nonce)
	if err != nil {
		return nil, nil, c.broken(message.New(message.RequestUnmakeable, "reason", message.Error(err)), err)
	}
	if name := c.strayed(built.URL, built.Secrets); name != "" {
		return nil, nil, c.broken(message.New(message.SecretStrayed, "secret", name), errStrayed)
	}
	out := &egress.Request{
		Method: built.Method, URL: built.URL, Header: built.Header, Sensitive: built.Sensitive,
		Body: built.Body.Open, ContentLength: built.Body.Len,
		Timeout: time.Duration(req.TimeoutMs) * time.Millisecond, ResponseCap: int64(min(req.ResponseCap, math.MaxInt64)),
	}
	mask := c.secrets.mask() // made now, since a vendor may echo a secret that has expired meanwhile
	if c.permit != nil {
		if f := c.permit(ctx); f != nil {
			return nil, nil, f
		}
	}
	answer, err := c.do(ctx, out)
	if err != nil {
		return nil, nil, c.transportFailure(ctx, err)
	}
	c.reached, c.free = true, c.free || adapter.TurnedAway(uint32(answer.Status))
	flat, err := leaf.Flatten(answer.Header.Get("Content-Type"), answer.Body, leaf.Options{FirstHandle: uint32(len(c.blobs)), Mask: mask.String, MaxBytes: len(answer.Body) + 1})
	if err != nil {
		return nil, nil, c.broken(message.New(message.AnswerUnreadable, "reason", message.Error(err)), err)
	}
	c.hold(flat.Blobs...)
	c.shown = append(c.shown, flat.Leaves...)
	r := &abi.Response{Status: uint32(answer.Status), Format: flat.Format, Leaves: flat.Leaves, BodySize: uint64(len(answer.Body))}
	r.Headers = headers(answer.Header, mask)
	if wantBody {
		r.Body = mask.Bytes(answer.Body)
	}
	return r, flat.Blobs, nil
}

// do sends a request to the vendor.
func (c *pluginCall) do(ctx context.Context, out *egress.Request) (*egress.Response, error) {
	o := c.gen.watch
	ctx, seen := o.beginExchange(ctx)
	answer, err := c.gen.client.Do(ctx, c.provider.policy, out)
	o.endExchange(ctx, seen, c.provider, out, answer, err)
	return answer, err
}

// headers lists headers by their lower-case names, in order. Their values are masked and valid UTF-8.
func headers(h http.Header, mask value.Mask) []abi.Header {
	var out []abi.Header
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[name] {
			out = append(out, abi.Header{Name: strings.ToLower(name), Value: strings.ToValidUTF8(mask.String(v), "\uFFFD")})
		}
	}
	return out
}

// errStrayed marks a failure, so that a host function can answer it with a status of its own.
var errStrayed = errors.New("a secret for another host")

// strayed returns the name of a secret that is bound to other hosts than the URL's; "" where there is none.
func (c *pluginCall) strayed(target string, secrets []string) string {
	for _, name := range secrets {
		hosts := c.provider.specs[name].Hosts
		if len(hosts) == 0 || c.provider.operatorNamed(target) {
			continue
		}
		u, err := url.Parse(target)
		if err != nil || !slices.Contains(hosts, u.Scheme+"://"+u.Host) {
			return name
		}
	}
	return ""
}

// operatorNamed reports whether a URL goes to the endpoint that the operator has configured.
func (p *provider) operatorNamed(target string) bool {
	for _, l := range p.config {
		if l.Path == "/"+endpointKey {
			want, err := url.Parse(l.Value)
			got, err2 := url.Parse(target)
			return err == nil && err2 == nil && want.Scheme == got.Scheme && strings.EqualFold(want.Host, got.Host)
		}
	}
	return false
}

// transportFailure is the failure of a request without an answer. It says above all whether the request may have been billed.
func (c *pluginCall) transportFailure(ctx context.Context, err error) *Error {
	var t *egress.Error
	if !errors.As(err, &t) {
		return c.broken(message.New(message.RequestNotSent), err)
	}
	unsent := t.Sent == egress.SentNo
	c.reached = c.reached || !unsent
	e := failWith(abi.FailureKindUnavailable, abi.FaultNetwork, t.Message(), err)
	f := &e.Failure
	f.FailOver, f.Billed = true, c.billed()
	f.Retryable = unsent && f.Billed == abi.BilledNo
	switch t.Kind {
	case egress.KindInvalidRequest, egress.KindInvalidURL, egress.KindRequestTooLarge, egress.KindRequestBody:
		f.Kind, f.Fault, f.Retryable = abi.FailureKindProviderError, abi.FaultVendor, false
	case egress.KindSchemeRefused, egress.KindHostRefused, egress.KindAddressRefused:
		f.Kind, f.Fault, f.Retryable = abi.FailureKindPermissionDenied, abi.FaultOperator, false
	case egress.KindClosed:
		f.Fault = abi.FaultOperator
	case egress.KindTimeout:
		f.Kind = abi.FailureKindTimeout
	case egress.KindCancelled:
		f.Kind, f.Fault, f.FailOver, f.Retryable = abi.FailureKindTimeout, abi.FaultCaller, false, false
	case egress.KindBadAnswer, egress.KindAnswerTooLarge, egress.KindRedirectRefused, egress.KindTooManyRedirects:
		f.Kind, f.Fault = abi.FailureKindProviderError, abi.FaultVendor
	default:
		if !unsent {
			f.Kind = abi.FailureKindOutcomeUnknown
		}
	}
	if ended := endOf(ctx); ended != nil {
		e.err = ended
		if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
			f.FailOver = false // no time is left for another provider
		}
	}
	return e
}

// errTooMany marks a failure, so that a host function can answer it with a status of its own.
var errTooMany = errors.New("too many exchanges")

func (c *pluginCall) tooMany() *Error {
	return c.broken(message.New(message.TooManyExchanges, "limit", c.gen.cfg.Limits.MaxExchanges), errTooMany)
}
