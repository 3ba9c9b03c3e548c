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
	"github.com/ocrmux/ocrmux/internal/egress"
	"github.com/ocrmux/ocrmux/internal/leaf"
	"github.com/ocrmux/ocrmux/internal/value"
)

// exchange sends a provider's request and gives back the vendor's answer, or the one that was kept.
func (a *attempt) exchange(ctx context.Context, ex *abi.Exchange, nonce string) (*abi.Response, *failed) {
	if len(ex.State) > abi.MaxStateBytes {
		return nil, a.broken("the provider's state is larger than the contract allows", nil)
	}
	if ex.Request == nil {
		return nil, a.broken("the provider's exchange has no request", nil)
	}
	if f := a.checkRule(ex); f != nil {
		return nil, f
	}
	for _, key := range ex.Forget {
		a.provider.forget(key, a.used[key])
		delete(a.used, key)
	}
	r, f := a.answer(ctx, ex, nonce)
	if f != nil {
		return nil, f
	}
	r.State = ex.State
	return r, nil
}

// answer is the one that was kept, or the vendor's.
func (a *attempt) answer(ctx context.Context, ex *abi.Exchange, nonce string) (*abi.Response, *failed) {
	if ex.Cache != nil {
		done, err := a.provider.turns.Lock(ctx, ex.Cache.Key)
		if err != nil {
			f := expired(ctx)
			f.Billed = a.billed()
			return nil, f
		}
		defer done()
		if k := a.provider.find(ex.Cache.Key, a.gen.cfg.Now()); k != nil {
			return a.recall(ex.Cache.Key, k), nil
		}
	}
	r, blobs, f := a.send(ctx, ex.Request, nonce, ex.WantBody)
	if f != nil {
		return nil, f
	}
	a.capture(ex, r, blobs)
	return r, nil
}

// permit waits, before the first request is sent, until the vendor may be asked. All that was made ready by then cost nothing.
func (a *attempt) permit(ctx context.Context) *failed {
	if a.ready == nil {
		return nil
	}
	if a.unready = a.ready(ctx); a.unready != nil {
		return a.notPermitted()
	}
	a.ready = nil
	return nil
}

// notPermitted is the failure of an attempt whose vendor must not be asked.
func (a *attempt) notPermitted() *failed {
	f := failWith(a.unready.Kind, a.unready.Fault, a.unready.Message, nil)
	f.FailOver = a.unready.FailOver
	return f
}

// send evaluates a request, sends it through the guarded transport and flattens the answer. Its long texts have been
// given handles, and come back besides.
func (a *attempt) send(ctx context.Context, req *abi.HTTPRequest, nonce string, wantBody bool) (*abi.Response, [][]byte, *failed) {
	if a.requests++; a.requests > a.gen.cfg.Limits.MaxExchanges {
		return nil, nil, a.tooMany()
	}
	built, err := a.eval.Request(req, nonce)
	if err != nil {
		return nil, nil, a.broken("the provider's request cannot be made: "+err.Error(), err)
	}
	if name := a.strayed(built.URL, built.Secrets); name != "" {
		return nil, nil, a.broken("the provider may not send the secret "+name+" to this host", errStrayed)
	}
	out := &egress.Request{
		Method: built.Method, URL: built.URL, Header: built.Header, Sensitive: built.Sensitive,
		Body: built.Body.Open, ContentLength: built.Body.Len,
		Timeout: time.Duration(req.TimeoutMs) * time.Millisecond, ResponseCap: int64(min(req.ResponseCap, math.MaxInt64)),
	}
	mask := a.mask() // before sending: what is sent now may be echoed when it is no longer good
	if f := a.permit(ctx); f != nil {
		return nil, nil, f
	}
	answer, err := a.observeExchange(ctx, out)
	if err != nil {
		return nil, nil, a.transportFailure(ctx, err)
	}
	a.reached = true
	flat, err := leaf.Flatten(answer.Header.Get("Content-Type"), answer.Body, leaf.Options{FirstHandle: uint32(len(a.blobs)), Mask: mask.String, MaxBytes: len(answer.Body) + 1})
	if err != nil {
		return nil, nil, a.broken("the vendor's answer cannot be read: "+err.Error(), err)
	}
	a.hold(flat.Blobs...)
	a.shown = append(a.shown, flat.Leaves...)
	r := &abi.Response{Status: uint32(answer.Status), Format: flat.Format, Leaves: flat.Leaves, BodySize: uint64(len(answer.Body))}
	r.Headers = headers(answer.Header, mask)
	if wantBody {
		r.Body = mask.Bytes(answer.Body)
	}
	return r, flat.Blobs, nil
}

// headers lists headers in the order of their names, which become lower-case, with masked values that are UTF-8.
func headers(h http.Header, mask value.Mask) []abi.Header {
	var out []abi.Header
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[name] {
			out = append(out, abi.Header{Name: strings.ToLower(name), Value: strings.ToValidUTF8(mask.String(v), "\uFFFD")})
		}
	}
	return out
}

// errStrayed marks the failure, for host functions to answer with a status of its own.
var errStrayed = errors.New("a secret for another host")

// strayed names a secret that is bound to other hosts than the one of the URL.
func (a *attempt) strayed(target string, secrets []string) string {
	for _, name := range secrets {
		hosts := a.provider.specs[name].Hosts
		if len(hosts) == 0 || a.provider.operatorNamed(target) {
			continue
		}
		u, err := url.Parse(target)
		if err != nil || !slices.Contains(hosts, u.Scheme+"://"+u.Host) {
			return name
		}
	}
	return ""
}

// operatorNamed reports whether a URL goes to the endpoint the operator wrote.
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

// transportFailure says what a request that got no answer means: above all, whether it may have been billed.
func (a *attempt) transportFailure(ctx context.Context, err error) *failed {
	var e *egress.Error
	if !errors.As(err, &e) {
		return a.broken("the request was not sent", err)
	}
	if e.Sent != egress.SentNo {
		a.reached = true
	}
	f := failWith(abi.FailureKindUnavailable, abi.FaultNetwork, e.Error(), err)
	f.FailOver, f.Retryable, f.Billed = true, e.Sent == egress.SentNo, a.billed()
	switch e.Kind {
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
		if e.Sent != egress.SentNo {
			f.Kind = abi.FailureKindOutcomeUnknown
		}
	}
	if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		f.FailOver = false // no time is left for another provider
	}
	return f
}
