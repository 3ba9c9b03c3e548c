package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/store/jetstream"
	"github.com/ocrmux/ocrmux/host/internal/cli"
	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/internal/money"
)

// callers is the number of concurrent callers of one gateway.
const callers = 8

// gateways are real programs with a budget that serve Jumdata's protocol in front of a vendor with the same protocol.
type gateways struct {
	config string
	limit  int64
	bills  atomic.Int64 // of the vendor
	sent   atomic.Int64 // pictures, no two of which are the same
}

// natsServer returns the address of a server that ends with the test.
func natsServer(t *testing.T) string {
	t.Helper()
	nats, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true, JetStream: true, StoreDir: t.TempDir(),
	})
	if err != nil {
		t.Fatal(err)
	}
	nats.Start()
	t.Cleanup(func() { nats.Shutdown(); nats.WaitForShutdown() })
	if !nats.ReadyForConnections(time.Minute) {
		t.Fatal("the NATS server does not start")
	}
	return "nats://" + nats.Addr().String()
}

// newGateways writes the configuration of gateways, with two sections from YAML, and starts the vendor.
func newGateways(t *testing.T, plugins, state string, limit int64) *gateways {
	t.Helper()
	g := &gateways{limit: limit}
	vendor := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if problem := wrongCall(r); problem != "" {
			t.Errorf("the vendor was called wrongly: %s", problem)
		}
		g.bills.Add(1) // also if the answer is lost
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"code": 200, "msg": "成功", "taskNo": "T", "charge": true, "data": {"result": "0", "side": "front", "rotate": "0",
 "validity": {"name": true}, "info": {"name": "样本人", "address": "北京市东城区样本路1号SPECIMEN"}}}`)
	}))
	t.Cleanup(vendor.Close)
	g.config = filepath.Join(t.TempDir(), "ocrmux.yaml")
	text := fmt.Sprintf(`
plugins: %s
providers:
  jumdata:
    config: {endpoint: %q}
    secrets: {app_id: "env:APP_ID", app_secret: "env:APP_SECRET"}
    price: {per_call: "0.045"}
routes:
  default: {providers: [jumdata], retries: 0}
front_doors:
  jumdata: {clients: [{app_id: %q, app_secret: "env:APP_SECRET"}]}
money:
  budgets: [{route: default, per: month, calls: %d}]
state: %s
server: {listen: "127.0.0.1:0"}
`, plugins, vendor.URL, appID, limit, state)
	if err := os.WriteFile(g.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return g
}

func (g *gateways) environ() []string {
	return append(os.Environ(), "APP_ID="+appID, "APP_SECRET="+appSecret)
}

// command returns the program with the configuration.
func (g *gateways) command(t *testing.T, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), "ocrmux", append(args, "--config", g.config)...)
	cmd.Env, cmd.Stderr = g.environ(), t.Output()
	return cmd
}

// gateway is one running program.
type gateway struct {
	all     *gateways
	program *exec.Cmd
	url     string
}

func (g *gateways) start(t *testing.T) *gateway {
	t.Helper()
	return g.startWith(t, func(*exec.Cmd) {})
}

func (g *gateways) startWith(t *testing.T, change func(*exec.Cmd)) *gateway {
	t.Helper()
	one := &gateway{all: g, program: g.command(t, "serve")}
	change(one.program)
	output, err := one.program.StdoutPipe()
	if err == nil {
		err = one.program.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(output)
	if lines.Scan() {
		_, one.url, _ = strings.Cut(lines.Text(), "listening on ")
	}
	if one.url == "" {
		t.Fatalf("the gateway does not listen: %v", one.program.Wait())
	}
	return one
}

// stop ends a gateway with SIGTERM, as an operator does.
func (g *gateway) stop(t *testing.T) {
	t.Helper()
	if err := errors.Join(g.program.Process.Signal(os.Interrupt), g.program.Wait()); err != nil {
		t.Errorf("the gateway ended with %v", err)
	}
}

// kill ends a gateway as a power failure does, except for unsynced writes.
func (g *gateway) kill(t *testing.T) {
	t.Helper()
	if err := g.program.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = g.program.Wait() // the error says that it was killed
}

// ask sends a new picture and returns the code of the vendor's protocol.
func (g *gateway) ask(ctx context.Context) (code int, err error) {
	card := image.NewGray(image.Rect(0, 0, 32, 32))
	for i, n := 0, g.all.sent.Add(1); n > 0; i, n = i+1, n/2 {
		card.SetGray(i, 0, color.Gray{Y: uint8(255 * (n % 2))})
	}
	now := fmt.Sprint(time.Now().UnixMilli())
	sign := sha256.Sum256([]byte(appID + appSecret + now))
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", "card.png")
	if err = errors.Join(err, png.Encode(file, card), form.WriteField("appId", appID), form.WriteField("timestamp", now),
		form.WriteField("sign", hex.EncodeToString(sign[:])), form.Close()); err != nil {
		return 0, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, g.url+"/ocr/idcard-v1", &body)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	var said struct{ Code int }
	return said.Code, json.NewDecoder(answer.Body).Decode(&said)
}

// hammer asks with many callers until each was refused or could not connect. It returns how many calls were answered with a card.
func (g *gateway) hammer(ctx context.Context) (read int64) {
	var n atomic.Int64
	var running sync.WaitGroup
	for range callers {
		running.Go(func() {
			for {
				if code, err := g.ask(ctx); err != nil || code != 200 {
					return
				}
				n.Add(1)
			}
		})
	}
	running.Wait()
	return n.Load()
}

// books reads the state after all gateways have closed it.
func (g *gateways) books(t *testing.T) (budget money.BudgetStatus, ledger money.UsageRow) {
	t.Helper()
	cfg, err := config.Load(config.Sources{Path: g.config, Environ: g.environ()})
	if err != nil {
		t.Fatal(err)
	}
	s, err := jetstream.Open(t.Context(), *cfg.State)
	if err != nil {
		t.Fatal(err)
	}
	b, err := money.Open(t.Context(), money.Config{Store: s, Zone: engine.Shanghai(), Budgets: cfg.Engine.Money.Budgets})
	if err != nil {
		t.Fatal(err)
	}
	usage, err := b.Usage(t.Context(), money.Query{})
	if err != nil {
		t.Fatal(err)
	}
	budget = b.Snapshot()[0]
	if err := errors.Join(b.Close(t.Context()), s.Close(t.Context())); err != nil {
		t.Error(err)
	}
	if len(usage.Rows) == 1 {
		ledger = usage.Rows[0]
	}
	return budget, ledger
}

func TestGateways(t *testing.T) {
	if testing.Short() || runtime.GOOS == "windows" {
		t.Skip("starts and interrupts programs")
	}
	dir := t.TempDir()
	plugins := filepath.Join(dir, "plugins")
	build := &cli.Program{Stdout: io.Discard, Stderr: t.Output()}
	for _, args := range [][]string{{"plugin", "build", "--out", plugins, "../../../plugins/jumdata"}, {"plugin", "lock", "--yes", plugins}} {
		if status := build.Run(t.Context(), args); status != cli.StatusOK {
			t.Fatalf("the plugin is not built: status %d", status)
		}
	}
	settings := fmt.Sprintf("{dir: %q, cache_dir: %q}", plugins, filepath.Join(dir, "cache"))
	t.Run("one that is killed forgets no bill and passes no budget", func(t *testing.T) {
		killed(t, newGateways(t, settings, fmt.Sprintf("{dir: %q}", filepath.Join(t.TempDir(), "state")), 400))
	})
	t.Run("two share a budget without overshoot", func(t *testing.T) {
		share(t, newGateways(t, settings, fmt.Sprintf("{url: %q}", natsServer(t)), 300))
	})
}

// killed kills a gateway again and again during calls.
func killed(t *testing.T, g *gateways) {
	for kills := int64(1); kills <= 3; kills++ {
		one, before := g.start(t), g.bills.Load()
		ended := make(chan struct{})
		go func() { one.hammer(t.Context()); close(ended) }()
		for g.bills.Load() < before+50 {
			select {
			case <-ended:
				t.Fatalf("all callers were refused after %d calls", g.bills.Load()-before)
			default:
				runtime.Gosched()
			}
		}
		one.kill(t)
		<-ended
		budget, ledger := g.books(t)
		vendor, known := g.bills.Load(), budget.Spent.Calls+budget.Unknown.Calls
		t.Logf("the vendor has billed %d, the budget knows %d and %d unknown, the ledger %d, %d unknown and %d open",
			vendor, budget.Spent.Calls, budget.Unknown.Calls, ledger.Billed, ledger.Unknown, ledger.Open)
		if known < vendor || known > vendor+kills*callers || known > g.limit || budget.Spent.Calls > vendor {
			t.Errorf("after %d kills the budget is %+v", kills, budget)
		}
		if found := ledger.Billed + ledger.Unknown + ledger.Open; found < vendor || ledger.Billed > vendor || ledger.Attempts < vendor {
			t.Errorf("after %d kills the ledger has %+v", kills, ledger)
		}
	}
	one := g.start(t)
	one.hammer(t.Context())
	one.stop(t)
	budget, _ := g.books(t)
	if known := budget.Spent.Calls + budget.Unknown.Calls; known != g.limit || g.bills.Load() > g.limit {
		t.Errorf("in the end the vendor has billed %d, and the budget is %+v", g.bills.Load(), budget)
	}
	explain := g.command(t, "route", "explain")
	text, err := explain.Output()
	if err != nil || !strings.Contains(string(text), `is not asked: the budget of route "default" per month cannot pay for this call: 400 of 400 calls are used`) {
		t.Errorf("%v: explained with\n%s", err, text)
	}
}

// share runs two busy gateways with one state server.
func share(t *testing.T, g *gateways) {
	var both sync.WaitGroup
	var read [2]int64
	started := []*gateway{g.start(t), g.start(t)}
	for i, one := range started {
		both.Go(func() { read[i] = one.hammer(t.Context()) })
	}
	both.Wait()
	for _, one := range started {
		one.stop(t)
	}
	t.Logf("the gateways read %d and %d cards of %d", read[0], read[1], g.limit)
	if sum := read[0] + read[1]; sum != g.bills.Load() || sum > g.limit || read[0] == 0 || read[1] == 0 {
		t.Errorf("the gateways read %d cards, and the vendor has billed %d", read, g.bills.Load())
	}
	// The next gateway gets what the previous one had reserved.
	last := g.start(t)
	last.hammer(t.Context())
	last.stop(t)
	budget, ledger := g.books(t)
	if g.bills.Load() != g.limit || budget.Spent.Calls != g.limit || budget.Unknown.Calls != 0 || ledger.Billed != g.limit {
		t.Errorf("in the end the vendor has billed %d of %d; the budget is %+v, the ledger %+v", g.bills.Load(), g.limit, budget, ledger)
	}
}
