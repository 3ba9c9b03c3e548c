package conform

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// checkDescriptor holds the manifest to what the plugin does. That it is valid, compatible and of the file's name was
// settled when the plugin was found.
func checkDescriptor(ctx context.Context, s *Subject, o *Outcome) error {
	d := s.Plugin.Manifest
	if len(s.tracks) == 0 {
		o.looked(1, "manifest")
		return nil
	}
	o.looked(len(s.tracks), "exchange")
	var schema struct {
		Properties map[string]any `json:"properties"`
		Required   []string       `json:"required"`
	}
	if len(d.ConfigSchema) > 0 {
		if err := json.Unmarshal(d.ConfigSchema, &schema); err != nil {
			return err
		}
	}
	if _, ok := schema.Properties["endpoint"]; !ok && len(d.Hosts) > 0 {
		o.wrong("config_schema", `declare "endpoint", and begin addresses with it`, "operators and tests cannot put another address in the place of the vendor's")
	}
	var hosts []string
	if !slices.Contains(schema.Required, "endpoint") {
		var err error
		if hosts, err = s.vendors(ctx); err != nil {
			return err
		}
		for _, h := range hosts {
			if !slices.Contains(d.Hosts, h) {
				o.wrong("hosts", "list every origin that is called", "%s is called and not listed", h)
			}
		}
	}
	for _, h := range d.Hosts {
		if !slices.Contains(hosts, h) {
			o.warn("hosts", "leave it out, or add an exchange that calls it", "no exchange calls %s", h)
		}
	}
	return s.unused(ctx, o)
}

// vendors are the origins that are called when no endpoint is configured.
func (s *Subject) vendors(ctx context.Context) ([]string, error) {
	var out []string
	for _, t := range s.tracks {
		for _, st := range t.steps {
			in := st.input()
			in.Context.Config = slices.DeleteFunc(in.Context.Config, func(l abi.Leaf) bool { return l.Path == "/endpoint" })
			again := s.ask(ctx, s.main, in, st.calls)
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			for _, r := range requestsOf(again) {
				u, err := url.Parse(r.URL)
				if err == nil && u.Host != "" && !slices.Contains(out, u.Scheme+"://"+u.Host) {
					out = append(out, u.Scheme+"://"+u.Host)
				}
			}
		}
	}
	return out, nil
}

// unused points out what the manifest asks for and no exchange needs.
func (s *Subject) unused(ctx context.Context, o *Outcome) error {
	const right = "leave it out, or add an exchange that needs it"
	var secrets, functions []string
	for _, t := range s.tracks {
		for _, st := range t.steps {
			for _, r := range requestsOf(st) {
				for _, u := range usesIn(r) {
					secrets = append(secrets, u.name)
				}
			}
			for _, c := range st.calls {
				functions = append(functions, c.call.Function())
			}
		}
	}
	visits, err := s.visits(ctx)
	if err != nil {
		return err
	}
	for _, v := range visits {
		if v.admit == nil {
			continue
		}
		if v.admit.Client != nil {
			secrets = append(secrets, v.admit.Client.Name)
		}
		for _, p := range v.admit.Proofs {
			for _, u := range usesOf("", p.Expected, "") {
				secrets = append(secrets, u.name)
			}
		}
	}
	for _, spec := range s.Plugin.Manifest.Secrets {
		if !slices.Contains(secrets, spec.Name) {
			o.warn("secrets", right, "no exchange uses %s", spec.Name)
		}
	}
	for _, name := range s.Plugin.Manifest.HostFunctions {
		if !slices.Contains(functions, name) {
			o.warn("host_functions", right, "no exchange calls %s", name)
		}
	}
	return nil
}
