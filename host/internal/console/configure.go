package console

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/host/internal/service"
)

const configurePath = Folder + "configure"

// configureRoutes returns the forms that change providers; none without an Editor.
func (c *Console) configureRoutes() map[string]http.HandlerFunc {
	if c.cfg.Editor == nil {
		return nil
	}
	of := providersPath + "/{provider}/configure"
	show, take := c.inside(c.adminOnly(c.configurePage)), c.inside(c.adminOnly(c.configure))
	return map[string]http.HandlerFunc{"GET " + of: show, "POST " + of: take, "GET " + configurePath: show, "POST " + configurePath: take}
}

// draftView is the result of a change.
type draftView struct {
	Changes []changedSetting
	Same    bool
	Section string
	// Unsaved says why the change was not written, Unloaded why the gateway could not load what was written.
	Unsaved, Unloaded string
	Written           bool
}

// configuring is a form about to be shown.
type configuring struct {
	*form
	name     string
	isNew    bool
	path     string
	present  *Present
	provider config.Provider
}

// begin returns the form that a request is about.
func (c *Console) begin(r *http.Request, v *visitor) (*configuring, error) {
	x := &configuring{name: r.PathValue("provider")}
	x.isNew = x.name == ""
	var err error
	if x.present, err = c.cfg.Editor.Present(); err != nil {
		return nil, err
	}
	plugin := r.URL.Query().Get("plugin")
	if x.isNew {
		x.path = configurePath + "?plugin=" + url.QueryEscape(plugin)
	} else {
		x.path = providerPath(x.name) + "/configure"
		var known bool
		if x.provider, known = x.present.Providers[x.name]; known {
			plugin = cmp.Or(x.provider.Plugin, x.name)
		} else {
			plugin = x.name // it works without configuration
		}
	}
	plugins, err := c.cfg.Editor.Plugins()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(plugins, func(d *abi.Descriptor) bool { return d.Name == plugin })
	if i < 0 {
		return nil, service.ErrNoProvider
	}
	x.form = newForm(plugins[i], v.Lang)
	return x, nil
}

func (c *Console) configurePage(w http.ResponseWriter, r *http.Request, v *visitor) {
	x, err := c.begin(r, v)
	if err != nil {
		c.denied(w, r, err)
		return
	}
	values := x.fill(x.provider)
	if x.isNew {
		values.Set(nameAt, x.freeName())
	}
	values.Set(versionAt, x.present.Version)
	c.showForm(w, r, v, http.StatusOK, x, x.show(v, values, nil))
}

// freeName returns a name for a new provider: its plugin's, unless that is taken.
func (x *configuring) freeName() string {
	if _, taken := x.present.Providers[x.plugin.Name]; taken {
		return ""
	}
	return x.plugin.Name
}

// show returns the page with some values.
func (x *configuring) show(v *visitor, values url.Values, wrong map[string]wrongValue) *formView {
	f := x.view(v, values, wrong)
	f.New, f.Name, f.Path, f.Version = x.isNew, x.name, x.path, values.Get(versionAt)
	if x.isNew {
		f.Name = values.Get(nameAt)
	}
	f.File, f.Writable, f.Automatic = x.present.File, x.present.Writable, len(x.present.Providers) == 0
	if !x.isNew {
		f.origins(v, x.present)
	}
	f.focus()
	return f
}

func (c *Console) showForm(w http.ResponseWriter, r *http.Request, v *visitor, status int, x *configuring, f *formView) {
	shown := c.page(v, f)
	shown.Tab, shown.At, shown.Title = "providers", x.path, cmp.Or(f.Name, x.plugin.Name)
	c.pages.show(w, r, status, "configure", shown)
}

// configure checks a form or saves it.
func (c *Console) configure(w http.ResponseWriter, r *http.Request, v *visitor) {
	r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
	x, err := c.begin(r, v)
	if err == nil {
		if err = r.ParseForm(); err != nil {
			err = errors.Join(errForm, err)
		}
	}
	if err != nil {
		c.denied(w, r, err)
		return
	}
	values := r.PostForm
	version := values.Get(versionAt)
	if values.Get("do") == "reset" && !x.isNew {
		f := x.show(v, x.withVersion(x.fill(x.provider), version), nil)
		c.save(w, r, v, x, f, Change{Name: x.name, Version: version})
		return
	}
	p, wrong := x.take(values)
	f := x.show(v, values, wrong)
	if _, taken := x.present.Providers[f.Name]; x.isNew && (taken || f.Name == "") {
		f.NameProblem = v.T("configure.name-taken")
		if f.Name == "" {
			f.NameProblem = v.T("configure.name-missing")
		}
	}
	if len(wrong) > 0 || f.NameProblem != "" {
		f.focus()
		c.showForm(w, r, v, http.StatusUnprocessableEntity, x, f)
		return
	}
	change := Change{Name: f.Name, Provider: &p, Version: version}
	if values.Get("do") == "save" {
		c.save(w, r, v, x, f, change)
		return
	}
	draft, err := c.cfg.Editor.Check(r.Context(), change)
	status, err := f.tell(v, draft, err)
	if err != nil {
		c.denied(w, r, err)
		return
	}
	c.showForm(w, r, v, status, x, f)
}

func (x *configuring) withVersion(values url.Values, version string) url.Values {
	values.Set(versionAt, version)
	return values
}

// save writes a change and shows the provider, or else the form with the reason.
func (c *Console) save(w http.ResponseWriter, r *http.Request, v *visitor, x *configuring, f *formView, change Change) {
	draft, err := c.cfg.Editor.Save(r.Context(), change)
	status, err := f.tell(v, draft, err)
	switch {
	case err != nil:
		c.denied(w, r, err)
	case status != http.StatusOK || f.Draft.Unloaded != "":
		c.showForm(w, r, v, status, x, f)
	case change.Provider != nil:
		http.Redirect(w, r, providerPath(f.Name)+"?done=saved", http.StatusSeeOther)
	case draft.After != nil:
		http.Redirect(w, r, providerPath(f.Name)+"?done=reset", http.StatusSeeOther)
	default:
		http.Redirect(w, r, providersPath+"?done=removed", http.StatusSeeOther)
	}
}

// tell puts the result of a change into the form. It returns errors that are not the editor's reasons.
func (f *formView) tell(v *visitor, d *Draft, err error) (status int, _ error) {
	unsaved := ""
	switch {
	case errors.Is(err, ErrNoFile):
		unsaved = v.T("configure.no-file")
	case errors.Is(err, ErrReadOnly):
		unsaved = v.T("configure.read-only", f.File)
	case errors.Is(err, ErrFileChanged):
		unsaved = v.T("configure.file-changed")
	case err != nil:
		return 0, err
	}
	if d == nil {
		d = &Draft{}
	}
	if len(d.Problems) > 0 {
		f.place(v, f.Name, d.Problems)
		return http.StatusUnprocessableEntity, nil
	}
	changes, err := changedSettings(f.Name, d.Before, d.After)
	if err != nil {
		return 0, err
	}
	f.Draft = &draftView{Changes: changes, Same: len(changes) == 0, Section: d.Section, Unsaved: unsaved, Written: d.Written}
	if d.Reload != nil {
		f.Draft.Unloaded = d.Reload.Error()
	}
	if unsaved != "" {
		return http.StatusConflict, nil
	}
	return http.StatusOK, nil
}
