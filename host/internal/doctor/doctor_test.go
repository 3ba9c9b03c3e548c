package doctor_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/store/jetstream"
	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/host/internal/doctor"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
)

// secret must be in no finding.
const secret = "hunter2-of-the-doctor"

func TestDoctorSendsNothingToAVendorThatAnswers(t *testing.T) {
	t.Parallel()
	v := newVendor(t, nil)
	r := examine(t, v.settings(), v.trusted)
	want(t, r, "network", doctor.Good, message.FindingReached)
	want(t, r, "clock", doctor.NotChecked, message.FindingClockSkipped)
	want(t, r, "providers", doctor.Good, message.FindingLoaded)
	want(t, r, "config", doctor.Good, message.FindingConfigValid, "providers: 1, routes: 0")
	if n := v.requests.Load(); n != 0 {
		t.Errorf("the vendor got %d requests", n)
	}
}

func TestDoctorCountsNothingWhereItExaminesOneProvider(t *testing.T) {
	t.Parallel()
	v := newVendor(t, nil)
	r := examine(t, v.settings(), v.trusted, func(c *doctor.Case) { c.Provider = "jumdata" })
	want(t, r, "config", doctor.Good, message.FindingProviderValid)
}

func TestDoctorComparesTheClockWithOneHead(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		ahead time.Duration
		state doctor.State
		code  message.Code
		says  string
	}{
		{"a clock that is right", 0, doctor.Good, message.FindingClockAgrees, ""},
		{"a clock a minute fast", time.Minute, doctor.Warn, message.FindingClockAhead, "1m0s"},
		{"a clock six minutes slow", -6 * time.Minute, doctor.Bad, message.FindingClockBehind, "6m0s"},
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
			want(t, r, "clock", tt.state, tt.code, tt.says)
		})
	}
	t.Run("a host that tells no time", func(t *testing.T) {
		v := newVendor(t, func(w http.ResponseWriter, _ *http.Request) { w.Header()["Date"] = nil })
		want(t, examine(t, v.settings(), v.trusted, online), "clock", doctor.NotChecked, message.FindingClockUnknown)
	})
}

func TestDoctorReportsWhyAHostCannotBeCalled(t *testing.T) {
	t.Parallel()
	v := newVendor(t, nil)
	closed := listener(t)
	_ = closed.Close()
	mute := listener(t) // accepts connections and says nothing
	expiry := v.Certificate().NotAfter
	for _, tt := range []struct {
		name     string
		endpoint string
		change   []func(*doctor.Case)
		state    doctor.State
		code     message.Code
		says     string
		help     message.Code
	}{
		{"a certificate that has expired", v.URL, []func(*doctor.Case){v.trusted, at(expiry.Add(time.Hour))}, doctor.Bad, message.ExchangeCause, "certificate has expired", message.HelpTrust},
		{"a certificate that soon expires", v.URL, []func(*doctor.Case){v.trusted, at(expiry.Add(-50 * time.Hour))}, doctor.Warn, message.FindingReached, expiry.In(engine.Shanghai()).Format(time.DateTime + " -07:00"), message.HelpRenew},
		{"a certificate of an authority that is not trusted", v.URL, nil, doctor.Bad, message.ExchangeCause, "unknown authority", message.HelpTrust},
		{"a name that does not exist", "https://nowhere.example", []func(*doctor.Case){resolving(nil)}, doctor.Bad, message.ExchangeCause, "no such host", message.HelpName},
		{"a host that refuses connections", "https://" + closed.Addr().String(), nil, doctor.Bad, message.ExchangeCause, "connection refused", message.HelpFirewall},
		{"a host that accepts a connection and says nothing", "https://" + mute.Addr().String(), []func(*doctor.Case){quick}, doctor.Bad, "", "", message.HelpFirewall},
		{"a host without TLS", "http://" + mute.Addr().String(), nil, doctor.Warn, message.FindingReachedPlain, "", message.HelpTLS},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := examine(t, settings(tt.endpoint), tt.change...)
			wantHelp(t, want(t, r, "network", tt.state, tt.code, tt.says), tt.help)
			if (r.State == doctor.Bad) != (tt.state == doctor.Bad) {
				t.Errorf("the report is %s", r.State)
			}
		})
	}
}

func TestDoctorRefusesPrivateAddressesForHostsOfManifests(t *testing.T) {
	t.Parallel()
	r := examine(t, settings(""), resolving([]netip.Addr{netip.MustParseAddr("10.1.2.3")}))
	want(t, r, "network", doctor.Bad, message.AddressPrivate)
}

func TestDoctorDoesNotNeedTheManifestsHostBesideAnEndpoint(t *testing.T) {
	t.Parallel()
	v := newVendor(t, nil)
	r := examine(t, v.settings(), v.trusted, resolving(nil))
	if r.State == doctor.Bad {
		t.Errorf("the report is bad: %+v", r.Findings)
	}
}

func TestDoctorReportsSecretFilesThatOthersCanRead(t *testing.T) {
	t.Parallel()
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

func TestDoctorReportsWhoHoldsTheStateAndWhatIsLeftOfBudgets(t *testing.T) {
	t.Parallel()
	v := newVendor(t, nil)
	dir := filepath.Join(t.TempDir(), "state")
	text := v.settings() + fmt.Sprintf("state: {dir: %q}\nmoney: {budgets: [{provider: jumdata, per: month, calls: 10}]}\n", dir)
	want(t, examine(t, text, v.trusted), "state", doctor.Good, message.FindingNotThere)
	if _, err := os.Stat(dir); err == nil {
		t.Error("the doctor made the folder")
	}
	for _, step := range []struct {
		calls int
		state doctor.State
		code  message.Code
		says  string
	}{{5, doctor.Good, message.FindingBudgetCalls, "5 of 10"}, {5, doctor.Bad, message.FindingBudgetUsed, "0 of 10"}} {
		spend(t, dir, step.calls, func() {
			want(t, examine(t, text, v.trusted), "state", doctor.Warn, message.FindingStateLockedBy, strconv.Itoa(os.Getpid()))
		})
		r := examine(t, text, v.trusted)
		want(t, r, "state", doctor.Good, message.FindingStateOpens)
		want(t, r, "budgets", step.state, step.code, step.says)
	}
}

// spend takes some calls from jumdata's budget, and runs meanwhile while the state is open.
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

func TestDoctorReportsABudgetForCallsWithoutAPrice(t *testing.T) {
	t.Parallel()
	v := newVendor(t, nil)
	for _, tt := range []struct {
		name, price string
		state       doctor.State
		code        message.Code
		says        string
	}{
		{"no price", "", doctor.Warn, message.FindingNoPrice, ""},
		{"a price", "    price: {per_call: \"0.05\"}\n", doctor.Good, message.FindingBudgetAmount, "5 of 5"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := v.settings() + tt.price + fmt.Sprintf("state: {dir: %q}\nmoney: {budgets: [{provider: jumdata, per: month, amount: \"5\"}]}\n", t.TempDir())
			r := examine(t, text, v.trusted)
			want(t, r, "budgets", tt.state, tt.code, tt.says)
			if r.State != tt.state && tt.state == doctor.Warn {
				t.Errorf("the report is %s", r.State)
			}
		})
	}
}

func TestDoctorReportsAStateFolderThatIsAFile(t *testing.T) {
	t.Parallel()
	v := newVendor(t, nil)
	file := filepath.Join(t.TempDir(), "state")
	write(t, file, "")
	want(t, examine(t, v.settings()+fmt.Sprintf("state: {dir: %q}\n", file), v.trusted), "state", doctor.Bad, message.FindingNoFolder)
	want(t, examine(t, v.settings()+fmt.Sprintf("state: {dir: %q}\n", file+"/below"), v.trusted), "state", doctor.Bad, message.FindingCannotLookAt)
	byDefault := func(c *doctor.Case) { c.DefaultState = true }
	want(t, examine(t, v.settings()+fmt.Sprintf("state: {dir: %q}\n", file), v.trusted, byDefault), "state", doctor.Warn, message.FindingNoFolder)
}

func TestDoctorReportsBudgetsInMemory(t *testing.T) {
	t.Parallel()
	v := newVendor(t, nil)
	r := examine(t, v.settings()+"money: {budgets: [{provider: jumdata, per: month, calls: 10}]}\n", v.trusted)
	want(t, r, "state", doctor.Warn, message.FindingBudgetsVanish)
}

func TestDoctorReportsAPluginThatIsNotApproved(t *testing.T) {
	t.Parallel()
	v := newVendor(t, nil)
	r := examine(t, strings.Replace(v.settings(), ", lock: off", "", 1), v.trusted)
	want(t, r, "providers", doctor.Bad, "", "not_locked")
}

func TestDoctorReportsEachProblemOfAConfiguration(t *testing.T) {
	t.Parallel()
	_, err := config.Load(config.Sources{Environ: []string{"OCRMUX_LOG__LEVEL=wran", "OCRMUX_LOG__FORMAT=x"}})
	r := doctor.Refused(err)
	if len(r.Findings) != 2 || r.State != doctor.Bad {
		t.Errorf("got %+v", r)
	}
	want(t, r, "config", doctor.Bad, "", "log.level")
}

func TestDoctorExaminesOneProviderWithoutTheOthers(t *testing.T) {
	t.Parallel()
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
	want(t, r, "network", doctor.Bad, message.ExchangeCause, "connection refused")
	want(t, r, "secrets", doctor.Good, message.FindingSecretsThere, "files: 0, variables: 2")
	r = examine(t, strings.Replace(text, ", lock: off", "", 1), v.trusted, func(c *doctor.Case) { c.Provider = "other" })
	want(t, r, "providers", doctor.Bad, "", "not_locked")
}
