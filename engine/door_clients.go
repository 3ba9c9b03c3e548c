package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/value"
)

// client is one caller of a front door: the credentials it knows, on whose behalf it calls, and what it signed before.
type client struct {
	secrets map[string][]byte
	tenant  string
	seen    *seen
}

// authenticate finds the client for whom every proof holds. Until it is known, no secret stands for anything.
func (v *inboundCall) authenticate(admit *abi.Admit) *abi.Fail {
	defer func() { v.blobs[0] = nil }() // only proofs need the body as it came
	candidates := v.door.clients
	switch key := admit.Client; {
	case key == nil && len(admit.Proofs) == 0:
		return outboundFailure(&v.broken("the plugin admitted a request without anything that tells who sent it", nil).Failure)
	case key != nil:
		candidates = nil
		for _, c := range v.door.clients {
			if same([]byte(key.Value), c.secrets[key.Name]) {
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
		if refused = v.prove(admit.Proofs); refused != nil {
			continue
		}
		if refused = v.firstTime(admit); refused == nil {
			return nil
		}
		break
	}
	v.client = nil
	return orDenied(refused, "the door has no clients")
}

// same compares in constant time. Nothing is the same as nothing: a credential that is missing on both sides proves nothing.
func same(given, want []byte) bool {
	return len(want) > 0 && subtle.ConstantTimeCompare(given, want) == 1
}

// prove evaluates each proof with the client's secrets and compares.
func (v *inboundCall) prove(proofs []abi.Proof) *abi.Fail {
	for i := range proofs {
		p := &proofs[i]
		bodyByHandle(p.Expected)
		want, err := v.eval.Bytes(p.Expected, abi.MaxStateBytes)
		if err != nil {
			return orDenied(p.Otherwise, "the proof cannot be checked: "+err.Error())
		}
		given := []byte(p.Given)
		if p.IgnoreCase {
			given, want = lower(given), lower(want)
		}
		if !same(given, want) {
			return orDenied(p.Otherwise, "a proof does not hold")
		}
	}
	return nil
}

// bodyByHandle has "body" parts, which mean the body of the request that is being proved, refer to it by its handle.
func bodyByHandle(v *abi.Value) {
	if v == nil {
		return
	}
	for i := range v.Parts {
		p := &v.Parts[i]
		if p.Body != nil {
			p.Body, p.Blob = nil, &abi.Blob{Handle: 0, Encoding: abi.EncodingRaw}
		}
		if p.Digest != nil {
			bodyByHandle(p.Digest.Key)
			bodyByHandle(p.Digest.Data)
		}
	}
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

func (v *inboundCall) firstTime(admit *abi.Admit) *abi.Fail {
	if admit.ReplayKey == "" {
		return nil
	}
	window := time.Duration(admit.WindowSeconds) * time.Second
	if v.client.seen.before(admit.ReplayKey, v.gen.cfg.Now(), window) {
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
func (v *inboundCall) Secret(name string) (value.Secret, bool) {
	if v.client == nil {
		return value.Secret{}, false
	}
	text, ok := v.client.secrets[name]
	return value.Secret{Text: text, Uses: v.provider.specs[name].Uses}, ok
}

// picture is the picture of an admitted request. Base64 is decoded in place: the text is not needed any more once the
// proofs hold, and a large picture is not held twice.
func (v *inboundCall) picture(p *abi.InboundPicture) (Picture, *failed) {
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
		return Given(b), nil
	case p.Blob != nil:
		b, ok := v.Blob(p.Blob.Handle)
		if !ok {
			return Picture{}, v.broken(fmt.Sprintf("there are no bytes under the handle %d", p.Blob.Handle), nil)
		}
		if p.Blob.Encoding == abi.EncodingRaw {
			return Given(b), nil
		}
		b, err := decodeInPlace(b)
		if err != nil {
			return bad("the picture is no base64")
		}
		v.blobs[p.Blob.Handle] = nil
		return Given(b), nil
	}
	return Picture{}, v.broken("the plugin admitted a picture of no kind", nil)
}

// withinLimits takes the picture in and holds it to the vendor's own limits, as the vendor would: nothing is fitted.
func (v *inboundCall) withinLimits(ctx context.Context, p *picture) *failed {
	limits := v.provider.plugin.Manifest.Images
	if limits != nil && limits.MaxURLBytes > 0 && len(p.from.url) > int(limits.MaxURLBytes) {
		return failWith(abi.FailureKindInvalidImage, abi.FaultCaller, fmt.Sprintf("the picture's address is longer than %d bytes", limits.MaxURLBytes), nil)
	}
	if f := v.gen.openPicture(ctx, p); f != nil {
		return f
	}
	_, f := v.gen.fit(ctx, p, limits, true)
	return f
}

// decodeInPlace decodes base64 over itself. It takes what clients send: a data URL's prefix, line breaks, missing padding,
// blanks where a plus was lost on the way through a form, and text that was percent-encoded once more than its form needs.
func decodeInPlace(b []byte) ([]byte, error) {
	b = bytes.TrimSpace(b)
	if bytes.HasPrefix(b, []byte("data:")) {
		if i := bytes.IndexByte(b[:min(len(b), 64)], ','); i > 0 {
			b = b[i+1:]
		}
	}
	n := 0
	for i := 0; i < len(b); i++ {
		c := b[i]
		if c == '%' && i+2 < len(b) {
			if _, err := hex.Decode(b[i:i+1], b[i+1:i+3]); err != nil {
				return nil, err
			}
			c = b[i]
			i += 2
		}
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

// seen remembers what a client signed for as long as the vendor's protocol accepts it.
type seen struct {
	mu   sync.Mutex
	keys map[[sha256.Size]byte]time.Time // until when
}

func newSeen() *seen { return &seen{keys: make(map[[sha256.Size]byte]time.Time)} }

// maxSeen bounds the memory of a client; beyond it, a request that cannot be remembered is refused.
const maxSeen = 1 << 17

// before reports whether the key was seen within its window, and remembers it.
func (s *seen) before(key string, now time.Time, window time.Duration) bool {
	sum := sha256.Sum256([]byte(key))
	s.mu.Lock()
	defer s.mu.Unlock()
	if until, ok := s.keys[sum]; ok && now.Before(until) {
		return true
	}
	if len(s.keys) >= maxSeen {
		maps.DeleteFunc(s.keys, func(_ [sha256.Size]byte, until time.Time) bool { return !now.Before(until) })
		if len(s.keys) >= maxSeen {
			return true
		}
	}
	s.keys[sum] = now.Add(window)
	return false
}
