package engine_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/engine/store"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
)

// Two numbers that differ in one digit: the check digit of the first is right, that of the second is not.
const (
	rightNumber = "11010119900307803X"
	wrongNumber = "11010119900307903X"
)

// till is a vendor of the actor's that bills every card it reads.
type till struct {
	url    string
	answer string
	bills  atomic.Int64
	hold   func(r *http.Request) // before it answers; nil for at once
}

// opens a till whose cards have these fields, and more that the actor reports.
func opens(t testing.TB, fields map[string]string, more map[string]any) *till {
	t.Helper()
	content := map[string]any{"id": "task-1", "billed": "yes", "fields": fields}
	maps.Copy(content, more)
	text, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	return tillOf(t, string(text))
}

// tillOf opens a till with one answer for all.
func tillOf(t testing.TB, answer string) *till {
	x := &till{answer: answer}
	x.url = vendor(t, map[string]http.HandlerFunc{"/": x.ServeHTTP})
	return x
}

func (x *till) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	x.bills.Add(1)
	if x.hold != nil {
		x.hold(r)
	}
	says(x.answer)(w, r)
}

// specimen has the fields of a card with a number.
func specimen(number string) map[string]string {
	return map[string]string{"name": "样本人", "sex": "男", "birth_date": "1990年3月7日", "id_number": number}
}

// priced is the actor at a till, for a price per call.
func priced(x *till, perCall money.Amount) engine.ProviderConfig {
	p := actor(x.url)
	p.Price.PerCall = &perCall
	return p
}

// trail is what was considered, a line each, without times.
func trail(attempts []engine.Attempt) []string {
	var out []string
	for _, a := range attempts {
		line := fmt.Sprintf("%s %s, billed %s", a.Provider, a.Outcome, a.Billed)
		if a.Cost > 0 {
			line += fmt.Sprintf(", %s %s by %s", a.Cost, a.Currency, a.Price)
		}
		out = append(out, line+": "+a.Reason.String())
	}
	return out
}

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file in testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(readFile(t, path)), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestRouteConsensusNamesWhoAgreedAndWhoDisagreed(t *testing.T) {
	t.Parallel()
	misread := specimen(wrongNumber)
	misread["name"] = "样木人"
	first := opens(t, misread, map[string]any{"signals": map[string]string{"copy": "c1"}})
	second := opens(t, specimen(rightNumber), map[string]any{"signals": map[string]string{"screen": "s2"}, "portrait": "1 1 2 1 2 2 1 2"})
	third := opens(t, specimen(rightNumber), map[string]any{"rotation": 90})
	e := open(t, func(c *engine.Config) {
		c.Providers = map[string]engine.ProviderConfig{"first": priced(first, 10_000), "second": priced(second, 20_000), "third": priced(third, 30_000)}
		c.Routes = map[string]engine.Route{"default": {Policy: route.Consensus, Providers: []string{"first", "second", "third"}}}
	})
	r, err := e.Recognize(t.Context(), act(t, "read"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"first recognized, billed yes, 0.01 CNY by price per call: first in route default",
		"second recognized, billed yes, 0.02 CNY by price per call: one of 2 asked at once in route default",
		"third recognized, billed yes, 0.03 CNY by price per call: one more reading, because the 2 so far disagree",
	}
	if diff := cmp.Diff(want, trail(r.Attempts)); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
	for i := range r.Attempts {
		r.Attempts[i].Started, r.Attempts[i].Duration = time.Time{}, 0
	}
	got, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "consensus.json", append(got, '\n'))
	if first.bills.Load() != 1 || second.bills.Load() != 1 || third.bills.Load() != 1 {
		t.Error("somebody was asked more than once")
	}
}

func TestRouteConsensusOfTooFewIsDisputed(t *testing.T) {
	t.Parallel()
	one, two := specimen(rightNumber), specimen(rightNumber)
	two["name"] = "样木人"
	e := open(t, func(c *engine.Config) {
		c.Providers = map[string]engine.ProviderConfig{"one": actor(opens(t, one, nil).url), "two": actor(opens(t, two, nil).url)}
		c.Routes = map[string]engine.Route{"default": {Policy: route.Consensus, Providers: []string{"one", "two"}}}
	})
	r, err := e.Recognize(t.Context(), act(t, "read"))
	if err != nil {
		t.Fatal(err)
	}
	want := engine.Field{Value: "样本人", Text: "样本人", Provider: "one", Disagreed: []string{"two"}, Flags: []string{engine.Disputed}}
	if diff := cmp.Diff(want, r.Fields["name"]); diff != "" {
		t.Errorf("the name (-want +got):\n%s", diff)
	}
	if f := r.Fields["id_number"]; slices.Contains(f.Flags, engine.Disputed) || !slices.Equal(f.Agreed, []string{"two"}) {
		t.Errorf("the number is %+v", f)
	}
}

func TestRouteCascadeGoesOnAfterAWrongCheckDigit(t *testing.T) {
	t.Parallel()
	local, cloud := opens(t, specimen(wrongNumber), nil), opens(t, specimen(rightNumber), nil)
	e := open(t, func(c *engine.Config) {
		c.Providers = map[string]engine.ProviderConfig{"local": priced(local, 1_000), "cloud": priced(cloud, 50_000)}
		c.Routes = map[string]engine.Route{"default": {Policy: route.Cascade, Providers: []string{"local", "cloud"}}}
	})
	r, err := e.Recognize(t.Context(), act(t, "read"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"local recognized, billed yes, 0.001 CNY by price per call: first in route default",
		"cloud recognized, billed yes, 0.05 CNY by price per call: next, since the reading of local is not good enough: failed id_number_checksum",
	}
	if diff := cmp.Diff(want, trail(r.Attempts)); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
	if n := r.Fields["id_number"]; n.Value != rightNumber || n.Provider != "cloud" || r.Checks[idcard.CheckIDNumberChecksum] != idcard.Pass {
		t.Errorf("the number is %+v, the checks %v", n, r.Checks)
	}
}

// gate holds requests until it is opened, or until they are given up.
type gate struct{ arrived, opened, left chan struct{} }

func newGate(calls int) *gate {
	return &gate{arrived: make(chan struct{}, calls), opened: make(chan struct{}), left: make(chan struct{}, calls)}
}

func (g *gate) hold(r *http.Request) {
	g.arrived <- struct{}{}
	select {
	case <-g.opened:
	case <-r.Context().Done():
		g.left <- struct{}{}
	}
}

func TestRouteHedgeWaitsForTheBillOfItsLoser(t *testing.T) {
	t.Parallel()
	g := newGate(1)
	slow, quick := opens(t, specimen(rightNumber), nil), opens(t, specimen(rightNumber), nil)
	slow.hold = g.hold
	quick.hold = func(*http.Request) { <-g.arrived } // the slow one has been asked for certain
	kept := store.NewMemory()
	e := open(t, func(c *engine.Config) {
		c.Store = kept
		c.Providers = map[string]engine.ProviderConfig{"slow": priced(slow, 10_000), "quick": priced(quick, 20_000)}
		c.Routes = map[string]engine.Route{"default": {Policy: route.Hedge, Providers: []string{"slow", "quick"}, Hedge: route.HedgeRule{After: time.Millisecond, MaxExtra: 2}}}
	})
	r, err := e.Recognize(t.Context(), act(t, "read"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"slow stopped, billed unknown, 0.01 CNY by price per call: first in route default; not waited for, since quick answered first",
		"quick recognized, billed yes, 0.02 CNY by price per call: hedge, since slow has not answered within 1 ms",
	}
	if diff := cmp.Diff(want, trail(r.Attempts)); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
	ledger := func(e *bench) money.UsageRow {
		t.Helper()
		u, err := e.Usage(t.Context(), money.Query{})
		if err != nil || len(u.Rows) != 1 {
			t.Fatalf("usage %+v, %v", u, err)
		}
		return u.Rows[0]
	}
	if got, want := ledger(e), (money.UsageRow{Calls: 1, Attempts: 2, Billed: 1, Open: 1, Cost: 20_000}); got != want {
		t.Errorf("while the loser runs the ledger has %+v", got)
	}
	waitsToClose(t, e, g.opened)
	next := open(t, func(c *engine.Config) {
		c.Store, c.Providers = kept, map[string]engine.ProviderConfig{"slow": actor(slow.url)}
	})
	if got, want := ledger(next), (money.UsageRow{Calls: 1, Attempts: 2, Billed: 2, Cost: 30_000}); got != want {
		t.Errorf("afterwards the ledger has %+v", got)
	}
}

// waitsToClose closes an engine, which is to wait until the channel is closed.
func waitsToClose(t *testing.T, e *bench, opened chan struct{}) {
	t.Helper()
	closed := make(chan error)
	go func() { closed <- e.Close(t.Context()) }()
	for { // Close has begun when no more calls are admitted
		if _, err := e.Recognize(t.Context(), engine.Request{Route: "nowhere"}); strings.Contains(err.Error(), "closed") {
			break
		}
		runtime.Gosched()
	}
	select {
	case <-closed:
		t.Error("Close did not wait")
	default:
	}
	close(opened)
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

// slowLedger says of its first record only later that it is kept.
type slowLedger struct {
	store.Store
	first  sync.Once
	opened chan struct{}
}

func (s *slowLedger) Append(topic string, record []byte, done func(error)) {
	s.first.Do(func() {
		now := done
		done = func(err error) { go func() { <-s.opened; now(err) }() }
	})
	s.Store.Append(topic, record, done)
}

func TestRouteHedgeWaitsForALoserThatWaitsForTheLedger(t *testing.T) {
	t.Parallel()
	ledger := &slowLedger{Store: store.NewMemory(), opened: make(chan struct{})}
	x := opens(t, specimen(rightNumber), nil)
	e := open(t, func(c *engine.Config) {
		c.Store = ledger
		c.Providers = map[string]engine.ProviderConfig{"slow": priced(x, 10_000), "quick": priced(x, 20_000)}
		c.Routes = map[string]engine.Route{"default": {Policy: route.Hedge, Providers: []string{"slow", "quick"}, Hedge: route.HedgeRule{After: time.Millisecond, MaxExtra: 2}}}
	})
	if _, err := e.Recognize(t.Context(), act(t, "read")); err != nil {
		t.Fatal(err)
	}
	waitsToClose(t, e, ledger.opened)
}

// troupe is a folder with programs of the actor's, each with its own manifest: name to a change of the actor's.
func troupe(t testing.TB, parts map[string]func(about map[string]any)) string {
	t.Helper()
	dir := t.TempDir()
	for name, change := range parts {
		var about map[string]any
		if err := json.Unmarshal(readFile(t, built.processes, "actor"+abi.ManifestSuffix), &about); err != nil {
			t.Fatal(err)
		}
		about["name"] = name
		change(about)
		text, err := json.Marshal(about)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(
			os.WriteFile(filepath.Join(dir, name), readFile(t, built.processes, "actor"), 0o700),
			os.WriteFile(filepath.Join(dir, name+abi.ManifestSuffix), text, 0o600),
		); err != nil {
			t.Fatal(err)
		}
	}
	if err := trust.Approve(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestRouteAsksOnlyProvidersThatMeetTheNeeds(t *testing.T) {
	t.Parallel()
	document := func(about map[string]any) map[string]any { return about["documents"].([]any)[0].(map[string]any) }
	dir := troupe(t, map[string]func(map[string]any){
		"plain": func(map[string]any) {},
		"able": func(about map[string]any) {
			d := document(about)
			d["sides"], d["signals"] = []string{"front", "back"}, []string{"copy"}
			d["fields"] = []string{"name", "address"}
			about["images"].(map[string]any)["inputs"] = []string{"bytes", "url"}
		},
	})
	x := opens(t, specimen(rightNumber), nil)
	e := open(t, func(c *engine.Config) {
		as := func(plugin string, labels ...string) engine.ProviderConfig {
			p := actor(x.url)
			p.Plugin, p.Labels = plugin, labels
			return p
		}
		c.Plugins = dir
		c.Providers = map[string]engine.ProviderConfig{"plain": as("plain"), "able": as("able", "residency:cn")}
		c.Routes = map[string]engine.Route{"default": {Providers: []string{"plain", "able"}}, "plain": {Providers: []string{"plain"}}}
	})
	for name, tt := range map[string]struct {
		change func(*engine.Request)
		lacks  string       // what is said of the one that was skipped
		none   message.Code // what the failure says where nobody is left
	}{
		"a signal":     {func(r *engine.Request) { r.Signals = []string{"copy"} }, `does not report "copy"`, message.NeedsSignal},
		"a field":      {func(r *engine.Request) { r.Fields = []string{"address"} }, `does not read the field "address"`, message.NeedsField},
		"a label":      {func(r *engine.Request) { r.Labels = []string{"residency:cn"} }, `is not labelled "residency:cn"`, message.NeedsLabel},
		"the back":     {func(r *engine.Request) { r.Side = engine.Back }, "does not read the back side", message.NeedsSide},
		"a passed URL": {func(r *engine.Request) { r.Picture, r.PassURL = engine.URL("https://pictures.example/1.jpg"), true }, "does not take a picture by an address of 30 bytes", message.NeedsURL},
	} {
		t.Run(name, func(t *testing.T) {
			request := act(t, "get")
			tt.change(&request)
			r, err := e.Recognize(t.Context(), request)
			if err != nil {
				t.Fatal(err)
			}
			want := []string{"plain skipped, billed no: " + tt.lacks, "able recognized, billed yes: next after plain was skipped"}
			if diff := cmp.Diff(want, trail(r.Attempts)); diff != "" {
				t.Errorf("attempts (-want +got):\n%s", diff)
			}
			before := x.bills.Load()
			request.Route = "plain"
			r, err = e.Recognize(t.Context(), request)
			f := failure(t, r, err)
			if got := verdict(f.Failure); got != "invalid_request, billed no, fault caller" || !f.Failure.Message.Has(tt.none) {
				t.Errorf("got %s: %s", got, f.Failure.Message)
			}
			if x.bills.Load() != before {
				t.Error("the vendor was asked all the same")
			}
		})
	}
}

func TestExplainForetellsTheCall(t *testing.T) {
	t.Parallel()
	x := opens(t, specimen(rightNumber), nil)
	bad := tillOf(t, `{"kind": "unauthenticated", "message": "the key was revoked"}`)
	e := open(t, func(c *engine.Config) {
		c.Providers = map[string]engine.ProviderConfig{
			"dear": priced(x, 50_000), "cheap": priced(x, 10_000), "spent": priced(x, 1_000), "parked": priced(bad, 2_000), "local": actor(x.url),
		}
		local := c.Providers["local"]
		local.Labels = []string{"residency:here"}
		c.Providers["local"] = local
		c.Routes = map[string]engine.Route{
			"cheapest": {Policy: route.Cheapest, Providers: []string{"dear", "cheap", "spent", "parked"}, Retries: -1},
			"listed":   {Providers: []string{"parked", "spent", "dear", "cheap"}, Retries: -1},
			"labelled": {Providers: []string{"dear", "local"}, Labels: []string{"residency:here"}},
		}
		c.Money.Budgets = []money.Budget{{Scope: money.ScopeProvider, Name: "spent", Per: money.Day, Limit: money.Units{Calls: 1}}}
	})
	for _, name := range []string{"spent", "parked"} { // so that they are
		request := act(t, "read")
		request.Provider = name
		if r, err := e.Recognize(t.Context(), request); err != nil {
			failure(t, r, err)
		}
	}
	for name, want := range map[string][]string{"cheapest": {"cheap", "dear"}, "listed": {"dear", "cheap"}, "labelled": {"local"}} {
		t.Run(name, func(t *testing.T) {
			request := act(t, "read")
			request.Route = name
			ranking, ok := e.Explain(name, request)
			if !ok {
				t.Fatal("there is no such route")
			}
			var ready []string
			why := map[string]message.Message{}
			for _, p := range ranking.Providers {
				if p.Ready {
					ready = append(ready, p.Provider)
				} else {
					why[p.Provider] = p.Why
				}
			}
			if diff := cmp.Diff(want, ready); diff != "" {
				t.Errorf("ready (-want +got):\n%s", diff)
			}
			r, err := e.Recognize(t.Context(), request)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range r.Attempts {
				if a.Outcome == engine.Skipped && !a.Reason.Equal(why[a.Provider]) {
					t.Errorf("%s was skipped, since it %q, and explained with %q", a.Provider, a.Reason, why[a.Provider])
				}
			}
			last := r.Attempts[len(r.Attempts)-1]
			if first := ranking.Providers[0]; last.Provider != first.Provider || last.Cost != first.Price || last.Cost > 0 && !last.Price.Equal(first.PriceSource) {
				t.Errorf("explained %+v, asked %+v", first, last)
			}
		})
	}
	if _, ok := e.Explain("nowhere", engine.Request{}); ok {
		t.Error("a route that there is not was explained")
	}
	if r, ok := e.Explain("", engine.Request{}); !ok || r.Route != engine.DefaultRoute || len(r.Providers) != 5 {
		t.Errorf("the default route is %+v", r)
	}
}

// together makes calls at the same time and gives what came of them.
func together(n int, call func(i int) (*engine.Recognition, error)) (results []*engine.Recognition, errs []error) {
	results, errs = make([]*engine.Recognition, n), make([]error, n)
	var calls sync.WaitGroup
	for i := range n {
		calls.Go(func() { results[i], errs[i] = call(i) })
	}
	calls.Wait()
	return results, errs
}
