package sdktest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/ocrmux/ocrmux/engine"
)

// call is the section call.json.
type call struct {
	Image   string            `json:"image,omitempty"` // file beside the exchange
	URL     string            `json:"url,omitempty"`
	Side    string            `json:"side,omitempty"`
	Extras  []string          `json:"extras,omitempty"`
	Options map[string]any    `json:"options,omitempty"`
	Config  map[string]any    `json:"config,omitempty"`
	Secrets map[string]string `json:"secrets,omitempty"`
	Now     time.Time         `json:"now"`
}

// exchange is one golden file.
type exchange struct {
	path    string
	archive *txtar.Archive
	call    call
	image   []byte
}

func readExchange(t testing.TB, path string) *exchange {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	x := &exchange{path: path, archive: archive}
	decoder := json.NewDecoder(strings.NewReader(x.section("call.json")))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&x.call); err != nil {
		t.Fatalf("%s: call.json: %v", path, err)
	}
	if x.call.Image != "" {
		if x.image, err = os.ReadFile(filepath.Join(filepath.Dir(path), x.call.Image)); err != nil {
			t.Fatal(err)
		}
	}
	return x
}

func (x *exchange) name() string { return strings.TrimSuffix(filepath.Base(x.path), ".txtar") }

func (x *exchange) section(name string) string {
	for _, f := range x.archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func (x *exchange) setSection(name, text string) {
	for i, f := range x.archive.Files {
		if f.Name == name {
			x.archive.Files[i].Data = []byte(text)
			return
		}
	}
	x.archive.Files = append(x.archive.Files, txtar.File{Name: name, Data: []byte(text)})
}

func (x *exchange) save() error { return os.WriteFile(x.path, txtar.Format(x.archive), 0o644) }

func (x *exchange) request() (engine.Request, error) {
	r := engine.Request{Extras: x.call.Extras, Options: x.call.Options, Provider: x.name()}
	if err := r.Side.UnmarshalText([]byte(orUnspecified(x.call.Side))); err != nil {
		return r, err
	}
	r.Picture = engine.URL(x.call.URL)
	if x.call.Image != "" {
		r.Picture = engine.Bytes(x.image)
	}
	return r, nil
}

func orUnspecified(side string) string {
	if side == "" {
		return "unspecified"
	}
	return side
}

func (x *exchange) provider(plugin, endpoint string) engine.ProviderConfig {
	p := engine.ProviderConfig{Plugin: plugin, Config: map[string]any{"endpoint": endpoint}, Secrets: map[string]engine.Secret{}}
	maps.Copy(p.Config, x.call.Config)
	for name, text := range x.call.Secrets {
		p.Secrets[name] = engine.NewSecret(text)
	}
	return p
}

// numbered names the sections of the n-th exchange, counted from 1.
func numbered(section string, n int) string {
	if n == 1 {
		return section + ".http"
	}
	return section + "." + strconv.Itoa(n) + ".http"
}

// ServeHTTP plays the vendor for one run: it records each request and gives the golden answer.
type vendor struct {
	exchange *exchange
	requests []string
}

func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	v.requests = append(v.requests, v.exchange.show(r, body))
	head, answer, _ := strings.Cut(v.exchange.section(numbered("response", len(v.requests))), "\n\n")
	lines := strings.Split(head, "\n")
	status, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil {
		http.Error(w, "the golden file has no such response", http.StatusTeapot)
		return
	}
	for _, line := range lines[1:] {
		if name, value, ok := strings.Cut(line, ":"); ok {
			w.Header().Set(name, strings.TrimSpace(value))
		}
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, strings.TrimSuffix(answer, "\n")) // a lost client shows in the result
}

// show writes a request as the golden file does. Headers of the connection are left out; Content-Length was checked by
// the HTTP server already.
func (x *exchange) show(r *http.Request, body []byte) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", r.Method, x.hide([]byte(r.URL.RequestURI())))
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		switch name {
		case "Accept-Encoding", "Content-Length", "User-Agent":
			continue
		}
		for _, v := range r.Header[name] {
			fmt.Fprintf(&b, "%s: %s\n", name, v)
		}
	}
	b.WriteString("\n")
	b.Write(x.hide(body))
	b.WriteString("\n")
	return b.String()
}

// hide puts placeholders where the picture stands.
func (x *exchange) hide(b []byte) []byte {
	if len(x.image) == 0 {
		return b
	}
	text := base64.StdEncoding.EncodeToString(x.image)
	b = bytes.ReplaceAll(b, x.image, []byte("{image:raw}"))
	b = bytes.ReplaceAll(b, []byte(text), []byte("{image:base64}"))
	return bytes.ReplaceAll(b, []byte(url.QueryEscape(text)), []byte("{image:base64_percent}"))
}
