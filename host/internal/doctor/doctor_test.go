package doctor_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/declarative"
	"github.com/ocrmux/ocrmux/engine/process"
	"github.com/ocrmux/ocrmux/engine/store/jetstream"
	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/host/internal/doctor"
	"github.com/ocrmux/ocrmux/internal/money"
)

// secret must stand in no finding.
const secret = "hunter2-of-the-doctor"

func TestAVendorThatAnswersIsGoodAndIsSentNothing(t *testing.T) {
	v := newVendor(t, nil)
	r := examine(t, v.settings(), v.trusted)
	want(t, r, "network", doctor.Good, "certificate good for")
	want(t, r, "clock", doctor.NotChecked, "--online")
	want(t, r, "providers", doctor.Good, "is loaded")
	want(t, r, "config", doctor.Good, "1 provider")
	if n := v.requests.Load(); n != 0 {
		t.Errorf("the vendor got %d requests", n)
	}
}

func TestTheClockIsComparedWithTheVendorsAndOnlyWithAHead(t *testing.T) {
	for _, tt := range []struct {
		name  string
		ahead time.Duration
		state doctor.State
		says  string
	}{
		{"a clock that is right", 0, doctor.Good, "agrees with"},
		{"a clock a minute fast", time.Minute, doctor.Warn, "1m0s ahead of"},
		{"a clock six minutes slow", -6 * time.Minute, doctor.Bad, "6m0s behind"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
			v := newVendor(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodHead || r.URL.RequestURI() != "/" || r.Header.Get("Authorization") != "" {
					t.Errorf("the vendor got %s %s", r.Method, r.URL)
				}
				w.Header().Set("Date", start.Format(http.TimeFormat))
				w.WriteHeader(http.StatusNotFound)
			})
			r := examine(t, v.settings(), v.trusted, func(c *doctor.Case) {
				c.Online = true
				c.Now = func() time.Time { return start.Add(tt.ahead + time.Second/2) }
			})
			want(t, r, "clock", tt.state, tt.says)
		})
	}
	t.Run("a host that tells no time", func(t *testing.T) {
		v := newVendor(t, func(w http.ResponseWriter, _ *http.Request) { w.Header()["Date"] = nil })
		want(t, examine(t, v.settings(), v.trusted, online), "clock", doctor.NotChecked, "no host told the time")
	})
}

func TestAHostThatCannotBeCalledIsBadAndTheReasonIsSaid(t *testing.T) {
	v := newVendor(t, nil)
	closed := listener(t)
	_ = closed.Close()
	mute := listener(t) // takes connections, and says nothing
	expiry := v.Certificate().NotAfter
	for _, tt := range []struct {
		name     string
		endpoint string
		change   []func(*doctor.Case)
		state    doctor.State
		says     string
	}{
		{"a certificate that has expired", v.URL, []func(*doctor.Case){v.trusted, at(expiry.Add(time.Hour))}, doctor.Bad, "certificate has expired"},
		{"a certificate that soon expires", v.URL, []func(*doctor.Case){v.trusted, at(expiry.Add(-50 * time.Hour))}, doctor.Warn, "good for 2 days"},
		{"a certificate of an authority that is not trusted", v.URL, nil, doctor.Bad, "unknown authority"},
		{"a name that does not exist", "https://nowhere.example", []func(*doctor.Case){resolving(nil)}, doctor.Bad, "could not be looked up"},
		{"a host that refuses connections", "https://" + closed.Addr().String(), nil, doctor.Bad, "connection refused"},
		{"a host that takes a connection and says nothing", "https://" + mute.Addr().String(), []func(*doctor.Case){quick}, doctor.Bad, ""},
		{"a host without TLS", "http://" + mute.Addr().String(), nil, doctor.Warn, "without TLS"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := examine(t, settings(tt.endpoint), tt.change...)
			want(t, r, "network", tt.state, tt.says)
			if (r.State == doctor.Bad) != (tt.state == doctor.Bad) {
				t.Errorf("the report is %s", r.State)
			}
		})
	}
}

func TestAHostOfAManifestMayNotLeadToThisMachinesNetwork(t *testing.T) {
	r := examine(t, settings(""), resolving([]netip.Addr{netip.MustParseAddr("10.1.2.3")}))
	want(t, r, "network", doctor.Bad, "no public address")
}

func TestWhereAnEndpointTakesTheCallsTheManifestsHostIsNotNeeded(t *testing.T) {
	v := newVendor(t, nil)
	r := examine(t, v.settings(), v.trusted, resolving(nil))
	if r.State == doctor.Bad {
		t.Errorf("the report is bad: %+v", r.Findings)
	}
}

func TestAFileOfASecretThatOthersCanReadIsPointedOut(t *testing.T) {
	v := newVendor(t, nil)
	for _, tt := range []struct {
		mode  os.FileMode
		state doctor.State
	}{{0o600, ""}, {0o640, ""}, {0o644, doctor.Warn}, {0o666, doctor.Bad}} {
		t.Run(fmt.Sprintf("%#o", tt.mode), func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "secret")
			write(t, file, secret)
			if err := os.Chmod(file, tt.mode); err != nil {
				t.Fatal(err)
			}
			r := examine(t, strings.Replace(v.settings(), `"env:SECRET"`, fmt.Sprintf("%q", "file:"+file), 1), v.trusted)
			var got doctor.State
			for _, f := range r.Findings {
				if f.Check == "secrets" && f.Subject == file {
					got = f.State
				}
			}
			if got != tt.state {
				t.Errorf("got %q, want %q: %+v", got, tt.state, r.Findings)
			}
		})
	}
}

func TestTheStateTellsWhoHoldsItAndWhatIsLeftOfBudgets(t *testing.T) {
	v := newVendor(t, nil)
	dir := filepath.Join(t.TempDir(), "state")
	text := v.settings() + fmt.Sprintf("state: {dir: %q}\nmoney: {budgets: [{provider: jumdata, per: month, calls: 10}]}\n", dir)
	want(t, examine(t, text, v.trusted), "state", doctor.Good, "the first start makes it")
	if _, err := os.Stat(dir); err == nil {
		t.Error("the doctor made the folder")
	}
	for _, step := range []struct {
		calls int
		state doctor.State
		says  string
	}{{5, doctor.Good, "5 of 10 calls left"}, {5, doctor.Bad, "calls are refused"}} {
		spend(t, dir, step.calls, func() {
			want(t, examine(t, text, v.trusted), "state", doctor.Warn, fmt.Sprintf("process %d", os.Getpid()))
		})
		r := examine(t, text, v.trusted)
		want(t, r, "state", doctor.Good, "opens in")
		want(t, r, "budgets", step.state, step.says)
	}
}

// spend makes jumdata's budget poorer by some calls, and does something meanwhile.
func spend(t *testing.T, dir string, calls int, meanwhile func()) {
	t.Helper()
	s, err := jetstream.Open(t.Context(), jetstream.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close(t.Context()) }()
	tariff, err := money.NewTariff(money.TariffConfig{})
	if err != nil {
		t.Fatal(err)
	}
	book, err := money.Open(t.Context(), money.Config{
		Store: s, Tariffs: map[string]*money.Tariff{"jumdata": tariff}, Zone: engine.Shanghai(), Budgets: []money.Budget{{Scope: money.ScopeProvider, Name: "jumdata", Per: money.Month, Limit: money.Units{Calls: 10}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for range calls {
		r, err := book.Reserve(t.Context(), money.Claim{Provider: "jumdata", Quote: tariff.Quote(time.Now()), Until: time.Now().Add(time.Minute)})
		if err == nil {
			err = r.Wait(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		r.Settle(money.Settlement{Billed: abi.BilledYes})
	}
	meanwhile()
	if err := book.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestABudgetOfMoneyForCallsWithoutAPriceIsPointedOut(t *testing.T) {
	v := newVendor(t, nil)
	for _, tt := range []struct {
		name, price string
		state       doctor.State
		says        string
	}{
		{"no price", "", doctor.Warn, "no price of its calls is known"},
		{"a price", "    price: {per_call: \"0.05\"}\n", doctor.Good, "5 of 5 left"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := v.settings() + tt.price + fmt.Sprintf("state: {dir: %q}\nmoney: {budgets: [{provider: jumdata, per: month, amount: \"5\"}]}\n", t.TempDir())
			r := examine(t, text, v.trusted)
			want(t, r, "budgets", tt.state, tt.says)
			if r.State != tt.state && tt.state == doctor.Warn {
				t.Errorf("the report is %s", r.State)
			}
		})
	}
}

func TestAFolderOfStateThatIsNoneIsBad(t *testing.T) {
	v := newVendor(t, nil)
	file := filepath.Join(t.TempDir(), "state")
	write(t, file, "")
	want(t, examine(t, v.settings()+fmt.Sprintf("state: {dir: %q}\n", file), v.trusted), "state", doctor.Bad, "is not a folder")
	want(t, examine(t, v.settings()+fmt.Sprintf("state: {dir: %q}\n", file+"/below"), v.trusted), "state", doctor.Bad, "")
	byDefault := func(c *doctor.Case) { c.DefaultState = true }
	want(t, examine(t, v.settings()+fmt.Sprintf("state: {dir: %q}\n", file), v.trusted, byDefault), "state", doctor.Warn, "is not a folder")
}

func TestBudgetsInMemoryArePointedOut(t *testing.T) {
	v := newVendor(t, nil)
	r := examine(t, v.settings()+"money: {budgets: [{provider: jumdata, per: month, calls: 10}]}\n", v.trusted)
	want(t, r, "state", doctor.Warn, "begin anew")
}

func TestAPluginThatIsNotApprovedIsBad(t *testing.T) {
	v := newVendor(t, nil)
	r := examine(t, strings.Replace(v.settings(), ", lock: off", "", 1), v.trusted)
	want(t, r, "providers", doctor.Bad, "not_locked")
}

func TestWhatAConfigurationLacksIsOneFindingEach(t *testing.T) {
	_, err := config.Load(config.Sources{Environ: []string{"OCRMUX_LOG__LEVEL=wran", "OCRMUX_LOG__FORMAT=x"}})
	r := doctor.Refused(err)
	if len(r.Findings) != 2 || r.State != doctor.Bad {
		t.Errorf("got %+v", r)
	}
	want(t, r, "config", doctor.Bad, "log.level")
}

func TestOneProviderIsExaminedWithoutTheOthers(t *testing.T) {
	v := newVendor(t, nil)
	closed := listener(t)
	_ = closed.Close()
	text := v.settings() + fmt.Sprintf("  other: {plugin: jumdata, config: {endpoint: %q}, secrets: {app_id: \"env:ID\", app_secret: \"env:SECRET\"}}\n", "https://"+closed.Addr().String()) +
		"routes: {default: {providers: [jumdata, other]}}\nmoney: {budgets: [{provider: other, per: month, calls: 10}]}\n"
	r := examine(t, text, v.trusted, online, func(c *doctor.Case) { c.Provider = "jumdata" })
	if r.State == doctor.Bad {
		t.Errorf("a provider that works is bad: %+v", r.Findings)
	}
	for _, f := range r.Findings {
		if !slices.Contains([]string{"config", "providers", "secrets", "network", "clock"}, f.Check) || strings.Contains(f.Subject, "other") {
			t.Errorf("examined too: %+v", f)
		}
	}
	r = examine(t, text, v.trusted, func(c *doctor.Case) { c.Provider = "other" })
	want(t, r, "network", doctor.Bad, "connection refused")
	want(t, r, "secrets", doctor.Good, "2 uses of variables")
	r = examine(t, strings.Replace(text, ", lock: off", "", 1), v.trusted, func(c *doctor.Case) { c.Provider = "other" })
	want(t, r, "providers", doctor.Bad, "not_locked")
}

func TestAFolderOfPluginsThatEverybodyCanWriteIsBad(t *testing.T) {
	v := newVendor(t, nil)
	r := examine(t, v.settings(), v.trusted, func(c *doctor.Case) {
		if err := os.Chmod(c.Config.Engine.Plugins, 0o777); err != nil {
			t.Fatal(err)
		}
	})
	want(t, r, "folders", doctor.Bad, "every user of this machine")
}

func TestCompiledPluginsThatOthersCanChangeAreBad(t *testing.T) {
	v := newVendor(t, nil)
	for _, tt := range []struct {
		mode  os.FileMode
		state doctor.State
	}{{0o700, doctor.Good}, {0o755, doctor.Good}, {0o775, doctor.Bad}} {
		t.Run(fmt.Sprintf("%#o", tt.mode), func(t *testing.T) {
			dir := t.TempDir()
			if err := os.Chmod(dir, tt.mode); err != nil {
				t.Fatal(err)
			}
			r := examine(t, v.settings(), v.trusted, func(c *doctor.Case) { c.Config.WASM.CacheDir = dir })
			want(t, r, "folders", tt.state, "compiled plugins")
		})
	}
}

// vendor is a TLS server on the loopback interface.
type vendor struct {
	*httptest.Server
	requests atomic.Int64
}

func newVendor(t *testing.T, handler http.HandlerFunc) *vendor {
	v := &vendor{}
	v.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v.requests.Add(1)
		if handler != nil {
			handler(w, r)
		}
	}))
	v.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes are meant to fail
	v.StartTLS()
	t.Cleanup(v.Close)
	return v
}

func (v *vendor) settings() string { return settings(v.URL) }

func (v *vendor) trusted(c *doctor.Case) {
	c.Config.Engine.Egress.RootCAs = x509.NewCertPool()
	c.Config.Engine.Egress.RootCAs.AddCert(v.Certificate())
}

func settings(endpoint string) string {
	return fmt.Sprintf("plugins: {dir: PLUGINS, lock: off}\nproviders:\n  jumdata:\n    config: {endpoint: %q}\n    secrets: {app_id: \"env:ID\", app_secret: \"env:SECRET\"}\n", endpoint)
}

func online(c *doctor.Case) { c.Online = true }

func quick(c *doctor.Case) { c.Timeout = 50 * time.Millisecond }

func at(now time.Time) func(*doctor.Case) {
	return func(c *doctor.Case) { c.Now = func() time.Time { return now } }
}

// resolver knows the same addresses of every name.
type resolver []netip.Addr

func (r resolver) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	if len(r) == 0 {
		return nil, errors.New("no such host")
	}
	return r, nil
}

func resolving(addrs []netip.Addr) func(*doctor.Case) {
	return func(c *doctor.Case) { c.Config.Engine.Egress.Resolver = resolver(addrs) }
}

func listener(t *testing.T) net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// examine runs the doctor on a configuration with jumdata as a provider file in a folder of its own.
func examine(t *testing.T, text string, change ...func(*doctor.Case)) doctor.Report {
	t.Helper()
	dir := t.TempDir()
	plugins := filepath.Join(dir, "plugins")
	if err := os.Mkdir(plugins, 0o755); err != nil {
		t.Fatal(err)
	}
	provider, err := os.ReadFile("../../../engine/declarative/testdata/jumdata.provider.yaml")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(plugins, "jumdata.provider.yaml"), string(provider))
	file := filepath.Join(dir, "ocrmux.yaml")
	write(t, file, strings.Replace(strings.Replace(text, "PLUGINS", fmt.Sprintf("%q", plugins), 1), `config: {endpoint: ""}`, "config: {}", 1))
	cfg, err := config.Load(config.Sources{Path: file, Environ: []string{"ID=id-4711", "SECRET=" + secret}})
	if err != nil {
		t.Fatal(err)
	}
	c := doctor.Case{Config: cfg, Runtimes: func() ([]engine.Runtime, error) { return []engine.Runtime{declarative.New()}, nil }}
	for _, f := range change {
		f(&c)
	}
	r := doctor.Examine(t.Context(), c)
	if all, err := json.Marshal(r); err != nil || strings.Contains(string(all), secret) {
		t.Errorf("the report shows a secret, or cannot be written: %v", err)
	}
	return r
}

// want holds a report to one finding of a check that has the state and says the text.
func want(t *testing.T, r doctor.Report, check string, state doctor.State, says string) {
	t.Helper()
	for _, f := range r.Findings {
		if f.Check == check && f.State == state && strings.Contains(f.Detail, says) {
			if f.State == doctor.Bad && check == "network" && f.Detail == "" {
				t.Errorf("it does not say what is wrong: %+v", f)
			}
			return
		}
	}
	t.Errorf("no finding of %s is %s and says %q: %+v", check, state, says, r.Findings)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestSubprocessesThatAreNotConfinedArePointedOut(t *testing.T) {
	v := newVendor(t, nil)
	withSubprocess := func(c *doctor.Case) {
		for _, name := range []string{"program", "program.manifest.json"} { // found by its name; what it holds does not matter here
			if err := os.WriteFile(filepath.Join(c.Config.Engine.Plugins, name), []byte("{}"), 0o700); err != nil {
				t.Fatal(err)
			}
		}
	}
	r := examine(t, v.settings(), v.trusted, withSubprocess)
	if state := (map[bool]doctor.State{true: doctor.Good, false: doctor.Warn})[process.CanConfine() == nil]; !slices.ContainsFunc(r.Findings, func(f doctor.Finding) bool { return f.Subject == "confinement" && f.State == state }) {
		t.Errorf("nothing was said of confinement, or something else than %s: %+v", state, r.Findings)
	}
	r = examine(t, v.settings(), v.trusted, func(c *doctor.Case) {
		withSubprocess(c)
		c.Config.Process.Confinement = process.ConfineOff
	})
	want(t, r, "plugins", doctor.Warn, "plugins.confine is off")
}
