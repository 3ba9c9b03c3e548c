package egress

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"time"

	"github.com/ocrmux/ocrmux/internal/message"
)

// Resolver looks names up. *net.Resolver is one.
type Resolver interface {
	// LookupNetIP returns the addresses of host; network is always "ip".
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// dialer makes connections to addresses the rules allow.
type dialer struct {
	resolver       Resolver
	dial           func(ctx context.Context, network, address string) (net.Conn, error)
	rules          *addressRules
	tls            *tls.Config
	connectTimeout time.Duration
	tlsTimeout     time.Duration
}

// connect resolves and dials an origin, with a TLS handshake for https. Every address is checked and forbidden ones are
// skipped. Then an address is dialled, never the name again.
func (d *dialer) connect(ctx context.Context, o origin, st standing) (*wireConn, net.Conn, *Error) {
	addrs, err := d.addresses(ctx, o, st)
	if err != nil {
		return nil, nil, err
	}
	raw, err := d.dialAny(ctx, addrs, o.port)
	if err != nil {
		return nil, nil, err
	}
	wire := &wireConn{Conn: raw}
	if o.scheme == "http" {
		return wire, wire, nil
	}
	secured, err := d.handshake(ctx, wire, o)
	if err != nil {
		return nil, nil, err
	}
	return wire, secured, nil
}

func (d *dialer) addresses(ctx context.Context, o origin, st standing) ([]netip.Addr, *Error) {
	const op = "resolve"
	addr, literal := o.addr()
	addrs := []netip.Addr{addr}
	if !literal {
		lookup, cancel := context.WithTimeout(ctx, d.connectTimeout)
		defer cancel()
		var err error
		if addrs, err = d.resolver.LookupNetIP(lookup, "ip", o.host); err != nil {
			if over := ended(ctx, op); over != nil {
				return nil, over
			}
			return nil, fail(KindResolve, op, message.NameNotFound, err)
		}
		if len(addrs) == 0 {
			return nil, fail(KindResolve, op, message.NameWithoutAddress, nil)
		}
	}
	allowed := make([]netip.Addr, 0, len(addrs))
	for _, a := range addrs {
		if d.rules.allows(st, a) {
			allowed = append(allowed, a.Unmap())
		}
	}
	switch {
	case len(allowed) > 0:
		return allowed, nil
	case st.loopbackOnly:
		return nil, fail(KindSchemeRefused, op, message.PlainHTTPLeaves, nil)
	default:
		return nil, fail(KindAddressRefused, op, message.AddressPrivate, nil)
	}
}

// dialAny dials the addresses in the resolver's order, each with its share of the time.
func (d *dialer) dialAny(ctx context.Context, addrs []netip.Addr, port uint16) (net.Conn, *Error) {
	const op = "connect"
	deadline := time.Now().Add(d.connectTimeout)
	var last error
	for i, a := range addrs {
		share := time.Until(deadline) / time.Duration(len(addrs)-i)
		one, cancel := context.WithTimeout(ctx, share)
		c, err := d.dial(one, "tcp", netip.AddrPortFrom(a, port).String())
		cancel()
		if err == nil {
			return c, nil
		}
		if over := ended(ctx, op); over != nil {
			return nil, over
		}
		last = err
	}
	return nil, fail(KindConnect, op, message.NotConnected, last)
}

func (d *dialer) handshake(ctx context.Context, wire *wireConn, o origin) (net.Conn, *Error) {
	const op = "tls handshake"
	cfg := d.tls.Clone()
	cfg.ServerName = o.host
	c := tls.Client(wire, cfg)
	limited, cancel := context.WithTimeout(ctx, d.tlsTimeout)
	defer cancel()
	if err := c.HandshakeContext(limited); err != nil {
		_ = wire.Close()
		if over := ended(ctx, op); over != nil {
			return nil, over
		}
		return nil, fail(KindTLS, op, message.TLSUntrusted, err)
	}
	return c, nil
}
