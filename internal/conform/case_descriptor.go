package conform

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// checkDescriptor compares the manifest with what the plugin does. catalog.Find has already checked that the manifest is
// valid, compatible, and has the file's name.
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
		o.wrong("config_schema", `declare "endpoint", and begin addresses with it`, "operators and tests cannot replace the vendor's address")
	}
	var hosts []string
	if !slices.Contains(schema.Required, "endpoint") {
		var err error
		if hosts, err = s.origins(ctx); err != nil {
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

// origins returns the origins that the plugin calls without a configured endpoint.
func (s *Subject) origins(ctx context.Context) ([]string, error) {
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

// unused warns of declarations in the manifest that no exchange uses.
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
	calls, err := s.inboundCalls(ctx)
	if err != nil {
		return err
	}
	for _, c := range calls {
		if c.admit == nil {
			continue
		}
		if c.admit.Client != nil {
			secrets = append(secrets, c.admit.Client.Name)
		}
		for _, p := range c.admit.Proofs {
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
