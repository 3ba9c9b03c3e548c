package console

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/host/internal/access"
)

// Bounds of sessions.
const (
	sessionLife  = 12 * time.Hour
	maxSessions  = 10_000
	sessionBytes = 32
	maxKeyBytes  = 1 << 10
)

// errSignedOut is the error of a request without a valid session.
var errSignedOut = errors.New("nobody has signed in")

// sessions holds the sessions of signed-in visitors in memory: after a restart they sign in again. Of cookies and keys it keeps
// only hashes. A session ends with its key.
type sessions struct {
	now    func() time.Time
	random io.Reader

	mu   sync.Mutex
	open map[[sha256.Size]byte]session
}

type session struct {
	key   access.KeyHash
	until time.Time
}

func newSessions(now func() time.Time, random io.Reader) *sessions {
	return &sessions{now: now, random: random, open: make(map[[sha256.Size]byte]session)}
}

// begin opens a session and returns the value of its cookie.
func (s *sessions) begin(key access.KeyHash) (string, error) {
	b := make([]byte, sessionBytes)
	if _, err := io.ReadFull(s.random, b); err != nil {
		return "", err
	}
	value := base64.RawURLEncoding.EncodeToString(b)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tidy()
	s.open[sha256.Sum256([]byte(value))] = session{key: key, until: s.now().Add(sessionLife)}
	return value, nil
}

// tidy removes expired sessions and, if there are too many, the one that would expire first.
func (s *sessions) tidy() {
	now := s.now()
	var first [sha256.Size]byte
	var ends time.Time
	for id, x := range s.open {
		if !now.Before(x.until) {
			delete(s.open, id)
		} else if ends.IsZero() || x.until.Before(ends) {
			first, ends = id, x.until
		}
	}
	if len(s.open) >= maxSessions {
		delete(s.open, first)
	}
}

// of returns the session of a cookie's value.
func (s *sessions) of(value string) (session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, ok := s.open[sha256.Sum256([]byte(value))]
	return x, ok && s.now().Before(x.until)
}

func (s *sessions) end(value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, sha256.Sum256([]byte(value)))
}

// cookieName returns the name of the cookie, with the prefix that binds it to TLS if the request uses TLS.
func cookieName(r *http.Request) string {
	if r.TLS != nil {
		return "__Host-ocrmux-session"
	}
	return "ocrmux-session"
}

func sessionCookie(r *http.Request, value string, age time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: cookieName(r), Value: value, Path: "/", MaxAge: int(age / time.Second), HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteStrictMode,
	}
}

// who returns the tenant that sends a request. It fails with errSignedOut or an *access.Refusal.
func (c *Console) who(r *http.Request) (*access.Tenant, error) {
	guard := c.cfg.Guard()
	if guard.Open() {
		return guard.Identify(r)
	}
	if cookie, err := r.Cookie(cookieName(r)); err == nil {
		if s, ok := c.sessions.of(cookie.Value); ok {
			if t := guard.Holder(s.key); t != nil {
				return t, nil
			}
		}
	}
	if t := guard.Certified(r); t != nil {
		return t, nil
	}
	return nil, errSignedOut
}

// signInForm is the data of the page "sign-in".
type signInForm struct {
	Problem string
}

func (c *Console) signInPage(w http.ResponseWriter, r *http.Request) {
	if _, err := c.who(r); err == nil {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	c.pages.show(w, r, http.StatusOK, "sign-in", &page{words: c.pages.language(r), Data: signInForm{}})
}

// signIn takes a key and opens a session. The guard counts wrong keys.
func (c *Console) signIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxFormBytes)
	key := r.PostFormValue("key")
	words := c.pages.language(r)
	guard := c.cfg.Guard()
	asked := r.Clone(r.Context())
	asked.Header = http.Header{}
	if key != "" && len(key) <= maxKeyBytes {
		asked.Header.Set("X-API-Key", key)
	}
	if _, err := guard.Identify(asked); err != nil {
		var refusal *access.Refusal
		status, problem := http.StatusUnauthorized, words.T("sign-in.wrong")
		if errors.As(err, &refusal) && refusal.Status == http.StatusTooManyRequests {
			status, problem = refusal.Status, words.T("refused.429")
		}
		c.pages.show(w, r, status, "sign-in", &page{words: words, Data: signInForm{Problem: problem}})
		return
	}
	value, err := c.sessions.begin(access.Hash(key))
	if err != nil {
		c.cfg.Logger.ErrorContext(r.Context(), "no session can be begun", "error", err)
		c.refuse(w, r, err)
		return
	}
	http.SetCookie(w, sessionCookie(r, value, sessionLife))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (c *Console) signOut(w http.ResponseWriter, r *http.Request) {
	if cookie, err := r.Cookie(cookieName(r)); err == nil {
		c.sessions.end(cookie.Value)
	}
	http.SetCookie(w, sessionCookie(r, "", -time.Second))
	http.Redirect(w, r, signInPath, http.StatusSeeOther)
}
