package console

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"

	"golang.org/x/text/language"
)

//go:embed pages/*.html
var pageFiles embed.FS

//go:embed assets/*
var assetFiles embed.FS

// pages holds the templates, assets and words of the console.
type pages struct {
	templates map[string]*template.Template // by page
	match     language.Matcher
	words     []*words // as tongues
	versions  map[string]string
}

// newPages parses every page with the layout and the fragments, whose file names begin with "_".
func newPages() (*pages, error) {
	p := &pages{templates: make(map[string]*template.Template), match: language.NewMatcher(tongues), versions: make(map[string]string)}
	for i, f := range folders {
		w, err := readWords(f, tongues[i].String())
		if err != nil {
			return nil, err
		}
		p.words = append(p.words, w)
	}
	assets, err := fs.Glob(assetFiles, "assets/*")
	if err != nil {
		return nil, err
	}
	for _, a := range assets {
		b, err := assetFiles.ReadFile(a)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(b)
		p.versions[path.Base(a)] = hex.EncodeToString(sum[:6])
	}
	common, err := template.New("").Funcs(template.FuncMap{"asset": p.assetPath, "dict": dict}).ParseFS(pageFiles, "pages/_*.html")
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(pageFiles, "pages/[^_]*.html")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		t, err := template.Must(common.Clone()).ParseFS(pageFiles, f)
		if err != nil {
			return nil, err
		}
		p.templates[strings.TrimSuffix(path.Base(f), ".html")] = t
	}
	return p, nil
}

// page is the data of a template.
type page struct {
	*words
	// Name of the page's template, At its address with the query.
	Name, At string
	// Tab that the page belongs to, and its Title; empty where the name says both.
	Tab, Title string
	// Visitor is who has signed in; nil if nobody has. Alone says that there are no tenants.
	Visitor *visitor
	Alone   bool
	Version string
	// Zone of the times on the page, for visitors who have signed in.
	Zone string
	Data any
}

// page returns a page for a visitor.
func (c *Console) page(v *visitor, data any) *page {
	return &page{words: v.words, Visitor: v, Alone: v.Name() == "", Version: c.cfg.Version, Zone: zoneName(c.local(c.cfg.Now())), Data: data}
}

// zoneName returns the time zone of a time with its present offset: "Asia/Shanghai (UTC+08:00)".
func zoneName(now time.Time) string {
	offset := "UTC" + now.Format("-07:00")
	if name := now.Location().String(); name != "Local" && name != "" {
		return name + " (" + offset + ")"
	}
	return offset
}

// local returns a time in the console's zone.
func (c *Console) local(t time.Time) time.Time { return t.In(c.cfg.Zone) }

// show answers with a page, without its layout if a script asks for a fragment.
func (p *pages) show(w http.ResponseWriter, r *http.Request, status int, name string, data *page) {
	data.Name = name
	switch {
	case data.At != "":
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		data.At = r.URL.RequestURI()
	default:
		data.At = "/"
	}
	which := "_layout.html"
	if fragment(r) {
		which = "main"
	}
	var b bytes.Buffer
	if err := p.templates[name].ExecuteTemplate(&b, which, data); err != nil {
		// A template that does not fit its data is a mistake in the program. The message has names of fields, never values.
		panic(fmt.Sprintf("the page %s cannot be shown: %v", name, err))
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", data.Lang)
	w.Header().Add("Vary", "Accept-Language, Cookie, X-Fragment")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // a client that is gone does not matter
}

// fragment reports whether the script of a page asks, which puts the answer into that page.
func fragment(r *http.Request) bool { return r.Header.Get("X-Fragment") != "" }

// assetPath returns the address of a file with its version, so that browsers can cache it.
func (p *pages) assetPath(name string) (string, error) {
	version, ok := p.versions[name]
	if !ok {
		return "", fmt.Errorf("there is no asset %q", name)
	}
	return assetsPath + name + "?" + version, nil
}

// kinds of assets.
var kinds = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".jpg": "image/jpeg"}

func (c *Console) asset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	version, ok := c.pages.versions[name]
	b, err := assetFiles.ReadFile("assets/" + name)
	if !ok || err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", kinds[path.Ext(name)])
	if r.URL.RawQuery == version {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(b))
}

// dict lets a template pass several values to another. pairs alternate between names and values.
func dict(pairs ...any) (map[string]any, error) {
	out := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("%v is no name", pairs[i])
		}
		out[name] = pairs[i+1]
	}
	return out, nil
}
