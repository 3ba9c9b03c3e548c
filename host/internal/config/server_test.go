package config_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/host/internal/config"
)

// hashOf is how a key's hash is written.
func hashOf(key string) string { return access.Hash(key).String() }

func TestServerAndTenantsAreConfigured(t *testing.T) {
	t.Parallel()
	c, dir, err := load(t, map[string]string{"config.yaml": `
server:
  listen: ":8443"
  tls: {cert: tls/cert.pem, key: tls/key.pem, client_ca: /etc/ca.pem}
  max_requests: 100
  queue: 0
tenants:
  bank: {keys: ["` + hashOf("a") + `", "` + hashOf("b") + `"], routes: [fast, default], rate: 20/s, concurrency: 10}
  ops: {certificates: [ops.example], admin: true}
providers: {x: {}}
routes: {fast: {providers: [x], timeout: 2m}}
front_doors: {jumdata: {clients: [{app_id: a, tenant: bank}, {app_id: b}]}}
`}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := config.ServerConfig{
		Listen: ":8443", Cert: dir + "/tls/cert.pem", Key: dir + "/tls/key.pem", ClientCA: "/etc/ca.pem", MaxRequests: 100, Queue: -1, CallTimeout: 2 * time.Minute,
		Tenants: []access.Config{
			{Name: "bank", Keys: []access.KeyHash{access.Hash("a"), access.Hash("b")}, Routes: []string{"fast", "default"}, Requests: 20, Per: time.Second, Concurrency: 10},
			{Name: "ops", Certificates: []string{"ops.example"}, Admin: true},
		},
	}
	if diff := cmp.Diff(want, c.Server); diff != "" {
		t.Error(diff)
	}
	door := c.Engine.FrontDoors["jumdata"]
	if _, isSecret := door.Clients[0].Secrets["tenant"]; isSecret || door.Clients[0].Tenant != "bank" || door.Clients[1].Tenant != "" {
		t.Errorf("%v", door.Clients)
	}
	c, _, err = load(t, nil, nil)
	if err != nil || c.Server.Listen != "127.0.0.1:8080" || c.Server.CallTimeout != time.Minute {
		t.Errorf("without a file: %v, %+v", err, c.Server)
	}
}

func TestServerThatCannotBeRightIsRefused(t *testing.T) {
	t.Parallel()
	key := `"` + hashOf("a") + `"`
	for name, c := range map[string]struct{ file, want string }{
		"everybody as admin":                    {`server: {listen: ":8080"}`, `config.yaml:1:18: server.listen: other machines can reach this address, and there are no tenants: everybody would be admin; add tenants with keys, which ocrmux key new makes, or listen on a loopback address such as 127.0.0.1:8080`},
		"a tenant without anything":             {`tenants: {bank: {}}`, `config.yaml:1:17: tenants.bank: the tenant has nothing to prove itself with; keys, which ocrmux key new makes, or certificates`},
		"a key instead of its hash":             {`tenants: {bank: {keys: [ocrmux_hunter2]}}`, `config.yaml:1:25: tenants.bank.keys.0: is not the hash of a key; "sha256:" and 64 hexadecimal digits, as ocrmux key new prints it; a key itself does not belong here`},
		"a key as all keys":                     {`tenants: {bank: {keys: hunter2}}`, `config.yaml:1:24: tenants.bank.keys: is a text; write a list`},
		"a key of two":                          {`tenants: {bank: {keys: [` + key + `]}, shop: {keys: [` + key + `]}}`, `tenants.shop.keys.0: the key is that of the tenant "bank", too; a key of its own for each tenant`},
		"an unknown route":                      {`tenants: {bank: {keys: [` + key + `], routes: [fast]}}`, `tenants.bank.routes.0: there is no route "fast"; one of default`},
		"certificates that nobody is asked for": {`tenants: {bank: {certificates: [a]}}`, `config.yaml:1:32: tenants.bank.certificates: no client is asked for a certificate; name the authorities in server.tls.client_ca`},
		"a certificate without its key":         {`server: {tls: {cert: a}}`, `config.yaml:1:15: server.tls: the certificate is not complete; both cert and key`},
		"a wrong name":                          {`tenants: {Bank: {keys: [` + key + `]}}`, `config.yaml:1:11: tenants.Bank: is not a possible name; write lower-case letters and digits, with single - or _ between them, at most 63`},
		"a door for an unknown tenant":          {`{tenants: {bank: {keys: [` + key + `]}}, front_doors: {jumdata: {clients: [{app_id: x, tenant: shop}]}}}`, `front_doors.jumdata.clients.0.tenant: there is no tenant "shop"; one of bank`},
	} {
		_, dir, err := load(t, map[string]string{"config.yaml": c.file}, nil)
		var wrong *config.Error
		if !errors.As(err, &wrong) || !strings.HasSuffix(strings.ReplaceAll(err.Error(), dir+"/", ""), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v\nwant %s", name, err, c.want)
		}
	}
	for _, address := range []string{"127.0.0.1:80", "[::1]:80", "localhost:80", "127.9.9.9:1"} {
		if _, _, err := load(t, map[string]string{"config.yaml": `server: {listen: "` + address + `"}`}, nil); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}
