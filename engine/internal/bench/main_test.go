package bench

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/process"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/internal/plugintest"
)

// role of this program when it starts itself: see roles.
const role = "OCRMUX_BENCH_ROLE"

// plugins and compiled code are made once for all benchmarks.
var work = struct{ plugins, cache string }{}

func TestMain(m *testing.M) {
	if run, ok := roles()[os.Getenv(role)]; ok {
		run()
		return
	}
	dir, err := os.MkdirTemp("", "ocrmux-bench-")
	if err != nil {
		panic(err)
	}
	work.plugins, work.cache = filepath.Join(dir, "plugins"), filepath.Join(dir, "cache")
	code := m.Run()
	_ = os.RemoveAll(dir) // a temporary folder
	os.Exit(code)
}

func roles() map[string]func() {
	return map[string]func(){"vendor": serveVendor, "caller": beCaller}
}

// pluginsBuilt builds jumdata once and gives the folder.
func pluginsBuilt(b *testing.B) string {
	b.Helper()
	plugintest.WASM(b, "../../../plugins/jumdata", work.plugins)
	return work.plugins
}

// openEngine opens an engine whose provider jumdata calls endpoint.
func openEngine(plugins, cache, endpoint, upload string, instances int) (*engine.Engine, error) {
	w, err := wasm.New(wasm.Config{CacheDir: cache, Instances: instances})
	if err != nil {
		return nil, err
	}
	return engine.Open(context.Background(), engine.Config{
		Plugins:  plugins,
		Unlocked: true,
		Runtimes: []engine.Runtime{w, process.New(process.Config{})},
		Providers: map[string]engine.ProviderConfig{"jumdata": {
			Config:  map[string]any{"endpoint": endpoint, "upload": upload},
			Secrets: map[string]engine.Secret{"app_id": engine.NewSecret("demo"), "app_secret": engine.NewSecret("efcefcef1121cefcefc1212121")},
		}},
	})
}

// startVendor starts the vendor in a process of its own and gives its address.
func startVendor(b *testing.B, delay time.Duration) string {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), role+"=vendor", "DELAY="+delay.String())
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Kill() // it has no state
		_ = cmd.Wait()
	})
	var address string
	if _, err := fmt.Fscanln(out, &address); err != nil {
		b.Fatal(err)
	}
	return "http://" + address
}

const answer = `{"code":200,"msg":"成功","taskNo":"65605503936940344488","charge":true,"data":{"result":0,"side":"front","info":{"number":"11010119900307803X","name":"样本张三","address":"北京市东城区样本胡同1号","year":"1990","month":"3","day":"7","nation":"汉","sex":"男"},"validity":{"birthday":true,"number":true,"address":true,"sex":true,"name":true}}}`

// serveVendor plays a vendor that reads the whole request, thinks, and answers with a card.
func serveVendor() {
	delay, err := time.ParseDuration(os.Getenv("DELAY"))
	if err != nil {
		panic(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(l.Addr())
	buffers := make(chan []byte, 64)
	handler := func(w http.ResponseWriter, r *http.Request) {
		var buf []byte
		select {
		case buf = <-buffers:
		default:
			buf = make([]byte, 64<<10)
		}
		for {
			if _, err := r.Body.Read(buf); err != nil {
				break
			}
		}
		select {
		case buffers <- buf:
		default:
		}
		time.Sleep(delay)
		w.Header().Set("Content-Type", "application/json;charset=utf-8")
		_, _ = strings.NewReader(answer).WriteTo(w) // a caller that is gone does not matter
	}
	panic(http.Serve(l, http.HandlerFunc(handler)))
}
