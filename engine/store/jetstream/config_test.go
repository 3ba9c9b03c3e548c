package jetstream_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine/store/jetstream"
)

func TestConfigRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	const here = "nats://127.0.0.1:4222"
	for name, c := range map[string]struct {
		cfg   jetstream.Config
		field string
	}{
		"neither folder nor URL":          {jetstream.Config{}, "Dir, URL"},
		"both folder and URL":             {jetstream.Config{Dir: "state", URL: here}, "Dir, URL"},
		"a URL of another scheme":         {jetstream.Config{URL: "http://127.0.0.1"}, "URL"},
		"a URL without a host":            {jetstream.Config{URL: "nats://"}, "URL"},
		"a host without a scheme":         {jetstream.Config{URL: "127.0.0.1:4222"}, "URL"},
		"a password in the URL":           {jetstream.Config{URL: "nats://me:hush@127.0.0.1"}, "URL"},
		"a password in the second URL":    {jetstream.Config{URL: here + ", nats://me:hush@127.0.0.1"}, "URL"},
		"a password in a URL that is not": {jetstream.Config{URL: "nats://me:hush@127.0.0.1:port"}, "URL"},
		"two ways to say who it is":       {jetstream.Config{URL: here, Auth: jetstream.Auth{User: "me", CredentialsFile: "me.creds"}}, "Auth"},
		//attack-each:state-clear
		"a name of another machine":          {jetstream.Config{URL: "nats://nats.internal:4222", Auth: jetstream.Auth{User: "me", Password: "hush"}}, "URL"},
		"an address of another machine":      {jetstream.Config{URL: "nats://10.0.0.1:4222"}, "URL"},
		"an IPv6 address of another machine": {jetstream.Config{URL: "nats://[2001:db8::1]:4222"}, "URL"},
		"another machine over a web socket":  {jetstream.Config{URL: "ws://nats.internal"}, "URL"},
		"another machine behind this one":    {jetstream.Config{URL: here + ",nats://nats.internal:4222"}, "URL"},
		"one without TLS among others":       {jetstream.Config{URL: "tls://a.internal:4222,nats://b.internal:4222"}, "URL"},
		"all addresses of this machine":      {jetstream.Config{URL: "nats://0.0.0.0:4222"}, "URL"},
		//attack-each:state-secret
		"a password in the query":    {jetstream.Config{URL: here + "?password=hush"}, "URL"},
		"a password in the fragment": {jetstream.Config{URL: here + "#hush"}, "URL"},
		//attack-each:
		"a password of nobody":           {jetstream.Config{URL: here, Auth: jetstream.Auth{Password: "hush"}}, "Auth.User"},
		"a user of nobody else's server": {jetstream.Config{Dir: "state", Auth: jetstream.Auth{User: "me", Password: "hush"}}, "Auth"},
		"a seed file that is not there":  {jetstream.Config{URL: here, Auth: jetstream.Auth{NKeySeedFile: "none"}}, "Auth.NKeySeedFile"},
		"a name with a dot":              {jetstream.Config{URL: here, Name: "a.b"}, "Name"},
		"a name with a slash":            {jetstream.Config{URL: here, Name: "a/b"}, "Name"},
		"a long name":                    {jetstream.Config{URL: here, Name: strings.Repeat("n", 33)}, "Name"},
		"a ledger of no age":             {jetstream.Config{URL: here, MaxLedgerAge: time.Millisecond}, "MaxLedgerAge"},
		"a ledger of no size":            {jetstream.Config{URL: here, MaxLedgerBytes: 1000}, "MaxLedgerBytes"},
		"no room for values":             {jetstream.Config{URL: here, MaxStateBytes: -1}, "MaxStateBytes"},
		"copies on one server":           {jetstream.Config{Dir: "state", Replicas: 3}, "Replicas"},
		"too many copies":                {jetstream.Config{URL: here, Replicas: 6}, "Replicas"},
		"less than no time":              {jetstream.Config{URL: here, Timeout: -1}, "Timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := jetstream.Open(t.Context(), c.cfg)
			wrong := new(jetstream.ConfigError)
			if !errors.As(err, &wrong) || wrong.Field != c.field {
				t.Fatalf("%v, not about %s", err, c.field)
			}
			if strings.Contains(err.Error(), "hush") {
				t.Errorf("it gives a password away: %v", err)
			}
		})
	}
}
