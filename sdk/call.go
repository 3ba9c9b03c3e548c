package sdk

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/jsonpointer"
)

// Call gives a provider its configuration, the time, and the host functions. It is valid until the provider's method
// returns. A provider may use it from several goroutines in a subprocess.
type Call struct {
	ctx  *abi.Context
	host hostFunc
}

func newCall(ctx *abi.Context, host hostFunc) *Call {
	if ctx == nil {
		ctx = new(abi.Context)
	}
	return &Call{ctx: ctx, host: host}
}

// Config returns the provider's configuration. The host has validated it against the manifest's schema.
func (c *Call) Config() Leaves { return c.ctx.Config }

// Option returns the text of a top-level key of the configuration, or otherwise if the key is missing or empty.
func (c *Call) Option(key, otherwise string) string {
	if s := c.Config().Text(jsonpointer.Join("", key)); s != "" {
		return s
	}
	return otherwise
}

// Endpoint returns the configured endpoint, or vendors (the vendor's own address) if none is configured. The result
// has no trailing slash.
func (c *Call) Endpoint(vendors string) string {
	return strings.TrimRight(c.Option("endpoint", vendors), "/")
}

// HasSecret reports whether a secret is configured or has been captured.
func (c *Call) HasSecret(name string) bool { return slices.Contains(c.ctx.Secrets, name) }

// UnixMilli returns the time of the call in milliseconds since 1970.
func (c *Call) UnixMilli() int64 { return c.ctx.NowUnixMs }

// Millis returns the time of the call as decimal milliseconds since 1970.
func (c *Call) Millis() string { return strconv.FormatInt(c.ctx.NowUnixMs, 10) }

// Seconds returns the time of the call as decimal whole seconds since 1970.
func (c *Call) Seconds() string { return strconv.FormatInt(c.ctx.NowUnixMs/1000, 10) }

// Nonce returns 32 lower-case hexadecimal digits that differ in every step.
func (c *Call) Nonce() string { return c.ctx.Nonce }
