package conform

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/internal/boundedread"
)

// FailuresFile is the name of the table of failures beside the golden exchanges.
const FailuresFile = "failures.txtar"

// golden is one golden exchange: a file in the txtar format.
type golden struct {
	// Name is the file's name without .txtar.
	Name string

	path    string
	archive *txtar.Archive
	call    call
	image   []byte
}

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

// readGoldens reads the exchanges of a folder, sorted by name. A folder that does not exist has none.
func readGoldens(dir string) ([]*golden, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var out []*golden
	for _, e := range entries {
		if filepath.Ext(e.Name()) != ".txtar" || e.Name() == FailuresFile {
			continue
		}
		g, err := readGolden(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		out = append(out, g)
	}
	return out, nil
}

// readGolden reads one exchange and the picture it names.
func readGolden(path string) (*golden, error) {
	archive, err := readArchive(path)
	if err != nil {
		return nil, err
	}
	g := &golden{Name: strings.TrimSuffix(filepath.Base(path), ".txtar"), path: path, archive: archive}
	decoder := json.NewDecoder(strings.NewReader(g.section("call.json")))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&g.call); err != nil {
		return nil, fmt.Errorf("%s: section call.json: %w", filepath.Base(path), err)
	}
	if g.call.Image != "" {
		if g.image, err = boundedread.File(filepath.Join(filepath.Dir(path), g.call.Image), maxFileBytes); err != nil {
			return nil, fmt.Errorf("%s: the picture: %w", filepath.Base(path), err)
		}
	}
	return g, nil
}

func (g *golden) section(name string) string {
	for _, f := range g.archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func (g *golden) setSection(name, text string) {
	for i, f := range g.archive.Files {
		if f.Name == name {
			g.archive.Files[i].Data = []byte(text)
			return
		}
	}
	at := len(g.archive.Files)
	if n, ok := strings.CutPrefix(name, "request"); ok { // a request comes before its response
		if i := slices.IndexFunc(g.archive.Files, func(f txtar.File) bool { return f.Name == "response"+n }); i >= 0 {
			at = i
		}
	}
	g.archive.Files = slices.Insert(g.archive.Files, at, txtar.File{Name: name, Data: []byte(text)})
}

// update writes the sections of a run into the file, sorted by name.
func (g *golden) update(got map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(got)) {
		g.setSection(name, got[name])
	}
	return os.WriteFile(g.path, txtar.Format(g.archive), 0o644)
}

func (g *golden) request() (engine.Request, error) {
	r := engine.Request{Extras: g.call.Extras, Options: g.call.Options, Provider: g.Name, Picture: engine.URL(g.call.URL)}
	side := g.call.Side
	if side == "" {
		side = "unspecified"
	}
	if err := r.Side.UnmarshalText([]byte(side)); err != nil {
		return r, err
	}
	if g.call.Image != "" {
		r.Picture = engine.Bytes(g.image)
	}
	return r, nil
}

func (g *golden) provider(plugin, endpoint string) engine.ProviderConfig {
	p := engine.ProviderConfig{Plugin: plugin, Config: map[string]any{"endpoint": endpoint}, Secrets: map[string]engine.Secret{}}
	maps.Copy(p.Config, g.call.Config)
	for name, text := range g.call.Secrets {
		p.Secrets[name] = engine.NewSecret(text)
	}
	return p
}

// numbered returns the name of a section of the n-th exchange, counted from 1.
func numbered(section string, n int) string {
	if n == 1 {
		return section + ".http"
	}
	return section + "." + strconv.Itoa(n) + ".http"
}

// answer is an HTTP response in a golden file.
type answer struct {
	status int
	header http.Header
	body   string
}

// parseAnswer reads a section: the status, one line for each header, an empty line, and the body.
func parseAnswer(text string) (answer, bool) {
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	status, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	a := answer{status: status, header: http.Header{}, body: strings.TrimSuffix(body, "\n")}
	for _, line := range lines[1:] {
		if name, value, ok := strings.Cut(line, ":"); ok {
			a.header.Add(name, strings.TrimSpace(value))
		}
	}
	return a, err == nil && status >= 200 && status <= 599
}

func (a answer) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d\n", a.status)
	for _, name := range slices.Sorted(maps.Keys(a.header)) {
		for _, v := range a.header[name] {
			fmt.Fprintf(&b, "%s: %s\n", name, v)
		}
	}
	b.WriteString("\n" + a.body + "\n")
	return b.String()
}

func (a answer) writeTo(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body) // if the client is gone, the result shows it
}

// show writes a request in the form of a golden file. It leaves out headers of the connection; the HTTP server has checked
// Content-Length.
func (g *golden) show(r received) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", r.method, g.hide([]byte(r.url.RequestURI())))
	for _, name := range slices.Sorted(maps.Keys(r.header)) {
		switch name {
		case "Accept-Encoding", "Content-Length", "User-Agent":
			continue
		}
		for _, v := range r.header[name] {
			fmt.Fprintf(&b, "%s: %s\n", name, v)
		}
	}
	b.WriteString("\n")
	b.Write(g.hide(r.body))
	b.WriteString("\n")
	return b.String()
}

// hide replaces the picture by placeholders.
func (g *golden) hide(b []byte) []byte {
	if len(g.image) == 0 {
		return b
	}
	text := base64.StdEncoding.EncodeToString(g.image)
	b = bytes.ReplaceAll(b, g.image, []byte("{image:raw}"))
	b = bytes.ReplaceAll(b, []byte(text), []byte("{image:base64}"))
	return bytes.ReplaceAll(b, []byte(url.QueryEscape(text)), []byte("{image:base64_percent}"))
}
