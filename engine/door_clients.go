package engine

import (
	"crypto/sha256"
	"crypto/subtle"
	"maps"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
)

// client is one caller of a front door, with its secrets, its tenant and what it has signed before.
type client struct {
	secrets map[string][]byte
	tenant  string
	seen    *seen
}

// authenticate finds the client for which every proof holds. Until then no secret has a value.
func (v *inboundCall) authenticate(admit *abi.Admit) *abi.Fail {
	defer func() { v.blobs[0] = nil }() // only proofs need the body as it came
	candidates := v.door.clients
	switch key := admit.Client; {
	case key == nil && len(admit.Proofs) == 0:
		return outboundFailure(&v.broken(message.New(message.DoorNoProof), nil).Failure)
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

// same compares in constant time. It is false for empty credentials: one that is missing on both sides proves nothing.
func same(given, want []byte) bool {
	return len(want) > 0 && subtle.ConstantTimeCompare(given, want) == 1
}

// prove evaluates each proof with the client's secrets and compares it with what was sent.
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

// bodyByHandle replaces "body" parts, which mean the body of the request, by the body's handle.
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

// orDenied returns the failure that the plugin has chosen, or a plain refusal.
func orDenied(f *abi.Fail, why string) *abi.Fail {
	if f != nil {
		return f
	}
	return &abi.Fail{Kind: abi.FailureKindUnauthenticated, Message: why, Billed: abi.BilledNo, Fault: abi.FaultCaller}
}

// seen remembers what a client has signed, for as long as the vendor's protocol accepts it.
type seen struct {
	mu   sync.Mutex
	keys map[[sha256.Size]byte]time.Time // until when
}

func newSeen() *seen { return &seen{keys: make(map[[sha256.Size]byte]time.Time)} }

// maxSeen bounds the memory of a client. A request beyond it is rejected, since it cannot be remembered.
const maxSeen = 1 << 17

// before reports whether a key was seen within its window, and remembers it.
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
