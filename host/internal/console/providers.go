package console

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/host/internal/service"
	"github.com/ocrmux/ocrmux/internal/message"
)

const providersPath = Folder + "providers"

// maxReason bounds the reason for which a provider is disabled, as in the HTTP API.
const maxReason = 200

// providerPath returns the address of a provider's page.
func providerPath(name string) string { return providersPath + "/" + url.PathEscape(name) }

// providerRoutes returns the pages about providers.
func (c *Console) providerRoutes() map[string]http.HandlerFunc {
	one := providersPath + "/{provider}"
	return map[string]http.HandlerFunc{
		"GET " + providersPath:           c.inside(c.providersPage),
		"GET " + one:                     c.inside(c.providerPage),
		"POST " + one + "/disable":       c.inside(c.managed(c.disable)),
		"POST " + one + "/enable":        c.inside(c.managed(c.enable)),
		"POST " + one + "/check":         c.inside(c.managed(c.checkProvider)),
		"POST " + one + "/read-specimen": c.inside(c.managed(c.readSpecimen)),
	}
}

// adminOnly refuses visitors who are not admins.
func (c *Console) adminOnly(next func(http.ResponseWriter, *http.Request, *visitor)) func(http.ResponseWriter, *http.Request, *visitor) {
	return func(w http.ResponseWriter, r *http.Request, v *visitor) {
		if !v.Admin() {
			c.refuse(w, r, &access.Refusal{Status: http.StatusForbidden, Reason: service.ErrNotAdmin.Message()})
			return
		}
		next(w, r, v)
	}
}

// managed serves a form with which an admin does something with a provider. It redirects to the provider's page, which says
// what was done.
func (c *Console) managed(do func(r *http.Request, v *visitor, p *service.Provider) (done string, err error)) func(http.ResponseWriter, *http.Request, *visitor) {
	return c.adminOnly(func(w http.ResponseWriter, r *http.Request, v *visitor) {
		r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
		p, err := c.cfg.Service.Provider(v.Tenant, r.PathValue("provider"))
		done := ""
		if err == nil {
			done, err = do(r, v, &p)
		}
		if err != nil {
			c.denied(w, r, err)
			return
		}
		http.Redirect(w, r, providerPath(p.Name)+"?done="+done, http.StatusSeeOther)
	})
}

// denied answers with the reason of an error.
func (c *Console) denied(w http.ResponseWriter, r *http.Request, err error) {
	status, known := service.Denied(err)
	switch {
	case known:
	case errors.Is(err, errForm):
		status = http.StatusBadRequest
	case errors.As(err, new(*config.Error)), errors.As(err, new(*config.FileError)):
		status = http.StatusServiceUnavailable // somebody must repair a file first; only admins see this
	default:
		c.cfg.Logger.ErrorContext(r.Context(), "a provider cannot be managed", "error", err)
		c.refuse(w, r, &access.Refusal{Status: http.StatusInternalServerError})
		return
	}
	c.refuse(w, r, &access.Refusal{Status: status, Reason: message.Error(err)})
}

// errForm is for a form that the console did not make.
var errForm = errors.New("the form has a value that it does not offer")

func (c *Console) disable(r *http.Request, v *visitor, p *service.Provider) (string, error) {
	now := c.cfg.Now()
	var until time.Time
	switch r.PostFormValue("until") {
	case "hour":
		until = now.Add(time.Hour)
	case "tomorrow":
		y, m, d := c.local(now).Date()
		until = time.Date(y, m, d+1, 0, 0, 0, 0, c.cfg.Zone)
	case "enabled":
	default:
		return "", errForm
	}
	reason := r.PostFormValue("reason")
	if len(reason) > 4*maxReason {
		return "", errForm
	}
	return "disabled", c.cfg.Service.Park(v.Tenant, p.Name, reason, until)
}

func (c *Console) enable(_ *http.Request, v *visitor, p *service.Provider) (string, error) {
	return "enabled", c.cfg.Service.Unpark(v.Tenant, p.Name)
}

// providersData is the data of the page "providers".
type providersData struct {
	Providers []*providerView
	// Idle are the plugins that no provider uses.
	Idle []*providerView
	// CanAdd reports whether the visitor can change the configuration here.
	CanAdd bool
	// Overlaid are the names of the providers that the console sets; empty for visitors who are not admins.
	Overlaid map[string]bool
	// Done says what was done just now; empty for nothing.
	Done string
}

func (c *Console) providersPage(w http.ResponseWriter, r *http.Request, v *visitor) {
	data := &providersData{CanAdd: v.Admin() && c.cfg.Editor != nil}
	for _, p := range c.viewProviders(v) {
		if p.Idle {
			data.Idle = append(data.Idle, p)
		} else {
			data.Providers = append(data.Providers, p)
		}
	}
	if present := c.present(r, v); present != nil {
		data.Overlaid = make(map[string]bool)
		for _, p := range data.Providers {
			_, _, data.Overlaid[p.Name] = providerOrigins(v, present, p.Name)
		}
	}
	data.Done = done(v, r)
	c.pages.show(w, r, http.StatusOK, "providers", c.page(v, data))
}

// present returns the configuration of the providers in the files. It returns nil for visitors who are not admins, and where
// the files cannot be used: the page of a form says why.
func (c *Console) present(r *http.Request, v *visitor) *Present {
	if !v.Admin() || c.cfg.Editor == nil {
		return nil
	}
	present, err := c.cfg.Editor.Present()
	if err != nil {
		c.cfg.Logger.DebugContext(r.Context(), "the console does not say where providers are set", "error", err)
		return nil
	}
	return present
}

// done says what a visitor did just now, as the address of the page has it.
func done(v *visitor, r *http.Request) string {
	if key := "provider.done-" + r.URL.Query().Get("done"); v.Has(key) {
		return v.T(key)
	}
	return ""
}

// providerData is the data of the page "provider".
type providerData struct {
	*providerView
	// Done says what was done just now; empty for nothing.
	Done string
	// Origins say where the provider is set, to admins.
	Origins []string
	// CanEdit reports whether the visitor can change its configuration, CanCheck whether it can be examined without a call.
	CanEdit, CanCheck bool
	// CanRead reports whether it can read a specimen, Paid whether that costs something.
	CanRead, Paid bool
	Checked       *checkedView
	Read          *specimenView
	MaxReason     int
}

func (c *Console) providerPage(w http.ResponseWriter, r *http.Request, v *visitor) {
	name := r.PathValue("provider")
	for _, p := range c.viewProviders(v) {
		if p.Name != name {
			continue
		}
		data := &providerData{
			providerView: p, CanEdit: v.Admin() && c.cfg.Editor != nil, CanCheck: c.cfg.Examine != nil && !p.Idle,
			CanRead: !p.Idle && readsSpecimen(&p.Provider), MaxReason: maxReason,
		}
		data.Paid = p.Standing != nil && p.Standing.Price > 0
		if v.Admin() {
			data.Checked, data.Read = c.trials.views(c, v, name)
		}
		data.Done = done(v, r)
		if present := c.present(r, v); present != nil {
			data.Origins, _, _ = providerOrigins(v, present, name)
		}
		shown := c.page(v, data)
		shown.Tab, shown.Title = "providers", name
		c.pages.show(w, r, http.StatusOK, "provider", shown)
		return
	}
	c.denied(w, r, service.ErrNoProvider)
}
