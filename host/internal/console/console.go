package console

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/host/internal/doctor"
	"github.com/ocrmux/ocrmux/host/internal/service"
	"github.com/ocrmux/ocrmux/internal/message"
)

// Paths of the console: the page at the root, and everything else below one folder, where no vendor's front door is.
const (
	rootPath   = "/{$}"
	folder     = "/console/"
	signInPath = folder + "sign-in"
	assetsPath = folder + "assets/"
)

// maxFormBytes bounds a form without a picture.
const maxFormBytes = 256 << 10

// Config of a Console. All of it is needed but Seen, Examine and Editor.
type Config struct {
	Service *service.Service
	// Guard is the present one: tenants can change.
	Guard func() *access.Guard
	// Seen is told on whose behalf a request is served.
	Seen func(*http.Request, *access.Tenant)
	// MaxPictureBytes of a picture.
	MaxPictureBytes int64
	// Examine finds out without a call whether a provider can be called; nil means that the console does not offer it.
	Examine func(ctx context.Context, provider string) (doctor.Report, error)
	// Editor changes the configuration; nil means that it cannot be changed here.
	Editor Editor
	// Zone in which times are shown and days begin.
	Zone *time.Location
	// Version of the program.
	Version string
	// Logger is told what operators need to know, never card data.
	Logger *slog.Logger
	Now    func() time.Time
	Random io.Reader
}

// Console serves people. It is safe for concurrent use.
type Console struct {
	cfg      Config
	pages    *pages
	sessions *sessions
	trials   *trials
	foreign  *http.CrossOriginProtection
	routes   map[string]http.HandlerFunc
}

// New makes a console. It fails only when the program itself is broken: its pages or words.
func New(cfg Config) (*Console, error) {
	if cfg.Seen == nil {
		cfg.Seen = func(*http.Request, *access.Tenant) {}
	}
	pages, err := newPages()
	if err != nil {
		return nil, err
	}
	c := &Console{cfg: cfg, pages: pages, sessions: newSessions(cfg.Now, cfg.Random), trials: newTrials(), foreign: http.NewCrossOriginProtection()}
	c.routes = map[string]http.HandlerFunc{
		"GET " + assetsPath + "{name}": c.asset,
		"GET " + signInPath:            c.signInPage,
		"POST " + signInPath:           c.signIn,
		"POST " + folder + "sign-out":  c.signOut,
		"POST " + folder + "language":  c.chooseLanguage,
		"GET " + rootPath:              c.inside(c.readPage),
		"POST " + readPath:             c.inside(c.read),
	}
	maps.Copy(c.routes, c.providerRoutes())
	maps.Copy(c.routes, c.usageRoutes())
	maps.Copy(c.routes, c.configureRoutes())
	return c, nil
}

// Handlers are all that the console answers, by their patterns for a mux.
func (c *Console) Handlers() map[string]http.HandlerFunc {
	out := make(map[string]http.HandlerFunc, len(c.routes))
	for pattern, h := range c.routes {
		out[pattern] = func(w http.ResponseWriter, r *http.Request) {
			c.secure(w)
			if err := c.foreign.Check(r); err != nil {
				c.refuse(w, r, &access.Refusal{Status: http.StatusForbidden, Reason: message.New(message.RefusedOrigin)})
				return
			}
			h(w, r)
		}
	}
	return out
}

// policy allows what is served here and the pictures that the page itself holds.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

func (c *Console) secure(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
}

// inside is for those who have signed in, within their limits.
func (c *Console) inside(next func(http.ResponseWriter, *http.Request, *visitor)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		tenant, err := c.who(r)
		switch {
		case errors.Is(err, errSignedOut) && slices.Contains([]string{http.MethodGet, http.MethodHead}, r.Method):
			http.Redirect(w, r, signInPath, http.StatusSeeOther)
			return
		case err != nil:
			c.refuse(w, r, err)
			return
		}
		c.cfg.Seen(r, tenant)
		leave, err := tenant.Enter()
		if err != nil {
			c.refuse(w, r, err)
			return
		}
		defer leave()
		next(w, r, &visitor{Tenant: tenant, words: c.pages.language(r)})
	}
}

// visitor is who looks at a page.
type visitor struct {
	*access.Tenant
	*words
}

// refuse says why a request is not served.
func (c *Console) refuse(w http.ResponseWriter, r *http.Request, err error) {
	words := c.pages.language(r)
	refusal := &access.Refusal{Status: http.StatusInternalServerError}
	switch {
	case errors.Is(err, errSignedOut):
		refusal = &access.Refusal{Status: http.StatusUnauthorized}
	case errors.As(err, &refusal):
	}
	if s := int(refusal.RetryAfter / time.Second); s > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(s))
	}
	c.pages.show(w, r, refusal.Status, "refused", &page{words: words, Data: refused{
		Status: refusal.Status, Message: words.T("refused." + strconv.Itoa(refusal.Status)), Detail: refusal.Reason.String(),
	}})
}

// refused is what the page of that name shows.
type refused struct {
	Status          int
	Message, Detail string
}
