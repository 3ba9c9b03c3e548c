package engine

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/catalog"
	"github.com/ocrmux/ocrmux/engine/leaf"
	"github.com/ocrmux/ocrmux/engine/value"
)

// FrontDoor answers as a vendor: requests in the vendor's own protocol are read by the vendor's plugin, recognised through
// a route, and answered in the vendor's own words.
type FrontDoor struct {
	// Route that recognises; empty means "default".
	Route string
	// Clients who may call, each with the credentials the vendor would have given it, by the names of the plugin's secrets.
	Clients []map[string]Secret
	// Tenants on whose behalf the clients call, in their order; for those beyond the end of the list, and where it is empty, on nobody's.
	Tenants []string
	// Config is what the plugin is told, held to its schema.
	Config map[string]any
}

// Door is the front door of a plugin, which answers as its vendor. It is safe for concurrent use.
type Door struct {
	engine *Engine
	plugin string
}

// Door gives the front door that Config.FrontDoors opened for a plugin; nil when there is none.
func (e *Engine) Door(plugin string) *Door {
	if e.now.Load().doors[plugin] == nil {
		return nil
	}
	return &Door{e, plugin}
}

// Doors names the front doors that are open, by their plugins.
func (e *Engine) Doors() []string { return slices.Sorted(maps.Keys(e.now.Load().doors)) }

// Paths are the vendor's own methods and paths; none when a Reload has closed the door.
func (d *Door) Paths() []abi.FrontDoor {
	if now := d.engine.now.Load().doors[d.plugin]; now != nil {
		return now.provider.plugin.Manifest.FrontDoors
	}
	return nil
}

// ServeHTTP answers one request of the vendor's protocol. A body over the engine's limit is cut off before it is read.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g := d.engine.begin()
	if g == nil {
		http.Error(w, "the engine is closed", http.StatusServiceUnavailable)
		return
	}
	defer g.running.done()
	now := g.doors[d.plugin]
	if now == nil {
		http.Error(w, "this front door is closed", http.StatusNotFound)
		return
	}
	now.serve(w, r)
}

// door is an open front door of one generation.
type door struct {
	engine   *generation
	provider *provider // the plugin with the door's own config
	route    string
	clients  []client
}

// openDoors holds each front door to its plugin's manifest.
func (e *generation) openDoors(found []catalog.Found) error {
	e.doors = make(map[string]*door, len(e.cfg.FrontDoors))
	var problems []error
	taken := make(map[string]string)
	for _, name := range slices.Sorted(maps.Keys(e.cfg.FrontDoors)) {
		d, err := e.newDoor(name, e.cfg.FrontDoors[name], found)
		problems = append(problems, err)
		e.doors[name] = d
		if d.provider.plugin.Manifest == nil {
			continue
		}
		for _, p := range d.provider.plugin.Manifest.FrontDoors {
			pattern := p.Method + " " + p.Path
			if other := taken[pattern]; other != "" {
				problems = append(problems, d.provider.wrong("", "answers at "+pattern+" as the front door "+other+" does", "one of the two"))
			}
			taken[pattern] = name
		}
	}
	return errors.Join(problems...)
}

func (e *generation) newDoor(name string, cfg FrontDoor, found []catalog.Found) (*door, error) {
	p := &provider{name: name, serves: name, door: true, cache: make(map[string]*kept), secrets: map[string][]byte{}}
	d := &door{engine: e, provider: p, route: cmp.Or(cfg.Route, DefaultRoute)}
	if err := p.findPlugin(e, found); err != nil {
		return d, err
	}
	if p.loadErr != nil {
		return d, p.wrong("", "the plugin cannot be used: "+p.loadErr.Error(), "a plugin that loads")
	}
	problems := []error{p.configure(ProviderConfig{Config: cfg.Config}, e.cfg.Limits)}
	if len(p.plugin.Manifest.FrontDoors) == 0 {
		problems = append(problems, p.wrong("", "the plugin cannot answer as its vendor", "a plugin whose manifest has front_doors"))
	}
	if _, ok := e.routes[d.route]; !ok {
		problems = append(problems, p.wrong("/route", fmt.Sprintf("there is no route %q", d.route), oneOf(slices.Sorted(maps.Keys(e.routes)))))
	}
	if len(cfg.Clients) == 0 {
		problems = append(problems, p.wrong("/clients", "nobody may call", "at least one client"))
	}
	for i, secrets := range cfg.Clients {
		taken, err := p.takeSecrets(fmt.Sprintf("/clients/%d", i), secrets)
		problems = append(problems, err)
		c := client{secrets: taken, seen: e.seenBy(name, taken)}
		if i < len(cfg.Tenants) {
			c.tenant = cfg.Tenants[i]
		}
		d.clients = append(d.clients, c)
	}
	return d, errors.Join(problems...)
}

// seenBy is what a door's client of these secrets has sent already: a request that was answered before a reload is not answered again.
func (e *generation) seenBy(name string, secrets map[string][]byte) *seen {
	if e.before != nil && e.before.doors[name] != nil {
		for _, c := range e.before.doors[name].clients {
			if maps.EqualFunc(c.secrets, secrets, bytes.Equal) {
				return c.seen
			}
		}
	}
	return newSeen()
}

// serve answers one request of the vendor's protocol, for a call that Close waits for.
func (d *door) serve(w http.ResponseWriter, r *http.Request) {
	if d.provider.loadErr != nil {
		http.Error(w, "the front door's plugin did not load", http.StatusServiceUnavailable)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), d.engine.cfg.Limits.Timeout)
	defer cancel()
	v := &visit{session: session{engine: d.engine, provider: d.provider}, door: d}
	v.eval = value.New(v, value.Limits{})
	var id [16]byte
	if _, err := io.ReadFull(d.engine.cfg.Random, id[:]); err != nil {
		http.Error(w, "no randomness", http.StatusInternalServerError)
		return
	}
	v.id = hex.EncodeToString(id[:])
	if f := v.read(w, r); f != nil {
		v.answer(ctx, w, nil, f)
		return
	}
	v.serve(ctx, w)
}

// visit is one request at a door.
type visit struct {
	session
	door    *door
	id      string
	inbound abi.InboundRequest
	client  *client // whose secrets the proofs and the reply use
}

// read takes the body in once and flattens it; what is long stays in it.
func (v *visit) read(w http.ResponseWriter, r *http.Request) *failed {
	limit := 2 * v.engine.maxPictureBytes() // base64 and percent-encoding make it longer
	body, err := readBody(w, r, limit)
	v.hold(body)
	if err != nil {
		return failWith(abi.FailureKindInvalidRequest, abi.FaultCaller, "the body cannot be read: "+plainCause(err), err)
	}
	v.inbound = abi.InboundRequest{Method: r.Method, Path: r.URL.Path, BodySize: uint64(len(body))}
	v.inbound.Headers = headers(r.Header, value.Mask{})

	options := leaf.Options{Inbound: true, MaxInline: maxInlineInbound, MaxBytes: int(limit), FirstHandle: 1}
	query, err := leaf.FlattenQuery(literalPlus(r.URL.RawQuery), options)
	if err != nil {
		return failWith(abi.FailureKindInvalidRequest, abi.FaultCaller, "the query cannot be read: "+err.Error(), err)
	}
	v.hold(query.Blobs...)
	options.FirstHandle = uint32(len(v.blobs))
	flat, err := leaf.Flatten(r.Header.Get("Content-Type"), body, options)
	if err != nil {
		return failWith(abi.FailureKindInvalidRequest, abi.FaultCaller, "the body cannot be read: "+err.Error(), err)
	}
	v.hold(flat.Blobs...)
	v.inbound.Query, v.inbound.Format, v.inbound.Leaves = query.Leaves, flat.Format, flat.Leaves
	return nil
}

// readBody takes a whole body in, in one piece. One that says it is too large is refused before any of it is read, and
// memory for a large one is only taken when its beginning has come.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		return nil, fmt.Errorf("it has %d bytes, at most %d are allowed", r.ContentLength, limit)
	}
	from := http.MaxBytesReader(w, r.Body, limit)
	if r.ContentLength < 0 {
		return io.ReadAll(from)
	}
	body := make([]byte, min(r.ContentLength, bodyBeginning))
	n, err := io.ReadFull(from, body)
	if err == nil && int64(n) < r.ContentLength {
		body = append(make([]byte, 0, r.ContentLength), body...)[:r.ContentLength]
		_, err = io.ReadFull(from, body[n:])
	}
	return body, err
}

const bodyBeginning = 256 << 10

// maxInlineInbound is shorter than for answers: an address has at most 1,024 bytes at every vendor, a picture has more.
const maxInlineInbound = 1024

// literalPlus lets a plus in a query stand for itself, as RFC 3986 has it: clients that send base64 unescaped mean a plus,
// those that escape a space as a plus do not occur in these protocols.
func literalPlus(query string) string { return strings.ReplaceAll(query, "+", "%2B") }

// serve asks the plugin what the request means, carries it out and answers.
func (v *visit) serve(ctx context.Context, w http.ResponseWriter) {
	stepContext, f := v.context()
	if f != nil {
		v.answer(ctx, w, nil, f)
		return
	}
	stepContext.Nonce = v.id // what is answered at once has the same id as any other answer
	accepted, err := v.provider.module.Accept(ctx, &abi.AcceptRequest{Context: stepContext, Request: &v.inbound}, v)
	switch {
	case err != nil:
		v.answer(ctx, w, nil, v.pluginFailure(ctx, err))
	case accepted.Answer != nil:
		v.write(ctx, w, accepted.Answer, stepContext.Nonce, "answered at once")
	case accepted.Admit == nil:
		v.answer(ctx, w, nil, v.broken("the plugin neither admitted nor answered the request", nil))
	default:
		v.carryOut(ctx, w, accepted.Admit)
	}
}

func (v *visit) carryOut(ctx context.Context, w http.ResponseWriter, admit *abi.Admit) {
	if f := v.authenticate(admit); f != nil {
		v.answer(ctx, w, &abi.ReplyRequest{State: admit.State, Failure: f}, nil)
		return
	}
	given, f := v.picture(admit.Picture)
	picture := &picture{from: given}
	if f != nil {
		v.answer(ctx, w, &abi.ReplyRequest{State: admit.State}, f)
		return
	}
	if f := v.withinLimits(ctx, picture); f != nil {
		v.answer(ctx, w, &abi.ReplyRequest{State: admit.State}, f)
		return
	}
	r, err := v.engine.recognize(ctx, Request{Picture: Given(picture.data), Document: admit.Document, Side: admit.Side, Extras: admit.Extras, Route: v.door.route, Tenant: v.client.tenant})
	if err != nil {
		v.answer(ctx, w, &abi.ReplyRequest{State: admit.State}, &failed{Failure: err.(*Error).Failure, err: err})
		return
	}
	v.answer(ctx, w, &abi.ReplyRequest{State: admit.State, Recognition: outbound(r)}, nil)
}

// answer has the plugin say an outcome in its vendor's words and writes it.
func (v *visit) answer(ctx context.Context, w http.ResponseWriter, in *abi.ReplyRequest, f *failed) {
	ctx = context.WithoutCancel(ctx) // an expired call is still answered
	if in == nil {
		in = new(abi.ReplyRequest)
	}
	if f != nil {
		in.Failure = outboundFailure(&f.Failure)
	}
	outcome := string(Recognized)
	if in.Failure != nil {
		outcome = in.Failure.Kind.String()
	}
	stepContext, noContext := v.context()
	if noContext != nil {
		http.Error(w, noContext.Message, http.StatusInternalServerError)
		return
	}
	in.Context, in.CallID = stepContext, v.id
	in.Request = v.inboundWithoutHandles()
	out, err := v.provider.module.Reply(ctx, in, v)
	if err != nil {
		v.engine.cfg.Logger.ErrorContext(ctx, "front door cannot reply", "plugin", v.provider.plugin.Manifest.Name, "error", err)
		http.Error(w, "the front door's plugin failed", http.StatusBadGateway)
		return
	}
	v.write(ctx, w, out, stepContext.Nonce, outcome)
}

// write sends a plugin's response and tells operators how the visit ended. The call's id is the one that the client was given.
func (v *visit) write(ctx context.Context, w http.ResponseWriter, out *abi.InboundResponse, nonce, outcome string) {
	v.engine.cfg.Logger.LogAttrs(ctx, slog.LevelInfo, "front door", slog.String("plugin", v.provider.serves),
		slog.String("call", v.id), slog.String("outcome", outcome), slog.Uint64("status", uint64(out.Status)))
	if out.Status < 200 || out.Status > 599 {
		http.Error(w, "the front door's plugin gave no answer", http.StatusBadGateway)
		return
	}
	body, err := v.eval.Body(out.Body, nonce)
	if err != nil {
		http.Error(w, "the front door's plugin gave no valid answer", http.StatusBadGateway)
		return
	}
	if body.ContentType != "" {
		w.Header().Set("Content-Type", body.ContentType)
	}
	for _, h := range out.Headers {
		w.Header().Set(h.Name, h.Value) // net/http drops what is no header
	}
	w.Header().Set("Content-Length", strconv.FormatInt(body.Len, 10))
	w.WriteHeader(int(out.Status))
	_, _ = body.WriteTo(w) // a client that is gone does not matter
}

func (v *visit) inboundWithoutHandles() *abi.InboundRequest {
	in := v.inbound
	in.Query, in.Leaves = inline(in.Query), inline(in.Leaves)
	return &in
}

func inline(in []abi.Leaf) []abi.Leaf {
	out := make([]abi.Leaf, 0, len(in))
	for _, l := range in {
		if l.Handle == 0 {
			out = append(out, l)
		}
	}
	return out
}
