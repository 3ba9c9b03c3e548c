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
	"os"
	"strings"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/internal/egress"
	"github.com/ocrmux/ocrmux/internal/message"
)

// errSeen ends a call of the engine's transport as soon as the host was reached, before anything is sent.
var errSeen = errors.New("doctor: the host was reached")

// maxAnswerBytes limits how much of the answer to a HEAD is read.
const maxAnswerBytes = 64 << 10

// contact is what is known about a host that was reached.
type contact struct {
	address string
	took    time.Duration
	expires time.Time // when the first certificate of the chain expires; zero without TLS
	told    bool      // the host reported the time
	ahead   time.Duration
}

// probe is a call through the engine's own transport, so that the same rules about hosts and addresses apply. Its dialer ends the
// call before anything is sent.
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

// run returns nil if the host was reached, and an *egress.Error if not.
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
		late := errors.Is(refused.err, os.ErrDeadlineExceeded) || errors.Is(refused.err, context.DeadlineExceeded)
		return &egress.Error{Kind: egress.KindTLS, Reason: message.New(message.TLSUntrusted), Err: refused.err, Sent: egress.SentNo, Timeout: late}
	}
	return err
}

func (p *probe) contact() *contact {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen
}

// handshakeError distinguishes a failed handshake from a failed connection.
type handshakeError struct{ err error }

func (e *handshakeError) Error() string { return e.err.Error() }
func (e *handshakeError) Unwrap() error { return e.err }

// dial connects to an address that the rules allow. It always returns an error: errSeen if the host was reached.
func (p *probe) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if p.contact() != nil {
		return nil, errSeen
	}
	start := time.Now()
	conn, err := p.egress.Dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline) // without one, the call's timeout limits it
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

// earliest returns when the first certificate of the verified chain expires.
func earliest(s tls.ConnectionState) time.Time {
	end := s.PeerCertificates[0].NotAfter
	for _, c := range s.VerifiedChains[0] {
		if c.NotAfter.Before(end) {
			end = c.NotAfter
		}
	}
	return end
}

// compare asks the host for the time with a HEAD of "/", without credentials. told is false if the host does not report it.
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
	_ = answer.Body.Close() // the answer to a HEAD has no body
	received := p.now()
	theirs, err := http.ParseTime(answer.Header.Get("Date"))
	if err != nil {
		return false, 0
	}
	// A Date has whole seconds, so half a second is added on average. It was written between sending and receiving.
	ours := sent.Add(received.Sub(sent) / 2)
	return true, ours.Sub(theirs.Add(time.Second / 2))
}
