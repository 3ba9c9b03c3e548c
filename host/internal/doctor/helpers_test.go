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
	"github.com/ocrmux/ocrmux/engine/declarative"
	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/host/internal/doctor"
	"github.com/ocrmux/ocrmux/internal/message"
)

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

// resolver returns the same addresses for every name.
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

// examine runs the doctor on a configuration with jumdata as a provider file in its own folder.
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

// want finds a finding of a check with the state, the code and the texts. The code is that of the detail or of a part of it, and may
// be empty for errors whose texts come from elsewhere.
func want(t *testing.T, r doctor.Report, check string, state doctor.State, code message.Code, says ...string) doctor.Finding {
	t.Helper()
	for _, f := range r.Findings {
		parts, _ := f.Detail.Param("parts").([]message.Message)
		matches := code == "" || slices.ContainsFunc(append(parts, f.Detail), func(m message.Message) bool { return m.Code() == code })
		for _, text := range says {
			matches = matches && strings.Contains(f.Detail.String(), text)
		}
		if matches && f.Check == check && f.State == state && !f.Detail.IsZero() {
			return f
		}
	}
	t.Errorf("no finding of %s is %s with code %q and texts %q: %+v", check, state, code, says, r.Findings)
	return doctor.Finding{}
}

func wantHelp(t *testing.T, f doctor.Finding, code message.Code) {
	t.Helper()
	if f.Help.Code() != code {
		t.Errorf("help is %q (%s), want %q", f.Help.Code(), f.Help, code)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
