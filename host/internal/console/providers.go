package console

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/host/internal/config/edit"
	"github.com/ocrmux/ocrmux/host/internal/service"
	"github.com/ocrmux/ocrmux/internal/message"
)

const providersPath = folder + "providers"

// maxReason bounds why a provider is disabled, as the HTTP API does.
const maxReason = 200

// providerPath is the address of a provider's page.
func providerPath(name string) string { return providersPath + "/" + url.PathEscape(name) }

// providerRoutes are the pages about providers.
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

// adminOnly lets nobody else pass.
func (c *Console) adminOnly(next func(http.ResponseWriter, *http.Request, *visitor)) func(http.ResponseWriter, *http.Request, *visitor) {
	return func(w http.ResponseWriter, r *http.Request, v *visitor) {
		if !v.Admin() {
			c.refuse(w, r, &access.Refusal{Status: http.StatusForbidden, Reason: service.ErrNotAdmin.Message()})
			return
		}
		next(w, r, v)
	}
}

// managed is for what admins do with a provider, by a form. It answers with what was done, for the provider's page.
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

// denied answers with what the service refuses.
func (c *Console) denied(w http.ResponseWriter, r *http.Request, err error) {
	status, known := service.Denied(err)
	switch {
	case known:
	case errors.Is(err, errForm):
		status = http.StatusBadRequest
	case errors.As(err, new(*config.Error)), errors.As(err, new(*edit.Error)), errors.As(err, new(*edit.FileError)):
		status = http.StatusServiceUnavailable // the file has to be mended by hand first; only admins are told
	default:
		c.cfg.Logger.ErrorContext(r.Context(), "a provider cannot be managed", "error", err)
		c.refuse(w, r, &access.Refusal{Status: http.StatusInternalServerError})
		return
	}
	c.refuse(w, r, &access.Refusal{Status: status, Reason: message.Error(err)})
}

// errForm is of a form that the console did not make.
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

// providersData is what the page of that name shows.
type providersData struct {
	Providers []*providerView
	// Idle are the plugins that serve no provider.
	Idle []*providerView
	// CanAdd: the configuration can be edited here.
	CanAdd bool
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
	c.pages.show(w, r, http.StatusOK, "providers", c.page(v, data))
}

// providerData is what the page of that name shows.
type providerData struct {
	*providerView
	// Done says what was done just now; empty for nothing.
	Done string
	// CanEdit and CanCheck: the configuration can be edited, and the provider examined without a call.
	CanEdit, CanCheck bool
	// CanRead: a specimen can be read with it, and that may cost something.
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
		if done := "provider.done-" + r.URL.Query().Get("done"); v.Has(done) {
			data.Done = v.T(done)
		}
		shown := c.page(v, data)
		shown.Tab, shown.Title = "providers", name
		c.pages.show(w, r, http.StatusOK, "provider", shown)
		return
	}
	c.denied(w, r, service.ErrNoProvider)
}
