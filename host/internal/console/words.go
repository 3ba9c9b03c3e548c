package console

import (
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"golang.org/x/text/language"

	"github.com/ocrmux/ocrmux/internal/message"
)

//go:embed words/*/*.json
var wordFiles embed.FS

// tongues are the languages of the console. The first is the default.
var tongues = []language.Tag{language.English, language.SimplifiedChinese}

// folders are the folders with the words of the tongues.
var folders = []string{"en", "zh"}

// words holds the texts of the console in one language, by key.
type words struct {
	// Lang is the language for HTML.
	Lang     string
	text     map[string]string
	messages map[message.Code]string // templates; English has none of its own
}

// T returns the text of a key, formatted with values as by [fmt.Sprintf]. It returns the key itself if there is no text.
func (w *words) T(key string, values ...any) string {
	text, ok := w.text[key]
	if !ok {
		return key
	}
	if len(values) == 0 {
		return text
	}
	return fmt.Sprintf(text, values...)
}

// Has reports whether there is a text for a key.
func (w *words) Has(key string) bool {
	_, ok := w.text[key]
	return ok
}

// readWords reads one language. A key is in one file only.
func readWords(folder, lang string) (*words, error) {
	w := &words{Lang: lang, text: make(map[string]string)}
	files, err := wordFiles.ReadDir(path.Join("words", folder))
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		b, err := wordFiles.ReadFile(path.Join("words", folder, f.Name()))
		if err != nil {
			return nil, err
		}
		var some map[string]string
		if err := json.Unmarshal(b, &some); err != nil {
			return nil, fmt.Errorf("words of %s in %s: %w", folder, f.Name(), err)
		}
		for key, text := range some {
			if w.Has(key) {
				return nil, fmt.Errorf("words of %s: %s is in two files", folder, key)
			}
			w.text[key] = text
		}
	}
	w.messages, err = readMessages(folder)
	return w, err
}

const (
	languageCookie = "ocrmux-language"
	languageLife   = 365 * 24 * time.Hour
)

// language returns the language that a visitor chose, or else the one that the browser asks for.
func (p *pages) language(r *http.Request) *words {
	wanted := r.Header.Get("Accept-Language")
	if cookie, err := r.Cookie(languageCookie); err == nil {
		wanted = cookie.Value
	}
	tags, _, err := language.ParseAcceptLanguage(wanted)
	if err != nil {
		return p.words[0]
	}
	_, i, _ := p.match.Match(tags...)
	return p.words[i]
}

// chooseLanguage keeps a language in a cookie and shows the page again.
func (c *Console) chooseLanguage(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
	_, i, _ := c.pages.match.Match(language.Make(r.PostFormValue("language")))
	http.SetCookie(w, &http.Cookie{
		Name: languageCookie, Value: c.pages.words[i].Lang, Path: "/", MaxAge: int(languageLife / time.Second), HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
	})
	http.Redirect(w, r, here(r.PostFormValue("page")), http.StatusSeeOther)
}

// here returns the address if it is a page of the console, or else the root: a redirect must not lead elsewhere.
func here(at string) string {
	u, err := url.Parse(at)
	if err != nil || u.IsAbs() || u.Host != "" || len(u.Path) == 0 || u.Path[0] != '/' || u.Path != "/" && (u.Path != path.Clean(u.Path) || !strings.HasPrefix(u.Path, Folder)) {
		return "/"
	}
	return (&url.URL{Path: u.Path, RawQuery: u.RawQuery}).String()
}
