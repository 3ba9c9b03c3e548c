package jetstream

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ocrmux/ocrmux/engine/store"
)

const (
	// SyncInterval is how often the server in this process flushes files to the disk.
	SyncInterval = 5 * time.Second
	// MaxWaiting bounds the number of records that wait to be acknowledged.
	MaxWaiting = 8192
	// MaxWaitingBytes bounds the size of these records together, in bytes.
	MaxWaitingBytes = 32 << 20

	// overhead is what headers may add to the largest value.
	overhead = 4 << 10
	// markerAge is how long the bucket remembers that a key was removed. It only has to outlast the messages under way.
	markerAge = 10 * time.Minute
)

// Config of a Store has either Dir or URL. All other fields have defaults.
type Config struct {
	// Dir is the folder of a NATS server in this process, which opens no port. The folder is made if it is missing, and locked: a
	// second process gets a *[LockedError].
	Dir string
	// URL of an external server of version 2.11 or newer with JetStream, for example nats://host:4222 or tls://host:4222. The
	// servers of a cluster are separated by commas. It has neither a user nor a query. Unless every server is on this machine, the scheme
	// is tls or wss, TLS is set, or AllowPlaintext is.
	URL string
	// AllowPlaintext lets the password and the ledger go to another machine unencrypted, where the network between is trusted.
	AllowPlaintext bool
	// Auth authenticates this program at an external server.
	Auth Auth
	// TLS configures and requires encryption of the connection to an external server. If it is nil, the schemes tls and wss require it,
	// and a server on this machine, or one with AllowPlaintext, may ask for it.
	TLS *tls.Config

	// Name is the prefix of the bucket (NAME-state), the stream (NAME-ledger) and the subjects (NAME.ledger.TOPIC). Programs with the
	// same name share one state. Empty means "ocrmux".
	Name string
	// MaxLedgerAge and MaxLedgerBytes bound the ledger, which forgets its oldest records. 0 means 100 days and 1 GiB.
	MaxLedgerAge   time.Duration
	MaxLedgerBytes int64
	// MaxStateBytes bounds all values together; further ones are refused. 0 means 64 MiB.
	MaxStateBytes int64
	// Replicas is how many servers of a cluster hold each record, 1 to 5. 0 keeps the present number, or means 1.
	Replicas int
	// Timeout bounds each operation, in addition to its ctx. 0 means 5 seconds.
	Timeout time.Duration
	// Logger receives what operators need to know; nil means that nothing is logged.
	Logger *slog.Logger
}

// Auth has a credentials file, the file of an NKey seed, or a user with a password; or nothing.
type Auth struct {
	CredentialsFile string
	NKeySeedFile    string
	User, Password  string
}

// ConfigError reports a setting of a [Config] that is not valid. It never quotes a secret.
type ConfigError struct {
	Field  string
	Reason string
}

func (e *ConfigError) Error() string { return fmt.Sprintf("store: %s: %s", e.Field, e.Reason) }

// Check reports whether Open would accept the configuration, without opening anything. The error is a *[ConfigError].
func (c Config) Check() error {
	_, err := c.completed()
	return err
}

// completed checks the configuration and returns it with its defaults.
func (c Config) completed() (Config, error) {
	if (c.Dir == "") == (c.URL == "") {
		return c, &ConfigError{"Dir, URL", "exactly one of them is needed"}
	}
	if err := checkURL(c.URL); err != nil {
		return c, err
	}
	if err := c.Auth.check(c.Dir != ""); err != nil {
		return c, err
	}
	c.Name = orDefault(c.Name, "ocrmux")
	if len(c.Name) > 32 || store.CheckKey(c.Name) != nil || strings.ContainsAny(c.Name, "/=") {
		return c, &ConfigError{"Name", "it is 1 to 32 ASCII letters, digits, '-' and '_'"}
	}
	c.MaxLedgerAge = orDefault(c.MaxLedgerAge, 100*24*time.Hour)
	c.MaxLedgerBytes = orDefault(c.MaxLedgerBytes, 1<<30)
	c.MaxStateBytes = orDefault(c.MaxStateBytes, 64<<20)
	c.Timeout = orDefault(c.Timeout, 5*time.Second)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	switch {
	case c.MaxLedgerAge < time.Second:
		return c, &ConfigError{"MaxLedgerAge", "it is at least one second"}
	case c.MaxLedgerBytes < 2*store.MaxValueBytes:
		return c, &ConfigError{"MaxLedgerBytes", fmt.Sprintf("it is at least %d", 2*store.MaxValueBytes)}
	case c.MaxStateBytes < 2*store.MaxValueBytes:
		return c, &ConfigError{"MaxStateBytes", fmt.Sprintf("it is at least %d", 2*store.MaxValueBytes)}
	case c.Replicas < 0 || c.Replicas > 5:
		return c, &ConfigError{"Replicas", "it is 1 to 5, or 0"}
	case c.Replicas > 1 && c.Dir != "":
		return c, &ConfigError{"Replicas", "the server in this process is alone: copies need a cluster and its URL"}
	case c.Timeout < 0:
		return c, &ConfigError{"Timeout", "it is negative"}
	case c.URL != "" && !c.encrypted() && !c.AllowPlaintext && !onThisMachine(c.URL):
		return c, &ConfigError{"URL", "it would send the password and the ledger to another machine unencrypted"}
	}
	return c, nil
}

// Place returns the folder, or the servers without anything that follows their hosts, for a log or a message.
func (c Config) Place() string {
	if c.URL == "" {
		return c.Dir
	}
	var servers []string
	for _, u := range addresses(c.URL) {
		servers = append(servers, u.Scheme+"://"+u.Host)
	}
	return strings.Join(servers, ",")
}

// encrypted reports whether every connection is encrypted, whatever the servers say.
func (c Config) encrypted() bool {
	return c.TLS != nil || !slices.ContainsFunc(addresses(c.URL), func(u *url.URL) bool { return u.Scheme != "tls" && u.Scheme != "wss" })
}

// onThisMachine reports whether every address is one of this machine, which nobody listens to on the way.
func onThisMachine(list string) bool {
	return !slices.ContainsFunc(addresses(list), func(u *url.URL) bool {
		ip, err := netip.ParseAddr(u.Hostname())
		return u.Hostname() != "localhost" && (err != nil || !ip.Unmap().IsLoopback())
	})
}

// addresses returns those of a list that are written as one.
func addresses(list string) []*url.URL {
	var out []*url.URL
	for text := range strings.SplitSeq(list, ",") {
		if u, err := url.Parse(strings.TrimSpace(text)); err == nil {
			out = append(out, u)
		}
	}
	return out
}

func checkURL(list string) error {
	if list == "" {
		return nil
	}
	for text := range strings.SplitSeq(list, ",") {
		u, err := url.Parse(strings.TrimSpace(text))
		switch {
		case err != nil: // it quotes the address, which may have a password
			return &ConfigError{"URL", "it is not written as one: nats://host:4222"}
		case u.User != nil:
			return &ConfigError{"URL", "a user or password belongs into Auth, for addresses are logged"}
		case u.RawQuery != "" || u.Fragment != "":
			return &ConfigError{"URL", "nothing belongs behind its host and port"}
		case u.Host == "" || u.Scheme != "nats" && u.Scheme != "tls" && u.Scheme != "ws" && u.Scheme != "wss":
			return &ConfigError{"URL", "it is nats://host:4222, or begins with tls, ws or wss"}
		}
	}
	return nil
}

func (a Auth) check(embedded bool) error {
	ways := 0
	for _, text := range []string{a.CredentialsFile, a.NKeySeedFile, a.User} {
		if text != "" {
			ways++
		}
	}
	switch {
	case ways > 1:
		return &ConfigError{"Auth", "it is one of CredentialsFile, NKeySeedFile and User"}
	case a.User == "" && a.Password != "":
		return &ConfigError{"Auth.User", "there is a password, but no user"}
	case embedded && ways > 0:
		return &ConfigError{"Auth", "the server in this process can be reached by nobody else, and asks nobody"}
	}
	return nil
}

func orDefault[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}
