package jetstream_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"github.com/ocrmux/ocrmux/engine/store"
	"github.com/ocrmux/ocrmux/engine/store/jetstream"
)

// enters opens a store, uses it and closes it.
func enters(t *testing.T, cfg jetstream.Config) {
	t.Helper()
	s := mustOpen(t, cfg)
	appended(t, s, "r")
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// staysOut checks that the user is refused without quoting the password.
func staysOut(t *testing.T, cfg jetstream.Config) {
	t.Helper()
	_, err := jetstream.Open(t.Context(), cfg)
	if unavailable := new(store.UnavailableError); !errors.As(err, &unavailable) {
		t.Fatalf("it was not refused: %v", err)
	}
	if cfg.Auth.Password != "" && strings.Contains(err.Error(), cfg.Auth.Password) {
		t.Errorf("it gives the password away: %v", err)
	}
}

func TestStoreAcceptsAPassword(t *testing.T) {
	t.Parallel()
	e := startExternal(t, func(o *server.Options) { o.Username, o.Password = "me", "hush" })
	enters(t, jetstream.Config{URL: e.url(), Auth: jetstream.Auth{User: "me", Password: "hush"}})
	staysOut(t, jetstream.Config{URL: e.url(), Auth: jetstream.Auth{User: "me", Password: "wrong-one"}})
	staysOut(t, jetstream.Config{URL: e.url()})
}

func TestStoreAcceptsAnNKey(t *testing.T) {
	t.Parallel()
	pair := must[nkeys.KeyPair](t)(nkeys.CreateUser())
	public := must[string](t)(pair.PublicKey())
	seed := filepath.Join(t.TempDir(), "seed")
	if err := os.WriteFile(seed, must[[]byte](t)(pair.Seed()), 0o600); err != nil {
		t.Fatal(err)
	}
	e := startExternal(t, func(o *server.Options) { o.Nkeys = []*server.NkeyUser{{Nkey: public}} })
	enters(t, jetstream.Config{URL: e.url(), Auth: jetstream.Auth{NKeySeedFile: seed}})
	staysOut(t, jetstream.Config{URL: e.url()})
}

func TestStoreAcceptsCredentials(t *testing.T) {
	t.Parallel()
	operator := must[nkeys.KeyPair](t)(nkeys.CreateOperator())
	account, user := must[nkeys.KeyPair](t)(nkeys.CreateAccount()), must[nkeys.KeyPair](t)(nkeys.CreateUser())
	operatorKey, accountKey := must[string](t)(operator.PublicKey()), must[string](t)(account.PublicKey())

	operatorClaims := jwt.NewOperatorClaims(operatorKey)
	must[string](t)(operatorClaims.Encode(operator))
	accountClaims := jwt.NewAccountClaims(accountKey)
	accountClaims.Limits.JetStreamLimits = jwt.JetStreamLimits{DiskStorage: -1, MemoryStorage: -1, Streams: -1, Consumer: -1}
	accountToken := must[string](t)(accountClaims.Encode(operator))
	systemKey := must[string](t)(must[nkeys.KeyPair](t)(nkeys.CreateAccount()).PublicKey())
	systemToken := must[string](t)(jwt.NewAccountClaims(systemKey).Encode(operator))
	userToken := must[string](t)(jwt.NewUserClaims(must[string](t)(user.PublicKey())).Encode(account))
	credentials := filepath.Join(t.TempDir(), "me.creds")
	text := must[[]byte](t)(jwt.FormatUserConfig(userToken, must[[]byte](t)(user.Seed())))
	if err := os.WriteFile(credentials, text, 0o600); err != nil {
		t.Fatal(err)
	}

	e := startExternal(t, func(o *server.Options) {
		accounts := &server.MemAccResolver{}
		for key, token := range map[string]string{accountKey: accountToken, systemKey: systemToken} {
			if err := accounts.Store(key, token); err != nil {
				t.Fatal(err)
			}
		}
		o.TrustedOperators, o.AccountResolver = []*jwt.OperatorClaims{operatorClaims}, accounts
		o.SystemAccount = systemKey
	})
	enters(t, jetstream.Config{URL: e.url(), Auth: jetstream.Auth{CredentialsFile: credentials}})
	staysOut(t, jetstream.Config{URL: e.url()})
}

func TestStoreTrustsAServerByItsCertificate(t *testing.T) {
	t.Parallel()
	web := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate of 127.0.0.1
	t.Cleanup(web.Close)
	e := startExternal(t, func(o *server.Options) {
		o.TLS, o.TLSTimeout, o.TLSConfig = true, 10, &tls.Config{Certificates: web.TLS.Certificates}
	})
	roots := x509.NewCertPool()
	roots.AddCert(web.Certificate())
	enters(t, jetstream.Config{URL: e.url(), TLS: &tls.Config{RootCAs: roots}})
	staysOut(t, jetstream.Config{URL: e.url()})

	plain := startExternal(t, nil)
	staysOut(t, jetstream.Config{URL: plain.url(), TLS: &tls.Config{RootCAs: roots}})
}

func TestStoreNamesAServerThatIsMissing(t *testing.T) {
	t.Parallel()
	e := startExternal(t, nil)
	e.stop()
	_, err := jetstream.Open(t.Context(), jetstream.Config{URL: e.url()})
	if unavailable := new(store.UnavailableError); !errors.As(err, &unavailable) || !strings.Contains(err.Error(), e.url()) {
		t.Error(err)
	}
}

func TestStoreRefusesAServerWithoutJetStream(t *testing.T) {
	t.Parallel()
	e := startExternal(t, func(o *server.Options) { o.JetStream = false })
	staysOut(t, jetstream.Config{URL: e.url(), Timeout: 1e9})
}
