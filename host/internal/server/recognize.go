package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/host/internal/server/intake"
	"github.com/ocrmux/ocrmux/host/internal/server/replay"
	"github.com/ocrmux/ocrmux/internal/message"
)

const (
	idempotencyKey = "Idempotency-Key"
	maxIdempotency = 255 // characters of such a key
)

// recognizeOperation mounts POST /v1/recognize. It reads the body itself, since huma would hold a picture several times in memory.
func (a *api) recognizeOperation(h huma.API) {
	op := describeRecognize(h.OpenAPI().Components.Schemas)
	h.OpenAPI().AddOperation(op)
	h.Adapter().Handle(op, func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		a.recognize(w, r)
	})
}

func describeRecognize(schemas huma.Registry) *huma.Operation {
	op := &huma.Operation{
		Method: http.MethodPost, Path: "/v1/recognize", OperationID: "recognize", Summary: "Read one document", Tags: []string{"recognition"},
		Description: "Send a JSON object with the picture in base64 or its address, a multipart form with the picture as a file, or the picture as the body. " +
			"Parameters are in the body or, except image_url, in the query, each in one place.",
		Responses: problems(schemas, 400, 404, 408, 413, 415, 502, 504),
	}
	op.Responses["200"] = &huma.Response{
		Description: "The document", Content: map[string]*huma.MediaType{"application/json": {Schema: schemas.Schema(reflect.TypeFor[engine.Recognition](), true, "")}},
		Headers: map[string]*huma.Param{"Idempotency-Replayed": {Description: "true if the answer is that of an earlier request", Schema: &huma.Schema{Type: huma.TypeString}}},
	}
	op.Parameters = append(op.Parameters, parameter("header", idempotencyKey, "A repeated request with the same key within 24 hours gets the same answer and is not done again.", &huma.Schema{Type: huma.TypeString, MaxLength: new(maxIdempotency)}))
	object := map[string]*huma.Schema{"image_base64": {Type: huma.TypeString, Description: "The picture in base64, the standard alphabet with padding."}}
	form := map[string]*huma.Schema{"image": {Type: huma.TypeString, Format: "binary", Description: "The picture."}}
	for _, p := range intake.Parameters() {
		schema := &huma.Schema{Type: huma.TypeString, Description: p.Doc}
		for _, word := range p.Enum {
			schema.Enum = append(schema.Enum, word)
		}
		text := schema
		switch p.Kind {
		case intake.Words:
			schema = &huma.Schema{Type: huma.TypeArray, Items: &huma.Schema{Type: huma.TypeString}, Description: p.Doc}
			text = &huma.Schema{Type: huma.TypeString, Description: p.Doc + " Separated by commas."}
		case intake.Switch:
			schema = &huma.Schema{Type: huma.TypeBoolean, Description: p.Doc}
			text = schema
		case intake.Mapping:
			schema = &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true, Description: p.Doc}
			text = &huma.Schema{Type: huma.TypeString, Description: p.Doc + " A JSON object."}
		}
		object[p.Name], form[p.Name] = schema, text
		if !p.BodyOnly {
			op.Parameters = append(op.Parameters, parameter("query", p.Name, p.Doc, text))
		}
	}
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		"application/json": {Schema: &huma.Schema{
			Type: huma.TypeObject, Properties: object, AdditionalProperties: false, OneOf: []*huma.Schema{{Required: []string{"image_base64"}}, {Required: []string{intake.ImageURL}}},
		}},
		"multipart/form-data": {Schema: &huma.Schema{
			Type: huma.TypeObject, Properties: form, AdditionalProperties: false, OneOf: []*huma.Schema{{Required: []string{"image"}}, {Required: []string{intake.ImageURL}}},
		}},
		"image/*": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}},
	}}
	return op
}

func (a *api) recognize(w http.ResponseWriter, r *http.Request) {
	tenant := stateOf(r.Context()).tenant
	key, p := keyOf(r)
	if p != nil {
		p.write(w)
		return
	}
	form, err := intake.Read(w, r, a.cfg.MaxPictureBytes)
	if err != nil {
		intakeProblem(err).write(w)
		return
	}
	if err := a.service.ResolveRoute(tenant, &form.Request); err != nil {
		denialProblem(err).write(w)
		return
	}
	if key == "" {
		answer, _ := a.answer(r.Context(), form)
		send(w, answer)
		return
	}
	digest, err := form.Digest()
	if err != nil {
		internalProblem().write(w)
		return
	}
	// A caller that gave up may ask again, and then gets what was paid for.
	lasting := context.WithoutCancel(r.Context())
	answer, replayed, err := a.answers.Do(r.Context(), tenant.Name(), key, digest, func() (replay.Answer, bool) { return a.answer(lasting, form) })
	switch {
	case errors.Is(err, replay.ErrDifferent):
		callerFault(http.StatusUnprocessableEntity, message.New(message.RefusedKeyReused)).write(w)
		return
	case err != nil: // the caller gave up
		problem(http.StatusGatewayTimeout, engine.Failure{
			Kind: abi.FailureKindTimeout, Fault: abi.FaultCaller, Message: message.New(message.RefusedCanceled),
		}).write(w)
		return
	}
	if replayed {
		w.Header().Set("Idempotency-Replayed", "true")
	}
	send(w, answer)
}

// keyOf returns the idempotency key of a request, empty if it has none.
func keyOf(r *http.Request) (string, *Problem) {
	values := r.Header.Values(idempotencyKey)
	if len(values) == 0 {
		return "", nil
	}
	key := values[0]
	bad := func(c rune) bool { return c < ' ' || c > '~' }
	if len(values) > 1 || key == "" || len(key) > maxIdempotency || slices.ContainsFunc([]rune(key), bad) {
		return "", callerFault(http.StatusBadRequest, message.New(message.RefusedIdempotencyKey, "most", maxIdempotency))
	}
	return key, nil
}

// answer asks the engine. keep is false for an answer that cost nothing and may be different next time.
func (a *api) answer(ctx context.Context, form *intake.Form) (answer replay.Answer, keep bool) {
	req := form.Ask()
	recognition, err := a.service.Engine.Recognize(ctx, req)
	if err == nil {
		return encoded(http.StatusOK, "application/json", recognition, nil), true
	}
	var wrong *engine.Error
	if !errors.As(err, &wrong) {
		p := internalProblem() // not reached: all errors of the engine have that type
		return encoded(p.Status, problemType, p, nil), false
	}
	p := failureProblem(wrong, req.Tenant)
	paid := slices.ContainsFunc(wrong.Attempts, func(a engine.Attempt) bool { return a.Outcome != engine.Skipped && a.Billed != abi.BilledNo })
	return encoded(p.Status, problemType, p, p.GetHeaders()), paid || !wrong.Failure.Retryable && p.Status < http.StatusInternalServerError
}

func encoded(status int, kind string, body any, headers http.Header) replay.Answer {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(body) // texts, numbers and times can always be encoded
	out := replay.Answer{Status: status, Header: map[string]string{"Content-Type": kind}, Body: b.Bytes()}
	for name := range headers {
		out.Header[name] = headers.Get(name)
	}
	return out
}

func send(w http.ResponseWriter, a replay.Answer) {
	for _, name := range slices.Sorted(maps.Keys(a.Header)) {
		w.Header().Set(name, a.Header[name])
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body) // an error means that the client is gone
}
