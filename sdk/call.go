package sdk

import (
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/jsonpointer"
)

// Call is what a provider is told besides the event itself. It is good until the method returns.
type Call struct {
	ctx    *abi.Context
	config Leaves
	host   hostFunc
}

func newCall(ctx *abi.Context, host hostFunc) *Call {
	if ctx == nil {
		ctx = new(abi.Context)
	}
	return &Call{ctx: ctx, config: ctx.Config, host: host}
}

// Config is the provider's configuration, validated by the host against the manifest's schema.
func (c *Call) Config() Leaves { return c.config }

// Option is a text of the configuration under a top-level key, or otherwise.
func (c *Call) Option(key, otherwise string) string {
	if s := c.config.Text(jsonpointer.Join("", key)); s != "" {
		return s
	}
	return otherwise
}

// Endpoint is the configured endpoint without a trailing slash, or the vendor's own.
func (c *Call) Endpoint(vendors string) string {
	return strings.TrimRight(c.Option("endpoint", vendors), "/")
}

// HasSecret reports whether a secret of this name is configured or has been captured.
func (c *Call) HasSecret(name string) bool {
	for _, s := range c.ctx.Secrets {
		if s == name {
			return true
		}
	}
	return false
}

// UnixMilli is the time of the call in milliseconds since 1970.
func (c *Call) UnixMilli() int64 { return c.ctx.NowUnixMs }

// Millis is the time of the call in decimal, in milliseconds since 1970.
func (c *Call) Millis() string { return strconv.FormatInt(c.ctx.NowUnixMs, 10) }

// Seconds is the time of the call in decimal, in whole seconds since 1970.
func (c *Call) Seconds() string { return strconv.FormatInt(c.ctx.NowUnixMs/1000, 10) }

// Nonce is 32 hexadecimal digits that are fresh for every step.
func (c *Call) Nonce() string { return c.ctx.Nonce }
