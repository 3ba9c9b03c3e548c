package engine

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/egress"
)

// beginStep begins to observe a step of a plugin.
func (o *observer) beginStep(ctx context.Context) (context.Context, sight) {
	return o.begin(ctx, "ocrmux.step", trace.SpanKindInternal)
}

// endStep notes how a step ended.
func (o *observer) endStep(ctx context.Context, seen sight, p *provider, in *abi.StepRequest, err error) {
	if o.meters == nil && seen.span == nil {
		return
	}
	phase := "start"
	if in.Response != nil {
		phase = "response"
	}
	attrs := []attribute.KeyValue{keyProvider.String(p.name), keyKind.String(string(p.plugin.Kind)), keyPhase.String(phase)}
	errorType := ""
	if err != nil {
		errorType = stepError(ctx, err)
		attrs = append(attrs, keyErrorType.String(errorType))
	}
	if o.meters != nil {
		o.record(ctx, o.meters.stepTime, seen, attrs...)
	}
	seen.set(attrs...)
	seen.end(errorType)
}

// stepError returns one word for what went wrong with a plugin.
func stepError(ctx context.Context, err error) string {
	var plugin *catalog.PluginError
	switch {
	case ctx.Err() != nil:
		return string(egress.KindCancelled)
	case errors.As(err, &plugin):
		return string(plugin.Cause)
	}
	return other
}

// beginExchange begins to observe an exchange with a vendor.
func (o *observer) beginExchange(ctx context.Context) (context.Context, sight) {
	return o.begin(ctx, "ocrmux.exchange", trace.SpanKindClient)
}

// endExchange notes how an exchange ended.
func (o *observer) endExchange(ctx context.Context, seen sight, p *provider, out *egress.Request, answer *egress.Response, err error) {
	if o.meters == nil && seen.span == nil {
		return
	}
	attrs := append(p.place(out.URL), keyProvider.String(p.name), keyMethod.String(method(out.Method)))
	errorType, sent := "", egress.SentYes
	var refused *egress.Error
	switch {
	case errors.As(err, &refused):
		errorType, sent = string(refused.Kind), refused.Sent
	case err != nil:
		errorType, sent = other, egress.SentMaybe
	default:
		attrs = append(attrs, keyStatus.Int(answer.Status))
		if answer.Status >= http.StatusBadRequest {
			errorType = strconv.Itoa(answer.Status)
		}
		seen.set(attribute.Int("http.response.body.size", len(answer.Body)))
	}
	if errorType != "" {
		attrs = append(attrs, keyErrorType.String(errorType))
	}
	if o.meters != nil {
		o.record(ctx, o.meters.exchangeTime, seen, attrs...)
	}
	seen.set(append(attrs, attribute.Int64("http.request.body.size", out.ContentLength), attribute.String("ocrmux.sent", string(sent)))...)
	seen.end(errorType)
}

// method returns a standard HTTP method, or other for one that a plugin has made up.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return other
}

// place returns where a request goes, as far as manifest and operator name it. A host that a plugin has made up may be anything, also a text
// from a card. For a host under a wildcard it is the wildcard.
func (p *provider) place(target string) []attribute.KeyValue {
	u, err := url.Parse(target)
	if err != nil || p.policy.Allows(target) != nil {
		return []attribute.KeyValue{keyAddress.String(other)}
	}
	host, name := strings.ToLower(u.Hostname()), other
	if p.operatorNamed(target) {
		name = host
	}
	for _, h := range p.plugin.Manifest.Hosts {
		_, rest, found := strings.Cut(h, "://")
		if !found {
			rest = h
		}
		listed, _, _ := strings.Cut(strings.ToLower(rest), ":")
		if suffix, wild := strings.CutPrefix(listed, "*"); wild && name == other && strings.HasSuffix(host, suffix) || listed == host {
			name = listed
		}
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		port = 443
		if u.Scheme == "http" {
			port = 80
		}
	}
	return []attribute.KeyValue{keyAddress.String(name), keyPort.Int(port)}
}
