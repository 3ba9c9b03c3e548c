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

// observeStep has a provider's plugin make a step, and looks at it.
func (a *attempt) observeStep(ctx context.Context, in *abi.StepRequest) (*abi.Action, error) {
	o, p := a.gen.watch, a.provider
	ctx, seen := o.begin(ctx, "ocrmux.step", trace.SpanKindInternal)
	action, err := p.module.Step(ctx, in, a)
	if o.meters == nil && seen.span == nil {
		return action, err
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
	return action, err
}

// stepError is what went wrong with a plugin, in a word.
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

// observeExchange sends a provider's request, and looks at it.
func (a *attempt) observeExchange(ctx context.Context, out *egress.Request) (*egress.Response, error) {
	o, p := a.gen.watch, a.provider
	ctx, seen := o.begin(ctx, "ocrmux.exchange", trace.SpanKindClient)
	answer, err := a.gen.client.Do(ctx, p.policy, out)
	if o.meters == nil && seen.span == nil {
		return answer, err
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
	return answer, err
}

// method is an HTTP method that everybody knows: plugins can make up others.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return other
}

// place is where a request goes, as far as manifest and operator name it: what a plugin makes up may be anything, also what it read on
// a card. Under a wildcard, the wildcard is told.
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
