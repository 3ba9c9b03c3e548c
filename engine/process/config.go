package process

import (
	"log/slog"
	"math/rand/v2"
	"runtime"
	"time"
)

// DefaultMemory is [Config.Memory] where it is not set. Cards take `local` to about 400 MiB with two workers.
const DefaultMemory = 2 << 30

// Config is what [New] builds a Runtime from. The zero value is right for production.
type Config struct {
	// Logger gets what children print, and why they were replaced. Default: nothing is logged.
	Logger *slog.Logger
	// Env names the variables of the host's environment that children inherit, for example "SSL_CERT_FILE". Default: none.
	Env []string
	// Confinement says how far children are shut off from the machine. Readable are folders and files that they may read besides the plugin's
	// folder, such as models that lie elsewhere; each must exist.
	Confinement Confinement
	Readable    []string
	// Memory bounds what one child may use, in bytes. A child that passes it is ended and replaced. A control group keeps it where one is to be had,
	// which takes systemd's Delegate= and DelegateSubgroup=; elsewhere on Linux, the use is looked at four times a second, and the child can map
	// 1 GiB more at most. On other systems nothing does. Default: 2 GiB.
	Memory int64
	// AutoMTLS makes host and child prove themselves to each other with certificates made for the one connection. It adds
	// some 40 ms to a start; without it the connection is a unix socket in a folder only this user can enter.
	AutoMTLS bool

	// Concurrency is how many calls of one module run at a time; the others wait. Default: 4 × GOMAXPROCS.
	Concurrency int
	// HostCalls is how many host calls of one child run at a time; the others wait. Default: 32.
	HostCalls int

	// StartTimeout is how long a child may take until it answers. Default: 10 s.
	StartTimeout time.Duration
	// StopGrace is how long a child may take to exit when its module is closed, before it is killed. Default: 2 s.
	StopGrace time.Duration
	// MaxTimeouts is how many calls in a row may time out before the child is replaced. Default: 3.
	MaxTimeouts int

	// BackoffMin and BackoffMax bound the delay before a child is started again; it doubles with each failure in a row, and
	// up to half of it is taken off at random. Defaults: 100 ms and 10 s.
	BackoffMin, BackoffMax time.Duration
	// A child that fails CrashLimit times within CrashWindow rests for CrashRest. Then one more start is tried, and one more
	// failure before the first answer means one more rest. Defaults: 5 times, 1 minute, 30 s.
	CrashLimit             int
	CrashWindow, CrashRest time.Duration

	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// After is the alarm of the clock. Default: time.After.
	After func(time.Duration) <-chan time.Time
	// Rand returns a random number from 0 up to, but not including, 1, also for several goroutines at once. Default: rand.Float64.
	Rand func() float64

	// noNamespaces is for tests: as on a system that has none for us.
	noNamespaces bool
}

func (c Config) withDefaults() Config {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	orElse(&c.Concurrency, 4*runtime.GOMAXPROCS(0))
	orElse(&c.HostCalls, 32)
	orElse(&c.Memory, DefaultMemory)
	orElse(&c.StartTimeout, 10*time.Second)
	orElse(&c.StopGrace, 2*time.Second)
	orElse(&c.MaxTimeouts, 3)
	orElse(&c.BackoffMin, 100*time.Millisecond)
	orElse(&c.BackoffMax, 10*time.Second)
	orElse(&c.CrashLimit, 5)
	orElse(&c.CrashWindow, time.Minute)
	orElse(&c.CrashRest, 30*time.Second)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.After == nil {
		c.After = time.After
	}
	if c.Rand == nil {
		c.Rand = rand.Float64
	}
	return c
}

// orElse replaces a value that is not positive: it would mean "never" or "nothing", which no limit here can be.
func orElse[T ~int | ~int64](v *T, otherwise T) {
	if *v <= 0 {
		*v = otherwise
	}
}
