package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"go.opentelemetry.io/otel/propagation"

	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/host/internal/server/replay"
	"github.com/ocrmux/ocrmux/host/internal/service"
	"github.com/ocrmux/ocrmux/internal/message"
)

// apiPrefix begins the paths that need a key.
const apiPrefix = "/v1/"

// Limits of the answers that are stored for requests with an Idempotency-Key.
const (
	keptAnswers = 10_000
	keptBytes   = 64 << 20
	keptFor     = 24 * time.Hour
)

// api is the HTTP API.
type api struct {
	service *service.Service
	cfg     *Config
	guard   *atomic.Pointer[access.Guard]
	answers *replay.Store
	foreign *http.CrossOriginProtection
}

// mountAPI adds the HTTP API, its description and its reference to the mux, and returns the patterns.
func (s *Server) mountAPI() ([]string, error) {
	answers, err := replay.New(replay.Config{Entries: keptAnswers, Bytes: keptBytes, TTL: keptFor, Now: s.cfg.Now, Random: s.cfg.Random})
	if err != nil {
		return nil, err
	}
	a := &api{service: s.service, cfg: &s.cfg, guard: &s.guard, answers: answers, foreign: http.NewCrossOriginProtection()}
	mux := &guardedMux{ServeMux: s.mux, api: a}
	h := humago.New(mux, humaConfig(s.cfg.Version))
	a.describe(h)
	a.recognizeOperation(h)
	a.providerOperations(h)
	a.routeOperations(h)
	a.moneyOperations(h)
	if s.cfg.Metrics != nil {
		mux.HandleFunc("GET /metrics", a.metrics)
	}
	tidy(h.OpenAPI().Components.Schemas)
	description, err := json.Marshal(h.OpenAPI())
	if err != nil {
		return nil, fmt.Errorf("describe the API: %w", err)
	}
	s.mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(description) // an error means that the client is gone
	})
	return append(mux.patterns, append(mountReference(s.mux), "GET /openapi.json")...), nil
}

// guardedMux mounts handlers that only tenants may use.
type guardedMux struct {
	*http.ServeMux
	api      *api
	patterns []string
}

func (m *guardedMux) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	m.patterns = append(m.patterns, pattern)
	m.ServeMux.HandleFunc(pattern, m.api.guarded(handler))
}

// guarded passes on requests of tenants that are within their limits.
func (a *api) guarded(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if a.foreign.Check(r) != nil {
			refusalProblem(&access.Refusal{Status: http.StatusForbidden, Reason: message.New(message.RefusedOrigin)}).write(w)
			return
		}
		tenant, err := a.guard.Load().Identify(r)
		if err != nil {
			refusalProblem(err).write(w)
			return
		}
		stateOf(r.Context()).tenant = tenant
		leave, err := tenant.Enter()
		if err != nil {
			refusalProblem(err).write(w)
			return
		}
		defer leave()
		next(w, r.WithContext(propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))))
	}
}

// metrics serves the metrics to admins only, since they cover the calls of all tenants.
func (a *api) metrics(w http.ResponseWriter, r *http.Request) {
	if !stateOf(r.Context()).tenant.Admin() {
		denialProblem(service.ErrNotAdmin).write(w)
		return
	}
	a.cfg.Metrics.ServeHTTP(w, r)
}

// humaConfig configures huma without its own documents and with problems as errors.
func humaConfig(version string) huma.Config {
	c := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "ocrmux", Version: version,
				Description: "Reads identity cards through OCR providers. Errors are problem documents (RFC 9457) of the type urn:ocrmux:failure:KIND.",
			},
			Components: &huma.Components{
				Schemas: newRegistry(),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"bearer": {Type: "http", Scheme: "bearer", Description: "A tenant's key"}, "key": {Type: "apiKey", In: "header", Name: "X-API-Key", Description: "A tenant's key"},
				},
			},
			Security: []map[string][]string{{"bearer": {}}, {"key": {}}},
		},
		Formats:       map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{ourProblem},
	}
	c.RejectUnknownQueryParameters = true
	return c
}

// ourProblem turns huma's error about a wrong parameter into a problem without the value.
func ourProblem(_ huma.Context, _ string, v any) (any, error) {
	e, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	reason := e.Detail
	for _, d := range e.Errors {
		reason += "; " + d.Location + ": " + d.Message
	}
	return callerFault(e.Status, message.Text(reason)), nil
}

// problems returns the responses of an operation that are problems: those of every operation, and more.
func problems(r huma.Registry, more ...int) map[string]*huma.Response {
	schema := r.Schema(reflect.TypeFor[Problem](), true, "")
	out := make(map[string]*huma.Response)
	for _, status := range append([]int{401, 403, 422, 429, 500, 503}, more...) {
		response := &huma.Response{Description: http.StatusText(status), Content: map[string]*huma.MediaType{problemType: {Schema: schema}}}
		if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
			response.Headers = map[string]*huma.Param{"Retry-After": {Description: "Seconds after which the request may succeed", Schema: &huma.Schema{Type: huma.TypeInteger}}}
		}
		out[fmt.Sprint(status)] = response
	}
	return out
}

// describe adds the operations that are not mounted through huma.
func (a *api) describe(h huma.API) {
	for path, summary := range map[string]string{"/healthz": "Report that the process is alive", "/readyz": "Report whether a provider can be asked"} {
		text := func(description string) *huma.Response {
			return &huma.Response{Description: description, Content: map[string]*huma.MediaType{"text/plain": {Schema: &huma.Schema{Type: huma.TypeString}}}}
		}
		op := &huma.Operation{Method: http.MethodGet, Path: path, OperationID: path[1:], Summary: summary, Tags: []string{"health"}, Security: []map[string][]string{}, Responses: map[string]*huma.Response{"200": text("Yes.")}}
		if path == "/readyz" {
			op.Responses["503"] = text("No provider is ready.")
		}
		h.OpenAPI().AddOperation(op)
	}
}
