package console_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/internal/testenv"
)

func TestProviderThatARouteNeedsIsNotRemoved(t *testing.T) {
	p := serve(t, oneAccount)
	form := url.Values{"do": {"save"}, "name": {"second"}, "secrets/app_id": {"env:ID"}, "secrets/app_secret": {"env:SECRET"}, "config/endpoint": {p.vendorURL}}
	if status, page := fetch(t, http.DefaultClient, p.url+"/console/configure?plugin=jumdata", form); status != http.StatusOK {
		t.Fatalf("a second provider is answered with %d\n%s", status, page)
	}
	writeFile(t, p.file, strings.ReplaceAll(p.text(t), "[jumdata]", "[jumdata, second]"))
	before := p.changes(t)
	status, page := fetch(t, http.DefaultClient, p.url+"/console/providers/second/configure", url.Values{"do": {"reset"}})
	if status != http.StatusUnprocessableEntity || !strings.Contains(page, "routes.default.providers") || p.changes(t) != before {
		t.Errorf("answered with %d\n%s\n%s", status, page, p.changes(t))
	}
}

func TestConfigurationThatSomebodyElseHasChangedIsNotOverwritten(t *testing.T) {
	p := serve(t, oneAccount)
	address := p.url + "/console/providers/jumdata/configure"
	_, first := fetch(t, http.DefaultClient, address, nil)
	_, second := fetch(t, http.DefaultClient, address, nil)
	form := func(page, setting string) url.Values {
		return url.Values{
			"do": {"save"}, "version": {versionOf(t, page)}, "secrets/app_id": {"env:ID"}, "secrets/app_secret": {"env:SECRET"}, "config/endpoint": {p.vendorURL + setting},
		}
	}
	if status, page := fetch(t, http.DefaultClient, address, form(first, "/first")); status != http.StatusOK || !strings.Contains(p.changes(t), "/first") {
		t.Fatalf("the first window is answered with %d\n%s", status, page)
	}
	saved := p.changes(t)
	refused := func(who, page string) {
		t.Helper()
		status, page := fetch(t, http.DefaultClient, address, form(page, "/second"))
		if status != http.StatusConflict || !strings.Contains(page, "somebody has changed the configuration") || p.changes(t) != saved {
			t.Errorf("%s: answered with %d, and the console's file is\n%s", who, status, p.changes(t))
		}
	}
	refused("a second window", second)
	reset := form(second, "")
	reset.Set("do", "reset")
	if status, _ := fetch(t, http.DefaultClient, address, reset); status != http.StatusConflict || p.changes(t) != saved {
		t.Errorf("going back to the file in a second window is answered with %d, and the console's file is\n%s", status, p.changes(t))
	}
	_, second = fetch(t, http.DefaultClient, address, nil)
	byHand := p.text(t) + "# changed by hand\n"
	writeFile(t, p.file, byHand)
	refused("after a change by hand", second)
	_, second = fetch(t, http.DefaultClient, address, nil)
	if status, _ := fetch(t, http.DefaultClient, address, form(second, "/second")); status != http.StatusOK || !strings.Contains(p.changes(t), "/second") || p.text(t) != byHand {
		t.Errorf("after another look: %d\n%s\n%s", status, p.changes(t), p.text(t))
	}
}

func TestSavesAtTheSameTimeLoseNothing(t *testing.T) {
	p := serve(t, oneAccount)
	const windows = 8
	pages, saved := make([]string, windows), make([]atomic.Int32, windows)
	for i := range windows {
		_, pages[i] = fetch(t, http.DefaultClient, p.url+"/console/configure?plugin=acme", nil)
	}
	var all sync.WaitGroup
	for i := range windows {
		all.Go(func() {
			form := url.Values{"do": {"save"}, "version": {versionOf(t, pages[i])}, "name": {fmt.Sprintf("acme-%d", i)}, "secrets/app_code": {"env:SECRET"}, "config/endpoint": {"https://api.acme.example"}}
			status, _ := fetch(t, http.DefaultClient, p.url+"/console/configure?plugin=acme", form)
			saved[i].Store(int32(status))
		})
	}
	all.Wait()
	winners := 0
	for i := range windows {
		status, there := saved[i].Load(), strings.Contains(p.changes(t), fmt.Sprintf("acme-%d:", i))
		if status == http.StatusOK {
			winners++
		}
		if (status == http.StatusOK) != there || status != http.StatusOK && status != http.StatusConflict {
			t.Errorf("window %d is answered with %d, and its provider is there: %v", i, status, there)
		}
	}
	if winners != 1 {
		t.Errorf("%d windows have saved what they based on the same state", winners)
	}
}

func TestConfigurationFileThatNobodyCanEditSafelyIsNoObstacle(t *testing.T) {
	p := serve(t, `providers:
  jumdata: &account
    plugin: jumdata
    config: {endpoint: VENDOR/jumdata}
    secrets: {app_id: "env:ID", app_secret: "env:SECRET"}
  second: *account
`)
	if err := os.Chmod(p.file, 0o400); err != nil {
		t.Fatal(err)
	}
	before := p.text(t)
	address := p.url + "/console/providers/jumdata/configure"
	form := url.Values{"do": {"save"}, "secrets/app_id": {"env:ID"}, "secrets/app_secret": {"env:SECRET"}, "config/endpoint": {p.vendorURL + "/other"}}
	status, page := fetch(t, http.DefaultClient, address, form)
	if got := p.changes(t); status != http.StatusOK || p.text(t) != before || !strings.Contains(got, "  jumdata:\n") || strings.Contains(got, "second") {
		t.Errorf("an alias and a file without permission to write are answered with %d\n%s\n%s", status, page, got)
	}
	if _, page := fetch(t, http.DefaultClient, p.url+"/console/providers/second/configure", nil); strings.Contains(page, "/other") {
		t.Error("the other provider has changed, too")
	}
}

func TestFilesThatAreMalformedAreNamedAndTheGatewayKeepsServing(t *testing.T) {
	p := serve(t, oneAccount)
	address := p.url + "/console/providers/jumdata/configure"
	writeFile(t, p.overlay, "routes: {}\n")
	if status, page := fetch(t, http.DefaultClient, address, nil); status != http.StatusServiceUnavailable || !strings.Contains(page, p.overlay+":1:1: routes: ") {
		t.Errorf("a file that the console did not write is answered with %d\n%s", status, page)
	}
	writeFile(t, p.file, "providers: [")
	if status, page := fetch(t, http.DefaultClient, address, nil); status != http.StatusServiceUnavailable || !strings.Contains(page, "YAML") {
		t.Errorf("a file that is no YAML is answered with %d\n%s", status, page)
	}
	for _, at := range []string{"/console/providers", "/console/providers/jumdata"} {
		if status, _ := fetch(t, http.DefaultClient, p.url+at, nil); status != http.StatusOK {
			t.Errorf("the gateway no longer shows %s: %d", at, status)
		}
	}
}

func TestConsoleFileThatSomebodyChangesIsLoaded(t *testing.T) {
	p := serve(t, oneAccount)
	writeFile(t, p.overlay, "providers: {acme: {config: {endpoint: \"https://api.acme.example\"}, secrets: {app_code: \"env:SECRET\"}}}\n")
	within, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if !p.said.Await(within, "ocrmux.console.yaml has changed") {
		t.Fatalf("the log says\n%s", p.said)
	}
	if _, page := fetch(t, http.DefaultClient, p.url+"/console/providers", nil); !strings.Contains(page, `id="provider-acme"`) {
		t.Errorf("the provider is not there: %s", p.said)
	}
}

func TestConfigureWithoutAFileShowsWhatToWriteIntoOne(t *testing.T) {
	p := serve(t, "")
	address := p.url + "/console/configure?plugin=jumdata"
	form := url.Values{"do": {"check"}, "name": {"first"}, "secrets/app_id": {"env:ID"}, "secrets/app_secret": {"env:SECRET"}}
	status, page := fetch(t, http.DefaultClient, address, form)
	if status != http.StatusOK || !strings.Contains(page, "without a configuration file") || !strings.Contains(page, "plugin: jumdata") || strings.Contains(page, "do-save") {
		t.Errorf("answered with %d\n%s", status, page)
	}
	form.Set("do", "save")
	if status, page := fetch(t, http.DefaultClient, address, form); status != http.StatusConflict || !strings.Contains(page, "without a configuration file") {
		t.Errorf("saving is answered with %d\n%s", status, page)
	}
	for name, want := range map[string]string{"": "Give the provider a name.", "No Name": "is not a possible name"} {
		form.Set("name", name)
		if status, page := fetch(t, http.DefaultClient, address, form); status != http.StatusUnprocessableEntity || !strings.Contains(page, want) {
			t.Errorf("the name %q is answered with %d, without %q\n%s", name, status, want, page)
		}
	}
	for _, unknown := range []string{"/console/configure?plugin=nobody", "/console/configure", "/console/providers/nobody/configure"} {
		if status, _ := fetch(t, http.DefaultClient, p.url+unknown, nil); status != http.StatusNotFound {
			t.Errorf("%s is answered with %d", unknown, status)
		}
	}
}

// readOnly returns an empty file on a file system that nobody can write.
func readOnly(t *testing.T) string {
	t.Helper()
	const path = "/sys/class/net/lo/ifalias"
	real, err := filepath.EvalSymlinks(path)
	if err == nil {
		_, err = os.ReadFile(real)
	}
	if err != nil {
		testenv.Missing(t, "a file that nobody can write, such as %s: %v", readOnly, err)
	}
	return path
}

func TestFolderThatCannotBeWrittenIsNamedAndTheFormShowsWhatToWrite(t *testing.T) {
	file := readOnly(t)
	p := serve(t, "", "--config", file)
	status, page := fetch(t, http.DefaultClient, p.url+"/console/configure?plugin=acme", nil)
	if status != http.StatusOK || !strings.Contains(page, file+".console.yaml cannot be written") || !strings.Contains(page, "console.file") || strings.Contains(page, "do-save") {
		t.Errorf("answered with %d\n%s", status, page)
	}
	form := url.Values{"do": {"check"}, "name": {"acme"}, "secrets/app_code": {"env:SECRET"}, "config/endpoint": {p.vendorURL}}
	status, page = fetch(t, http.DefaultClient, p.url+"/console/configure?plugin=acme", form)
	if status != http.StatusOK || !strings.Contains(page, "acme:\n") {
		t.Errorf("answered with %d\n%s", status, page)
	}
	form.Set("do", "save")
	if status, page = fetch(t, http.DefaultClient, p.url+"/console/configure?plugin=acme", form); status != http.StatusConflict || !strings.Contains(page, "Nothing was saved: "+file+".console.yaml") {
		t.Errorf("saving is answered with %d\n%s", status, page)
	}
}

func TestFileThatCannotBeWrittenIsNoObstacleToAConsoleFileElsewhere(t *testing.T) {
	for name, file := range map[string]string{"a read-only file": readOnly(t), "no file": ""} {
		t.Run(name, func(t *testing.T) {
			overlay := filepath.Join(t.TempDir(), "console.yaml")
			var flags []string
			if file != "" {
				flags = []string{"--config", file}
			}
			p := serveIn(t, []string{"OCRMUX_CONSOLE__FILE=" + overlay}, "", flags...)
			p.overlay = overlay
			form := url.Values{"do": {"save"}, "name": {"acme"}, "secrets/app_code": {"env:SECRET"}, "config/endpoint": {"https://api.acme.example"}}
			status, page := fetch(t, http.DefaultClient, p.url+"/console/configure?plugin=acme", form)
			if status != http.StatusOK || !strings.Contains(page, "loaded") || !strings.Contains(p.changes(t), "acme:\n") {
				t.Errorf("saving is answered with %d\n%s\n%s", status, page, p.changes(t))
			}
		})
	}
}
