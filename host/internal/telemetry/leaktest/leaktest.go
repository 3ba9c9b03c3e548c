// Package leaktest searches the output of a program for card data and secrets.
package leaktest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// Treasure maps descriptions to texts that must not be in any output.
type Treasure map[string]string

// Hide adds secrets, also in base64 and in hexadecimal digits.
func (t Treasure) Hide(secrets ...string) {
	for _, s := range secrets {
		t["secret "+s], t["secret in base64 "+s] = s, base64.StdEncoding.EncodeToString([]byte(s))
		t["secret in hexadecimal "+s] = hex.EncodeToString([]byte(s))
	}
}

// HidePicture adds a picture by its first and last bytes, which must not occur in other texts by chance.
func (t Treasure) HidePicture(b []byte) {
	t["picture"], t["end of the picture"] = string(b[:32]), string(b[len(b)-64:])
	t["picture in base64"], t["picture in hexadecimal"] = base64.StdEncoding.EncodeToString(b)[:40], hex.EncodeToString(b)[:40]
}

// Secrets returns the secrets, without card data.
func (t Treasure) Secrets() Treasure {
	out := maps.Clone(t)
	maps.DeleteFunc(out, func(what, _ string) bool { return !strings.HasPrefix(what, "secret") })
	return out
}

// In returns the descriptions of the texts in a sink, also if the sink escapes them.
func (t Treasure) In(sink string) []string {
	var out []string
	for _, what := range slices.Sorted(maps.Keys(t)) {
		if slices.ContainsFunc(escaped(t[what]), func(form string) bool { return strings.Contains(sink, form) }) {
			out = append(out, what)
		}
	}
	return out
}

// Around returns what surrounds a text in a sink, for the message of a failing test.
func (t Treasure) Around(sink, what string) string {
	for _, form := range escaped(t[what]) {
		if i := strings.Index(sink, form); i >= 0 {
			return fmt.Sprintf("…%q…", sink[max(0, i-100):min(len(sink), i+len(form)+100)])
		}
	}
	return ""
}

// escaped returns the forms of a text in logs, JSON and URLs.
func escaped(text string) []string {
	asJSON, _ := json.Marshal(text) // texts can always be encoded
	return []string{
		text, strings.Trim(string(asJSON), `"`), logged(text), strings.Trim(fmt.Sprintf("%q", text), `"`), strings.Trim(fmt.Sprintf("%+q", text), `"`), url.QueryEscape(text),
	}
}

// logged returns a text as in a JSON log, whose escapes differ from those of package json.
func logged(text string) string {
	var b bytes.Buffer
	only := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.MessageKey {
			return a
		}
		return slog.Attr{}
	}
	slog.New(slog.NewJSONHandler(&b, &slog.HandlerOptions{ReplaceAttr: only})).Info(text)
	return strings.TrimSuffix(strings.TrimPrefix(b.String(), `{"msg":"`), "\"}\n")
}

// Sink stores what is written to it. It is safe for concurrent use.
type Sink struct {
	mu      sync.Mutex
	b       bytes.Buffer
	written chan struct{} // closed by the next write; nil if nobody waits
}

func (s *Sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.written != nil {
		close(s.written)
		s.written = nil
	}
	return s.b.Write(p)
}

// Await waits until a text was written. It returns false if ctx ends before that.
func (s *Sink) Await(ctx context.Context, text string) bool {
	for {
		s.mu.Lock()
		if strings.Contains(s.b.String(), text) {
			s.mu.Unlock()
			return true
		}
		if s.written == nil {
			s.written = make(chan struct{})
		}
		next := s.written
		s.mu.Unlock()
		select {
		case <-next:
		case <-ctx.Done():
			return false
		}
	}
}

// String returns everything that was written.
func (s *Sink) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
