package engine

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/value"
)

// client is one caller of a front door, with the credentials it knows.
type client struct{ secrets map[string][]byte }

// authenticate finds the client for whom every proof holds. Until it is known, no secret stands for anything.
func (v *visit) authenticate(admit *abi.Admit) *abi.Fail {
	candidates := v.door.clients
	if key := admit.Client; key != nil {
		candidates = nil
		for _, c := range v.door.clients {
			if subtle.ConstantTimeCompare(c.secrets[key.Name], []byte(key.Value)) == 1 {
				candidates = append(candidates, c)
			}
		}
		if len(candidates) == 0 {
			return orDenied(admit.UnknownClient, "no client has this key")
		}
	}
	var refused *abi.Fail
	for i := range candidates {
		v.client = &candidates[i]
		if refused = v.prove(admit.Proofs); refused == nil {
			return v.firstTime(admit)
		}
	}
	v.client = nil
	return orDenied(refused, "the door has no clients")
}

// prove evaluates each proof with the client's secrets and compares in constant time.
func (v *visit) prove(proofs []abi.Proof) *abi.Fail {
	for i := range proofs {
		p := &proofs[i]
		want, err := v.eval.Bytes(p.Expected, abi.MaxStateBytes)
		if err != nil {
			return orDenied(p.Otherwise, "the proof cannot be checked: "+err.Error())
		}
		given := []byte(p.Given)
		if p.IgnoreCase {
			given, want = lower(given), lower(want)
		}
		if subtle.ConstantTimeCompare(given, want) != 1 {
			return orDenied(p.Otherwise, "a proof does not hold")
		}
	}
	return nil
}

func lower(b []byte) []byte {
	out := make([]byte, len(b))
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		out[i] = c
	}
	return out
}

func (v *visit) firstTime(admit *abi.Admit) *abi.Fail {
	if admit.ReplayKey == "" {
		return nil
	}
	window := time.Duration(admit.WindowSeconds) * time.Second
	if v.door.seen.before(admit.ReplayKey, v.engine.cfg.Now(), window) {
		return orDenied(admit.Replayed, "the request was seen before")
	}
	return nil
}

// orDenied is the failure the plugin wants to be said, or a plain refusal.
func orDenied(f *abi.Fail, why string) *abi.Fail {
	if f != nil {
		return f
	}
	return &abi.Fail{Kind: abi.FailureKindUnauthenticated, Message: why, Billed: abi.BilledNo, Fault: abi.FaultCaller}
}

// Secret implements value.Sources for a visit: the credentials of the client at hand.
func (v *visit) Secret(name string) (value.Secret, bool) {
	if v.client == nil {
		return value.Secret{}, false
	}
	text, ok := v.client.secrets[name]
	return value.Secret{Text: text, Uses: v.provider.specs[name].Uses}, ok
}

// picture is the picture of an admitted request. Base64 is decoded in place: the text is not needed any more once the
// proofs hold, and a large picture is not held twice.
func (v *visit) picture(p *abi.InboundPicture) (Picture, *failed) {
	bad := func(message string) (Picture, *failed) {
		return Picture{}, failWith(abi.FailureKindInvalidImage, abi.FaultCaller, message, nil)
	}
	switch {
	case p == nil:
		return Picture{}, failWith(abi.FailureKindInvalidRequest, abi.FaultCaller, "the request has no picture", nil)
	case p.URL != "":
		return URL(p.URL), nil
	case p.Base64 != "":
		b, err := decodeInPlace([]byte(p.Base64))
		if err != nil {
			return bad("the picture is no base64")
		}
		return Bytes(b), nil
	case p.Blob != nil:
		b, ok := v.Blob(p.Blob.Handle)
		if !ok {
			return Picture{}, v.broken(fmt.Sprintf("there are no bytes under the handle %d", p.Blob.Handle), nil)
		}
		if p.Blob.Encoding == abi.EncodingRaw {
			return Bytes(b), nil
		}
		b, err := decodeInPlace(b)
		if err != nil {
			return bad("the picture is no base64")
		}
		v.blobs[p.Blob.Handle] = nil
		return Bytes(b), nil
	}
	return Picture{}, v.broken("the plugin admitted a picture of no kind", nil)
}

// withinLimits takes the picture in and holds it to the vendor's own limits, as the vendor would: nothing is fitted.
func (v *visit) withinLimits(ctx context.Context, p *picture) *failed {
	limits := v.provider.plugin.Manifest.Images
	if limits != nil && limits.MaxURLBytes > 0 && len(p.from.url) > int(limits.MaxURLBytes) {
		return failWith(abi.FailureKindInvalidImage, abi.FaultCaller, fmt.Sprintf("the picture's address is longer than %d bytes", limits.MaxURLBytes), nil)
	}
	if f := v.engine.openPicture(ctx, p); f != nil {
		return f
	}
	_, f := v.engine.fit(ctx, p, limits, true)
	return f
}

// decodeInPlace decodes base64 over itself. It takes what clients send: a data URL's prefix, line breaks, missing padding,
// and blanks where a plus was lost on the way through a form.
func decodeInPlace(b []byte) ([]byte, error) {
	if len(b) > 5 && string(b[:5]) == "data:" {
		if i := strings.IndexByte(string(b[:min(len(b), 64)]), ','); i > 0 {
			b = b[i+1:]
		}
	}
	n := 0
	for _, c := range b {
		switch c {
		case '\r', '\n', '=':
			continue
		case ' ':
			c = '+'
		}
		b[n] = c
		n++
	}
	b = b[:n]
	const chunk = 4 << 10 // a multiple of 4
	var buf [chunk / 4 * 3]byte
	out := 0
	for in := 0; in < len(b); in += chunk {
		k, err := base64.RawStdEncoding.Decode(buf[:], b[in:min(in+chunk, len(b))])
		if err != nil {
			return nil, err
		}
		out += copy(b[out:], buf[:k])
	}
	return b[:out], nil
}

// seen remembers the keys of signed requests for as long as the vendor's protocol accepts them.
type seen struct {
	mu   sync.Mutex
	keys map[string]time.Time // until when
}

// maxSeen bounds the memory of a door; beyond it, a request that cannot be remembered is refused.
const maxSeen = 1 << 17

// before reports whether the key was seen within its window, and remembers it.
func (s *seen) before(key string, now time.Time, window time.Duration) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if until, ok := s.keys[key]; ok && now.Before(until) {
		return true
	}
	if len(s.keys) >= maxSeen {
		for k, until := range s.keys {
			if !now.Before(until) {
				delete(s.keys, k)
			}
		}
		if len(s.keys) >= maxSeen {
			return true
		}
	}
	s.keys[key] = now.Add(window)
	return false
}
