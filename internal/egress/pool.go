package egress

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/internal/message"
)

// pool keeps connections for reuse and bounds the exchanges in flight of each origin.
type pool struct {
	cfg    Config
	now    func() time.Time
	dialer *dialer
	h1     *h1Protocol

	mu     sync.Mutex
	closed bool
	idle   int // over all sites
	sites  map[siteKey]*site
	// distrusted are origins that sent what nobody asked for, the first one first. Their HTTP/1.1 connections are not kept.
	distrusted []origin
}

// maxDistrusted bounds what is remembered of origins that a caller may have named. The oldest is forgotten first.
const maxDistrusted = 1024

// siteKey includes the standing: a provider whose hosts come only from its manifest must not use a connection to a private address
// that the operator allowed.
type siteKey struct {
	origin   origin
	standing standing
}

// site has the connections of one origin. It exists as long as it has users or connections.
type site struct {
	users int
	slots chan struct{}
	idle  []*h1Conn // longest idle first
	multi []*h2Conn
}

func (s *site) empty() bool { return s.users == 0 && len(s.idle) == 0 && len(s.multi) == 0 }

// lease is a connection for one exchange.
type lease struct {
	conn   connection
	reused bool
}

// connection is an HTTP/1.1 connection, or a stream of an HTTP/2 one.
type connection interface {
	// exchange sends the request and reads the answer's headers. The caller then reads the body, without closing it, and releases
	// the connection, also after an error.
	exchange(ctx context.Context, req *http.Request, body *requestBody) (*http.Response, *Error)
	// release ends the exchange and returns the connection. resp is the result of exchange; whole says that its body was read to
	// the end. Otherwise the connection is closed or the stream reset.
	release(resp *http.Response, whole bool)
}

// enter registers the caller and waits for one of the site's slots. On success the caller must call leave.
func (p *pool) enter(ctx context.Context, key siteKey) *Error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return errClosed()
	}
	s := p.sites[key]
	if s == nil {
		s = &site{slots: make(chan struct{}, p.cfg.MaxInFlightPerOrigin)}
		p.sites[key] = s
	}
	s.users++
	p.mu.Unlock()

	select {
	case s.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		p.mu.Lock()
		defer p.mu.Unlock()
		s.users--
		p.forgetEmpty(key, s)
		return ended(ctx, "wait for a slot")
	}
}

func (p *pool) leave(key siteKey) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.sites[key]
	<-s.slots
	s.users--
	p.forgetEmpty(key, s)
}

// lease returns a kept or new connection. If fresh is set, it is always new.
func (p *pool) lease(ctx context.Context, key siteKey, fresh bool) (lease, *Error) {
	if !fresh {
		if c := p.reuse(key); c != nil {
			return lease{conn: c, reused: true}, nil
		}
	}
	wire, nc, err := p.dialer.connect(ctx, key.origin, key.standing)
	if err != nil {
		return lease{}, err
	}
	secured := speaksH2(nc)
	if secured == nil {
		return lease{conn: newH1Conn(p, key, wire, nc)}, nil
	}
	c, err := newH2Conn(ctx, p, key, wire, secured)
	if err != nil {
		return lease{}, err
	}
	p.addMulti(c)
	return lease{conn: c.stream()}, nil
}

// reuse returns a live connection that can take one more exchange, or nil.
func (p *pool) reuse(key siteKey) connection {
	if c := p.reuseMulti(key); c != nil {
		return c
	}
	for {
		c := p.popIdle(key)
		if c == nil {
			return nil
		}
		if c.wake() {
			return c
		}
		_ = c.nc.Close()
	}
}

// reuseMulti asks the HTTP/2 connections for a stream. It must not hold the pool's lock, which their state hooks take. It counts
// the use first, so that closeIdle does not close them.
func (p *pool) reuseMulti(key siteKey) connection {
	p.mu.Lock()
	multi := slices.Clone(p.sites[key].multi)
	for _, c := range multi {
		c.uses++
	}
	p.mu.Unlock()
	var found connection
	for _, c := range multi {
		if found == nil && c.cc.Reserve() == nil {
			found = c.stream()
		} else {
			p.unuse(c)
		}
	}
	return found
}

// popIdle returns the connection that has been idle for longest, or nil if none has rested. An answer that nobody asked for
// comes soon after the one that was asked for: while a connection rests, its watch finds it.
func (p *pool) popIdle(key siteKey) *h1Conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.sites[key]
	if len(s.idle) == 0 || p.now().Sub(s.idle[0].since) < p.cfg.Rest {
		return nil
	}
	c := s.idle[0]
	s.idle = slices.Delete(s.idle, 0, 1)
	p.idle--
	return c
}

// distrust stops keeping connections with an origin that sent what nobody asked for: its next unasked answer could arrive
// when a connection has another call's request on it. It closes those that are idle.
func (p *pool) distrust(o origin) {
	p.mu.Lock()
	known := slices.Contains(p.distrusted, o)
	if !known {
		if len(p.distrusted) == maxDistrusted {
			p.distrusted = slices.Delete(p.distrusted, 0, 1)
		}
		p.distrusted = append(p.distrusted, o)
	}
	var idle []*h1Conn
	for key, s := range p.sites {
		if key.origin == o {
			idle = append(idle, s.idle...)
			p.idle -= len(s.idle)
			s.idle = nil
			p.forgetEmpty(key, s)
		}
	}
	p.mu.Unlock()
	for _, c := range idle {
		_ = c.nc.Close()
	}
	if !known && p.cfg.Distrusted != nil {
		p.cfg.Distrusted(o.String())
	}
}

// pushIdle keeps a connection for later and reports whether there was room. If so, the caller must not use it any more.
func (p *pool) pushIdle(c *h1Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.sites[c.key]
	if p.closed || s == nil || p.idle >= p.cfg.MaxIdle || len(s.idle) >= p.cfg.MaxIdlePerOrigin ||
		slices.Contains(p.distrusted, c.key.origin) {
		return false
	}
	s.idle = append(s.idle, c)
	p.idle++
	c.since = p.now()
	c.sleep()
	return true
}

// dropIdle removes a connection from the idle list and reports whether it was there.
func (p *pool) dropIdle(c *h1Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.sites[c.key]
	if s == nil {
		return false
	}
	i := slices.Index(s.idle, c)
	if i < 0 {
		return false
	}
	s.idle = slices.Delete(s.idle, i, i+1)
	p.idle--
	p.forgetEmpty(c.key, s)
	return true
}

// addMulti shares a new connection that serves its first exchange.
func (p *pool) addMulti(c *h2Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c.uses++
	if !c.gone {
		s := p.sites[c.key]
		s.multi = append(s.multi, c)
	}
}

// unuse ends a use. The last one closes the connection if it takes no further one.
func (p *pool) unuse(c *h2Conn) {
	p.mu.Lock()
	c.uses--
	last := (p.closed || c.gone) && c.uses == 0
	p.mu.Unlock()
	if last {
		_ = c.cc.Close()
	}
}

// dropMulti removes a connection that takes no further exchange. It ends with its last one.
func (p *pool) dropMulti(c *h2Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c.gone = true
	s := p.sites[c.key]
	if s == nil {
		return
	}
	if i := slices.Index(s.multi, c); i >= 0 {
		s.multi = slices.Delete(s.multi, i, i+1)
		p.forgetEmpty(c.key, s)
	}
}

// forgetEmpty removes a site without users and connections, so that a wildcard policy does not grow the map without limit. The
// lock must be held.
func (p *pool) forgetEmpty(key siteKey, s *site) {
	if s.empty() && p.sites[key] == s {
		delete(p.sites, key)
	}
}

// closeIdle closes the connections that no exchange uses. If forever is set, the others are closed when they are released.
func (p *pool) closeIdle(forever bool) {
	p.mu.Lock()
	p.closed = p.closed || forever
	var single []*h1Conn
	var multi []*h2Conn
	for key, s := range p.sites {
		single = append(single, s.idle...)
		p.idle -= len(s.idle)
		s.idle = nil
		s.multi = slices.DeleteFunc(s.multi, func(c *h2Conn) bool {
			if c.uses == 0 {
				multi = append(multi, c)
			}
			return c.uses == 0
		})
		p.forgetEmpty(key, s)
	}
	p.mu.Unlock()
	for _, c := range single {
		_ = c.nc.Close()
		<-c.watched
	}
	for _, c := range multi {
		_ = c.cc.Close()
	}
}

func errClosed() *Error { return fail(KindClosed, "start", message.ExchangeClosed, nil) }
