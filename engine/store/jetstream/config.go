package jetstream

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/ocrmux/ocrmux/engine/store"
)

const (
	// SyncInterval is how often the server in this process makes the disk keep what the operating system holds.
	SyncInterval = 5 * time.Second
	// MaxWaiting bounds the records that [Store.Append] holds until they are acknowledged, and MaxWaitingBytes their size.
	MaxWaiting      = 8192
	MaxWaitingBytes = 32 << 20

	// overhead is what headers may add to the largest value.
	overhead = 4 << 10
	// markerAge is how long the bucket remembers that a key was removed. Nobody depends on it: it only has to outlast
	// the messages under way.
	markerAge = 10 * time.Minute
)

// Config of a Store: either Dir or URL, and beyond that its zero value is right.
type Config struct {
	// Dir is the folder of a NATS server in this process, which listens nowhere. It is made if it is missing, and held by a lock:
	// a second process gets a *[LockedError].
	Dir string
	// URL of an external server of version 2.11 or newer with JetStream, or of several of one cluster with commas between: nats://host:4222,
	// tls://host:4222. It names no user.
	URL string
	// Auth is how this program shows an external server who it is.
	Auth Auth
	// TLS configures the connection to an external server, and demands that it be encrypted; nil leaves that to the scheme
	// of the URL and to the server.
	TLS *tls.Config

	// Name is the beginning of the names of bucket (NAME-state), stream (NAME-ledger) and subjects (NAME.ledger.TOPIC). Programs with
	// the same name share one state. Empty means "ocrmux".
	Name string
	// MaxLedgerAge and MaxLedgerBytes bound the ledger, which then forgets its oldest records. 0 means 100 days and 1 GiB.
	MaxLedgerAge   time.Duration
	MaxLedgerBytes int64
	// MaxStateBytes bounds the values: beyond it they are refused. 0 means 64 MiB.
	MaxStateBytes int64
	// Replicas is how many servers of a cluster hold each record, 1 to 5; 0 leaves what there is, or makes 1.
	Replicas int
	// Timeout bounds each operation, beside its ctx. 0 means 5 seconds.
	Timeout time.Duration
	// Logger receives what operators need to know; nil means nowhere.
	Logger *slog.Logger
}

// Auth is one of: a credentials file, the file of an NKey seed, a user with a password; or nothing.
type Auth struct {
	CredentialsFile string
	NKeySeedFile    string
	User, Password  string
}

// ConfigError says which setting of a [Config] cannot be, and why. It never quotes a secret.
type ConfigError struct {
	Field  string
	Reason string
}

func (e *ConfigError) Error() string { return fmt.Sprintf("store: %s: %s", e.Field, e.Reason) }

// Check tells whether Open would take the configuration, without opening anything. The error is nil or a *[ConfigError].
func (c Config) Check() error {
	_, err := c.completed()
	return err
}

// completed gives the configuration with its defaults, once it has been checked.
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
	}
	return c, nil
}

func checkURL(list string) error {
	if list == "" {
		return nil
	}
	for text := range strings.SplitSeq(list, ",") {
		u, err := url.Parse(strings.TrimSpace(text))
		switch {
		case err != nil: // which quotes it, with what may be a password in it
			return &ConfigError{"URL", "it is not written as one: nats://host:4222"}
		case u.User != nil:
			return &ConfigError{"URL", "a user or password belongs into Auth, for addresses are logged"}
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
