package engine_test

import (
	"context"
	"errors"
	"fmt"
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

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/internal/manifest"
	"github.com/ocrmux/ocrmux/internal/money"
)

// jumdataCard is what the vendor of the kept guest answers (SPECIMEN 样本).
const jumdataCard = `{"code": 200, "msg": "成功", "taskNo": "65605503936940344488", "charge": true, "data": {"result": 0, "side": "front",
	"info": {"number": "11010119900307803X", "name": "样本张三", "address": "北京市东城区样本胡同1号", "year": "1990", "month": "3", "day": "7", "nation": "汉", "sex": "男"},
	"validity": {"birthday": true, "number": true, "address": true, "sex": true, "name": true}}}`

// small is a folder with a small module of which new versions can be put there, and the configuration that uses it.
type small struct {
	t    testing.TB
	dir  string
	code []byte
	cfg  engine.Config
}

func newSmall(t testing.TB, endpoint string) *small {
	t.Helper()
	s := &small{t: t, dir: t.TempDir()}
	var err error
	if s.code, err = os.ReadFile(filepath.Join("internal", "compat", "testdata", "v1.0", "guests", "jumdata-c.wasm")); err != nil {
		t.Fatal(err)
	}
	s.put(1)
	modules, err := wasm.New(wasm.Config{Instances: 2})
	if err != nil {
		t.Fatal(err)
	}
	account := jumdata(endpoint)
	account.Plugin = "jumdata-c"
	s.cfg = engine.Config{
		Plugins: s.dir, Unlocked: true, Runtimes: []engine.Runtime{modules},
		Providers: map[string]engine.ProviderConfig{"a": account},
	}
	return s
}

// put writes a version of the module as a release would: whole, in one step.
func (s *small) put(version int) { s.write(s.version(version)) }

func (s *small) version(n int) []byte {
	text, err := manifest.Extract(s.code)
	if err != nil {
		s.t.Fatal(err)
	}
	d, err := manifest.Parse(text)
	if err != nil {
		s.t.Fatal(err)
	}
	code, err := manifest.Embed(s.code, []byte(strings.Replace(string(text), `"`+d.Version+`"`, fmt.Sprintf(`"1.0.%d"`, n), 1)))
	if err != nil {
		s.t.Fatal(err)
	}
	return code
}

func (s *small) write(code []byte) {
	temp := filepath.Join(s.dir, ".new")
	if err := errors.Join(os.WriteFile(temp, code, 0o600), os.Rename(temp, filepath.Join(s.dir, "jumdata-c.wasm"))); err != nil {
		s.t.Fatal(err)
	}
}

func (s *small) open() *engine.Engine {
	s.t.Helper()
	e, err := engine.Open(s.t.Context(), s.cfg)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		if err := e.Close(context.Background()); err != nil {
			s.t.Error(err)
		}
	})
	return e
}

// picture is one of its own for each number, so that no two calls are equal.
func picture(t testing.TB, tenant int) engine.Request {
	return engine.Request{Picture: engine.File(filepath.Join("internal", "compat", "testdata", "v1.0", "exchanges", "card.jpg")), Tenant: fmt.Sprint(tenant)}
}

func TestReloadTakesANewFileOfAPlugin(t *testing.T) {
	t.Parallel()
	s := newSmall(t, vendor(t, map[string]http.HandlerFunc{"/": says(jumdataCard)}))
	e := s.open()
	s.put(2)
	if err := e.Reload(t.Context(), s.cfg); err != nil {
		t.Fatal(err)
	}
	if p := e.Providers()[0]; p.Version != "1.0.2" || p.Reason.String() != "" {
		t.Errorf("after the reload: %+v", p)
	}
	if _, err := e.Recognize(t.Context(), picture(t, 0)); err != nil {
		t.Error(err)
	}
}

func TestReloadKeepsAPluginWhoseNewFileIsBad(t *testing.T) {
	t.Parallel()
	s := newSmall(t, vendor(t, map[string]http.HandlerFunc{"/": says(jumdataCard)}))
	e := s.open()
	good := s.version(2)
	for name, c := range map[string]struct {
		code []byte
		want string
	}{
		"cut off":           {good[:len(good)/2], "bad_manifest"},
		"no module":         {[]byte("hello"), "bad_manifest"},
		"traps when called": {trapping(t, good), "trapped"},
	} {
		s.write(c.code)
		if err := e.Reload(t.Context(), s.cfg); err != nil {
			t.Errorf("%s: the reload fails: %v", name, err)
		}
		if p := e.Providers()[0]; p.State != "ready" || !strings.HasPrefix(p.Reason.String(), "a newer file was refused: plugin jumdata-c: "+c.want) {
			t.Errorf("%s: the provider is %+v", name, p)
		}
		if _, err := e.Recognize(t.Context(), picture(t, 0)); err != nil {
			t.Errorf("%s: the good one does not serve: %v", name, err)
		}
	}
	s.write(good)
	if err := e.Reload(t.Context(), s.cfg); err != nil {
		t.Fatal(err)
	}
	if p := e.Providers()[0]; p.Version != "1.0.2" || p.Reason.String() != "" {
		t.Errorf("a good one after bad ones: %+v", p)
	}
}

func TestReloadWithAWrongConfigurationChangesNothing(t *testing.T) {
	s := newSmall(t, vendor(t, map[string]http.HandlerFunc{"/": says(jumdataCard)}))
	e := s.open()
	before := runtime.NumGoroutine()
	for name, change := range map[string]func(*engine.Config){
		"a provider of no plugin": func(c *engine.Config) { c.Providers = map[string]engine.ProviderConfig{"a": {Plugin: "nobody"}} },
		"a route through nobody":  func(c *engine.Config) { c.Routes = map[string]engine.Route{"default": {Providers: []string{"z"}}} },
		"a budget without a limit": func(c *engine.Config) {
			c.Money.Budgets = []money.Budget{{Scope: money.ScopeProvider, Name: "a", Per: money.Day}}
		},
		"a folder that cannot be read": func(c *engine.Config) { c.Plugins = filepath.Join(s.dir, "jumdata-c.wasm") },
	} {
		cfg := s.cfg
		change(&cfg)
		var wrong *engine.ConfigError
		if err := e.Reload(t.Context(), cfg); !errors.As(err, &wrong) {
			t.Errorf("%s: got %v", name, err)
		}
		if _, err := e.Recognize(t.Context(), picture(t, 0)); err != nil {
			t.Errorf("%s: the engine does not go on: %v", name, err)
		}
	}
	cfg := s.cfg
	cfg.Routes = map[string]engine.Route{"default": {Providers: []string{"z"}}}
	for range 50 {
		if err := e.Reload(t.Context(), cfg); err == nil {
			t.Fatal("a wrong configuration is taken")
		}
	}
	if after := runtime.NumGoroutine(); after > before+25 { // connections of the calls above come and go
		t.Errorf("%d goroutines before, %d after fifty reloads that failed", before, after)
	}
}

func TestReloadLetsCallsEndOnTheirGeneration(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}), make(chan struct{})
	s := newSmall(t, vendor(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, r *http.Request) {
		entered <- struct{}{}
		<-leave
		says(jumdataCard)(w, r)
	}}))
	e := s.open()
	done := make(chan error)
	go func() {
		_, err := e.Recognize(t.Context(), picture(t, 0))
		done <- err
	}()
	<-entered
	s.put(2)
	cfg := s.cfg
	cfg.Providers = map[string]engine.ProviderConfig{"renamed": s.cfg.Providers["a"]}
	if err := e.Reload(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	if p := e.Providers(); len(p) != 1 || p[0].Name != "renamed" {
		t.Errorf("after the reload: %+v", p)
	}
	close(leave)
	if err := <-done; err != nil {
		t.Errorf("the call that was under way: %v", err)
	}
}

func TestReloadKeepsBudgetsAndParking(t *testing.T) {
	t.Parallel()
	s := newSmall(t, vendor(t, map[string]http.HandlerFunc{"/": says(jumdataCard)}))
	s.cfg.Money.Budgets = []money.Budget{{Scope: money.ScopeProvider, Name: "a", Per: money.Day, Limit: money.Units{Calls: 3}}}
	e := s.open()
	for i := range 2 {
		if _, err := e.Recognize(t.Context(), picture(t, i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Reload(t.Context(), s.cfg); err != nil {
		t.Fatal(err)
	}
	if b := e.Budgets()[0]; b.Spent.Calls != 2 {
		t.Errorf("after the reload the budget is %+v", b)
	}
	if _, err := e.Recognize(t.Context(), picture(t, 3)); err != nil {
		t.Error(err)
	}
	_, err := e.Recognize(t.Context(), picture(t, 4))
	var over *money.BudgetError
	if !errors.As(err, &over) {
		t.Errorf("beyond the budget: %v", err)
	}
	s.cfg.Money.Budgets[0].Limit.Calls = 4
	if err := e.Reload(t.Context(), s.cfg); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Recognize(t.Context(), picture(t, 5)); err != nil {
		t.Errorf("with a higher limit: %v", err)
	}
	e.Park("a", "on holiday", time.Time{})
	if err := e.Reload(t.Context(), s.cfg); err != nil {
		t.Fatal(err)
	}
	if x := e.ProviderStatus()[0]; x.Ready || !strings.Contains(x.Why.String(), "on holiday") {
		t.Errorf("after a reload the parked account is %+v", x)
	}
}

func TestReloadUnparksAProviderWithANewSecret(t *testing.T) {
	t.Parallel()
	var right atomic.Bool
	s := newSmall(t, vendor(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, r *http.Request) {
		if right.Load() {
			says(jumdataCard)(w, r)
			return
		}
		says(`{"code": 602, "msg": "账号停用"}`)(w, r)
	}}))
	e := s.open()
	_, err := e.Recognize(t.Context(), picture(t, 0))
	if x := e.ProviderStatus()[0]; err == nil || x.Ready {
		t.Fatalf("after a refused key: %v, %+v", err, x)
	}
	right.Store(true)
	if err := e.Reload(t.Context(), s.cfg); err != nil {
		t.Fatal(err)
	}
	if x := e.ProviderStatus()[0]; x.Ready {
		t.Errorf("with the same key it is asked again: %+v", x)
	}
	account := s.cfg.Providers["a"]
	account.Secrets = map[string]engine.Secret{"app_id": engine.NewSecret(keySecret), "app_secret": engine.NewSecret("another")}
	s.cfg.Providers = map[string]engine.ProviderConfig{"a": account}
	if err := e.Reload(t.Context(), s.cfg); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Recognize(t.Context(), picture(t, 1)); err != nil {
		t.Errorf("with another key: %v", err)
	}
}

// TestReloadUnderLoad changes the plugin's file two hundred times while calls go on: none fails, and nothing is left behind.
func TestReloadUnderLoad(t *testing.T) {
	const reloads, callers = 200, 4
	s := newSmall(t, vendor(t, map[string]http.HandlerFunc{"/": says(jumdataCard)}))
	s.cfg.Egress.Rest = 1 // the number of connections, and so of goroutines, then follows the callers and not the speed of the machine
	e := s.open()
	var stop atomic.Bool
	var calls, failed atomic.Int64
	var load sync.WaitGroup
	for i := range callers {
		load.Go(func() {
			for n := 0; !stop.Load(); n++ {
				calls.Add(1)
				if _, err := e.Recognize(t.Context(), picture(t, i*1_000_000+n)); err != nil {
					failed.Add(1)
					t.Error(err)
					return
				}
			}
		})
	}
	var goroutines, heap [2]uint64
	measure := func(i int) {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		goroutines[i], heap[i] = uint64(runtime.NumGoroutine()), m.HeapAlloc
	}
	for n := range reloads {
		if n == reloads/10 {
			measure(0)
		}
		s.put(n + 2)
		if err := e.Reload(t.Context(), s.cfg); err != nil {
			t.Fatal(err)
		}
	}
	measure(1)
	stop.Store(true)
	load.Wait()
	if p := e.Providers()[0]; p.Version != fmt.Sprintf("1.0.%d", reloads+1) {
		t.Errorf("the last version is not the one that serves: %+v", p)
	}
	if failed.Load() > 0 || calls.Load() < reloads {
		t.Errorf("of %d calls %d failed", calls.Load(), failed.Load())
	}
	if goroutines[1] > goroutines[0]+20 || heap[1] > 2*heap[0]+(64<<20) {
		t.Errorf("after %d reloads %d goroutines and %d KiB, after all %d and %d KiB", reloads/10, goroutines[0], heap[0]>>10, goroutines[1], heap[1]>>10)
	}
	t.Logf("%d calls; goroutines %v, heap %v", calls.Load(), goroutines, heap)
}

// trapping is a module that is whole and traps in its first step, with the manifest of another.
func trapping(t testing.TB, code []byte) []byte {
	t.Helper()
	section := func(id byte, body ...byte) []byte { return append([]byte{id, byte(len(body))}, body...) }
	export := func(name string, kind, index byte) []byte {
		return append(append([]byte{byte(len(name))}, name...), kind, index)
	}
	module := slices.Concat([]byte("\x00asm\x01\x00\x00\x00"),
		section(1, 3, 0x60, 0, 1, 0x7f, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 1, 0x7f, 1, 0x7e), // () i32, (i32) i32, (i32) i64
		section(3, 3, 0, 1, 2),
		section(5, 1, 0, 1),
		section(7, slices.Concat([]byte{4}, export("memory", 2, 0), export("ocrmux_abi_v1", 0, 0), export("ocrmux_alloc", 0, 1), export("ocrmux_step", 0, 2))...),
		section(10, 3, 4, 0, 0x41, 0, 0x0b, 5, 0, 0x41, 0x80, 0x08, 0x0b, 3, 0, 0x00, 0x0b), // 0, 1024, unreachable
	)
	text, err := manifest.Extract(code)
	if err != nil {
		t.Fatal(err)
	}
	if module, err = manifest.Embed(module, text); err != nil {
		t.Fatal(err)
	}
	return module
}
