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

// Folder has all paths of the console except the root. No front door uses it.
const Folder = "/console/"

// Paths of the console.
const (
	rootPath   = "/{$}"
	signInPath = Folder + "sign-in"
	assetsPath = Folder + "assets/"
)

// maxFormBytes bounds a form without a picture.
const maxFormBytes = 256 << 10

// Config configures a Console. Seen, Examine and Editor are optional.
type Config struct {
	Service *service.Service
	// Guard returns the present guard: tenants can change.
	Guard func() *access.Guard
	// Seen is called with the tenant on whose behalf a request is served.
	Seen func(*http.Request, *access.Tenant)
	// MaxPictureBytes bounds an uploaded picture.
	MaxPictureBytes int64
	// Examine checks without a call whether a provider can be called. If it is nil, the console does not offer the check.
	Examine func(ctx context.Context, provider string) (doctor.Report, error)
	// Editor changes the configuration. If it is nil, the console cannot change it.
	Editor Editor
	// Zone is the time zone in which times are shown and days begin.
	Zone *time.Location
	// Version of the program.
	Version string
	// Logger is for operators. Nothing of a card is logged.
	Logger *slog.Logger
	Now    func() time.Time
	Random io.Reader
}

// Console serves the pages for people. It is safe for concurrent use.
type Console struct {
	cfg      Config
	pages    *pages
	sessions *sessions
	trials   *trials
	foreign  *http.CrossOriginProtection
	routes   map[string]http.HandlerFunc
}

// New returns a console. It fails only if the pages or words in the program are broken.
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
		"POST " + Folder + "sign-out":  c.signOut,
		"POST " + Folder + "language":  c.chooseLanguage,
		"GET " + rootPath:              c.inside(c.readPage),
		"POST " + readPath:             c.inside(c.read),
	}
	maps.Copy(c.routes, c.providerRoutes())
	maps.Copy(c.routes, c.usageRoutes())
	maps.Copy(c.routes, c.configureRoutes())
	return c, nil
}

// Handlers returns the handlers of all pages by their patterns for an http.ServeMux.
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

// inside serves visitors who have signed in, within the limits of their tenant.
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
		next(w, r, &visitor{Tenant: tenant, speaker: c.speaker(c.pages.language(r))})
	}
}

// visitor is a person who looks at a page, and the language in which it speaks.
type visitor struct {
	*access.Tenant
	*speaker
}

func (c *Console) speaker(w *words) *speaker {
	return &speaker{words: w, zone: c.cfg.Zone, currency: c.cfg.Service.Engine.Currency()}
}

// NotFound answers for a path below [Folder] that [Console.Handlers] does not have, or not with the method of the request. status is 404 or
// 405.
func (c *Console) NotFound(w http.ResponseWriter, r *http.Request, status int) {
	c.secure(w)
	c.refuse(w, r, &access.Refusal{Status: status})
}

// refuse answers with the reason why a request is not served.
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
		Status: refusal.Status, Message: words.T("refused." + strconv.Itoa(refusal.Status)), Detail: c.speaker(words).say(refusal.Reason),
	}})
}

// refused is the data of the page "refused".
type refused struct {
	Status  int
	Message string
	Detail  said
}
