package doctor

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/internal/egress"
)

// errSeen ends a call of the engine's transport once the doctor knows what it wanted to know: before anything is sent.
var errSeen = errors.New("doctor: the host has been seen")

// maxAnswerBytes bounds what is read of the answer to a HEAD.
const maxAnswerBytes = 64 << 10

// contact is what was learnt of a host.
type contact struct {
	address string
	took    time.Duration
	expires time.Time // of the certificate that ends first; zero without TLS
	told    bool      // the host told the time
	ahead   time.Duration
}

// probe is a call through the engine's own transport, so that the rules about hosts and addresses are the very ones of a call, with a
// dialer that ends it.
type probe struct {
	origin string
	online bool
	now    func() time.Time
	egress egress.Config

	mu   sync.Mutex
	seen *contact
}

func newProbe(cfg egress.Config, origin string, online bool, now func() time.Time) *probe {
	p := &probe{origin: origin, online: online, now: now, egress: cfg}
	if p.egress.Dial == nil {
		p.egress.Dial = (&net.Dialer{}).DialContext
	}
	return p
}

// run gives nil if the host was reached, and otherwise what kept the transport from it, an *egress.Error.
func (p *probe) run(ctx context.Context, policy *egress.Policy, timeout time.Duration) error {
	cfg := p.egress
	cfg.Dial = p.dial
	client, err := egress.New(cfg)
	if err != nil {
		return err
	}
	_, err = client.Do(ctx, policy, &egress.Request{Method: http.MethodHead, URL: p.origin + "/", Timeout: timeout})
	closing := client.Close()
	var refused *handshakeError
	switch {
	case p.contact() != nil:
		return closing
	case errors.As(err, &refused):
		return &egress.Error{Kind: egress.KindTLS, Reason: "no trusted TLS session with the host", Err: refused.err, Sent: egress.SentNo}
	}
	return err
}

func (p *probe) contact() *contact {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen
}

// handshakeError tells a handshake that failed from a connection that was not made.
type handshakeError struct{ err error }

func (e *handshakeError) Error() string { return e.err.Error() }
func (e *handshakeError) Unwrap() error { return e.err }

// dial connects to an address that the rules allow, and always fails, in the end with errSeen.
func (p *probe) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if p.contact() != nil {
		return nil, errSeen
	}
	start := time.Now()
	conn, err := p.egress.Dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }() // has served
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline) // a connection that cannot have one is bounded by the call
	}
	seen := &contact{address: address}
	u, err := url.Parse(p.origin)
	if err != nil {
		return nil, err
	}
	if u.Scheme == "https" {
		secured := tls.Client(conn, &tls.Config{
			ServerName: u.Hostname(), RootCAs: p.egress.RootCAs, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}, Time: p.now,
		})
		if err := secured.HandshakeContext(ctx); err != nil {
			return nil, &handshakeError{err}
		}
		seen.expires = earliest(secured.ConnectionState())
		conn = secured
	}
	seen.took = time.Since(start)
	if p.online {
		seen.told, seen.ahead = p.compare(conn, u.Host)
	}
	p.mu.Lock()
	p.seen = seen
	p.mu.Unlock()
	return nil, errSeen
}

// earliest is when the first certificate of the chain that was verified ends.
func earliest(s tls.ConnectionState) time.Time {
	end := s.PeerCertificates[0].NotAfter
	for _, c := range s.VerifiedChains[0] {
		if c.NotAfter.Before(end) {
			end = c.NotAfter
		}
	}
	return end
}

// compare asks the host for the time with a HEAD of "/", without credentials or anything else. A host need not tell it.
func (p *probe) compare(conn net.Conn, host string) (told bool, ahead time.Duration) {
	request := strings.NewReplacer("HOST", host, "AGENT", egress.DefaultUserAgent).Replace("HEAD / HTTP/1.1\r\nHost: HOST\r\nUser-Agent: AGENT\r\nConnection: close\r\n\r\n")
	sent := p.now()
	if _, err := conn.Write([]byte(request)); err != nil {
		return false, 0
	}
	answer, err := http.ReadResponse(bufio.NewReader(io.LimitReader(conn, maxAnswerBytes)), &http.Request{Method: http.MethodHead})
	if err != nil {
		return false, 0
	}
	_ = answer.Body.Close() // a HEAD's is empty
	received := p.now()
	theirs, err := http.ParseTime(answer.Header.Get("Date"))
	if err != nil {
		return false, 0
	}
	// A Date has whole seconds: on average, half a one has passed. It was written somewhere between sending and receiving.
	ours := sent.Add(received.Sub(sent) / 2)
	return true, ours.Sub(theirs.Add(time.Second / 2))
}
