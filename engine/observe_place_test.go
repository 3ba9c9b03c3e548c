package engine

import (
	"testing"

	"go.opentelemetry.io/otel/attribute"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/egress"
)

func TestObserverHidesAHostThatAPluginMakesUp(t *testing.T) {
	t.Parallel()
	hosts := []string{"https://api.example.com", "https://*.cards.example", "plain.example:8443"}
	policy, err := egress.NewPolicy(egress.PolicyConfig{Hosts: hosts, Operator: []string{"http://127.0.0.1:9000"}})
	if err != nil {
		t.Fatal(err)
	}
	p := &provider{
		plugin: catalog.Plugin{Manifest: &abi.Descriptor{Hosts: hosts}}, policy: policy,
		config: []abi.Leaf{{Path: "/" + endpointKey, Value: "http://127.0.0.1:9000"}},
	}
	for target, want := range map[string]string{
		"https://api.example.com/11010119900307123X":   "server.address=api.example.com,server.port=443",
		"https://API.example.com:443/":                 "server.address=api.example.com,server.port=443",
		"https://plain.example:8443/":                  "server.address=plain.example,server.port=8443",
		"http://127.0.0.1:9000/x":                      "server.address=127.0.0.1,server.port=9000",
		"https://11010119900307123x.cards.example/":    "server.address=*.cards.example,server.port=443",
		"https://11010119900307123x.example.net/":      "server.address=_OTHER",
		"https://api.example.com:19900/":               "server.address=_OTHER",
		"https://me:11010119900307123X@bad.example/\n": "server.address=_OTHER",
	} {
		set := attribute.NewSet(p.place(target)...)
		if got := set.Encoded(attribute.DefaultEncoder()); got != want {
			t.Errorf("%q: %s, want %s", target, got, want)
		}
	}
	if got := method("11010119900307123X"); got != other {
		t.Errorf("a method that is none is told: %s", got)
	}
}
