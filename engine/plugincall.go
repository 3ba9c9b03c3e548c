package engine

import (
	"context"
	"encoding/hex"
	"errors"
	"io"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/imaging"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/value"
)

// pluginCall is what an attempt and an inbound call have in common: a plugin at work, with everything that its handles and host calls refer
// to. It belongs to one goroutine; only [pluginCall.Call] may come from others.
type pluginCall struct {
	gen      *generation
	provider *provider
	secrets  secretHolder
	eval     *value.Evaluator
	blobs    [][]byte     // by handle; handle 0 is the picture or the inbound body
	header   imaging.Info // of blob 0, where that is a picture that was inspected
	shown    []abi.Leaf   // what vendors have answered so far

	// permit waits until a vendor may be asked; nil where no permission is needed.
	permit func(context.Context) *Error
	// reached is set once a vendor may have got the request of the last exchange.
	reached bool
	// free is set if the last exchange costs nothing unless the plugin says otherwise: it has a cache rule, like one for a token, or its
	// status says that it was turned away.
	free bool
	// earlier is what is known of the bill of the exchanges before the last one: the worst of them.
	earlier  Billed
	requests int // that were sent, in either way

	hostCalls   hostCallState
	fittedBytes int // of pictures that host calls have fitted
}

// secretHolder knows the secrets of a plugin call.
type secretHolder interface {
	value.Sources
	// secretNames returns the names of all secrets, in order.
	secretNames() []string
	// mask hides all secrets but identifiers. Identifiers are often so short that they occur in card numbers and dates.
	mask() value.Mask
}

// stepContext is the context that a plugin gets: the only time and randomness that it sees.
func (c *pluginCall) stepContext() (*abi.Context, *Error) {
	var nonce [16]byte
	if _, err := io.ReadFull(c.gen.cfg.Random, nonce[:]); err != nil {
		return nil, failWith(abi.FailureKindInternal, abi.FaultOperator, message.New(message.NoRandomness, "reason", err.Error()), err)
	}
	return &abi.Context{
		NowUnixMs: c.gen.cfg.Now().UnixMilli(),
		Nonce:     hex.EncodeToString(nonce[:]),
		Config:    c.provider.config,
		Secrets:   c.secrets.secretNames(),
	}, nil
}

// Blob implements value.Sources.
func (c *pluginCall) Blob(handle uint32) ([]byte, bool) {
	if int(handle) >= len(c.blobs) || c.blobs[handle] == nil {
		return nil, false
	}
	return c.blobs[handle], true
}

// hold gives bytes a handle.
func (c *pluginCall) hold(b ...[]byte) (first uint32) {
	first = uint32(len(c.blobs))
	c.blobs = append(c.blobs, b...)
	return first
}

// broken is a failure of the plugin itself.
func (c *pluginCall) broken(m message.Message, err error) *Error {
	f := failWith(abi.FailureKindProviderError, abi.FaultVendor, m, err)
	f.Failure.FailOver, f.Failure.Billed = true, c.billed()
	return f
}

// billed is what is known of the bill when the plugin says nothing about it.
func (c *pluginCall) billed() Billed { return c.charged(abi.BilledUnknown) }

// charged returns the bill of all exchanges. said is what the plugin says of the last one. If it says nothing and no request was sent,
// that one was not billed.
func (c *pluginCall) charged(said Billed) Billed {
	switch {
	case said == abi.BilledYes || said == abi.BilledNo:
	case c.reached:
		said = abi.BilledUnknown
	default:
		said = abi.BilledNo
	}
	return worstBill(c.earlier, said)
}

// next begins an exchange, whose answer may have a cache rule. said is what the plugin says of the bill of the one before.
func (c *pluginCall) next(said Billed, cached bool) {
	if said == abi.BilledUnknown && c.free {
		said = abi.BilledNo
	}
	c.earlier = c.charged(said)
	c.reached, c.free = false, cached
}

// worstBill returns yes, or else unknown, or else no.
func worstBill(a, b Billed) Billed {
	switch {
	case a == abi.BilledYes || b == abi.BilledYes:
		return abi.BilledYes
	case a == abi.BilledNo && b == abi.BilledNo:
		return abi.BilledNo
	}
	return abi.BilledUnknown
}

// pluginFailure is the failure of a plugin that did not return.
func (c *pluginCall) pluginFailure(ctx context.Context, err error) *Error {
	if ctx.Err() != nil {
		e := expired(ctx)
		bill := c.billed()
		e.Failure.Billed, e.Failure.Retryable = bill, e.Failure.Retryable && bill == abi.BilledNo
		return e
	}
	e := c.broken(message.Error(err), err)
	f := &e.Failure
	var plugin *catalog.PluginError
	if errors.As(err, &plugin) {
		switch plugin.Cause {
		case catalog.CrashLoop, catalog.Unavailable:
			f.Kind, f.Retryable, f.Fault = abi.FailureKindUnavailable, true, abi.FaultOperator
		case catalog.TimedOut:
			f.Kind, f.Retryable = abi.FailureKindTimeout, true
		case catalog.Exited:
			f.Retryable = true
		}
	}
	return e
}
