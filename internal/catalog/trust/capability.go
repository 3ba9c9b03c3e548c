package trust

import (
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
)

// Capabilities lists what a plugin may do once it is loaded, each as a line that an operator can approve: hosts, secrets with
// their uses and destinations, host functions, features, front doors, whether it reads the picture, whether it runs outside
// the sandbox. The list is sorted and has nothing twice.
//
// Every line is a permission, never a restriction, so that a plugin of which no line is new can do no more than before.
func Capabilities(p catalog.Plugin) []string {
	var out []string
	if p.Kind == catalog.Process {
		out = append(out, "runs as a program of this machine, outside the sandbox")
	}
	d := p.Manifest
	for _, host := range d.Hosts {
		out = append(out, "may call "+host)
	}
	for _, s := range d.Secrets {
		out = append(out, ofSecret(s)...)
	}
	for _, f := range d.HostFunctions {
		if f == "image_read" {
			out = append(out, "reads the picture itself")
			continue
		}
		out = append(out, "host function "+f)
	}
	for _, f := range d.Features {
		out = append(out, "feature "+f)
	}
	for _, f := range d.FrontDoors {
		out = append(out, "answers "+f.Method+" "+f.Path+" as its vendor")
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// ofSecret says what may be made of a secret and where it may go.
func ofSecret(s abi.SecretSpec) []string {
	about := "secret " + s.Name + ": "
	var out []string
	for _, use := range s.Uses {
		out = append(out, about+use)
	}
	if s.Captured {
		out = append(out, about+"taken from answers")
	}
	if s.Identifier {
		out = append(out, about+"not masked, it is an identifier")
	}
	for _, host := range s.Hosts {
		out = append(out, about+"sent to "+host)
	}
	if len(s.Hosts) == 0 {
		out = append(out, about+"sent to every host it may call")
	}
	return out
}

// without lists what is in a and not in b.
func without(a, b []string) []string {
	there := make(map[string]bool, len(b))
	for _, s := range b {
		there[s] = true
	}
	var out []string
	for _, s := range a {
		if !there[s] {
			out = append(out, s)
		}
	}
	return out
}
