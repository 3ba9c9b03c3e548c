package engine

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/value"
)

// Bounds of what one provider keeps. Tokens are small; an answer that is larger is given to the provider, but not kept.
const (
	maxKept      = 64
	maxKeptBytes = 256 << 10
	maxKeyBytes  = 1 << 10
)

// cachedAnswer is an answer that a provider keeps, with the secrets that were captured from it. It does not change.
type cachedAnswer struct {
	response abi.Response
	blobs    [][]byte // long leaves: their handles count from 1 here, and are given anew in every attempt
	secrets  map[string][]byte
	expires  time.Time
}

// find gives the answer under a key while it is good, or nil.
func (p *provider) find(key string, now time.Time) *cachedAnswer {
	p.mu.Lock()
	defer p.mu.Unlock()
	if k := p.cache[key]; k != nil && now.Before(k.expires) {
		return k
	}
	return nil
}

// forget drops the answer under a key, unless it is another than the one the caller has used: then somebody has renewed
// it already.
func (p *provider) forget(key string, used *cachedAnswer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if used == nil || p.cache[key] == used {
		delete(p.cache, key)
	}
}

func (p *provider) keep(key string, k *cachedAnswer, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	maps.DeleteFunc(p.cache, func(_ string, old *cachedAnswer) bool { return !now.Before(old.expires) })
	if _, again := p.cache[key]; !again && len(p.cache) >= maxKept {
		for k := range p.cache { // any one: a provider that keeps this many is not helped by the right choice
			delete(p.cache, k)
			break
		}
	}
	p.cache[key] = k
}

// secretsAt are the secrets an attempt can use: those configured, those captured that are still good, and those the
// attempt has seen captured, which stay good for it to the end. Later ones win.
func (a *attempt) secretsAt(now time.Time) map[string][]byte {
	out := maps.Clone(a.provider.secrets)
	a.provider.mu.Lock()
	for _, k := range a.provider.cache {
		if now.Before(k.expires) {
			maps.Copy(out, k.secrets)
		}
	}
	a.provider.mu.Unlock()
	for _, k := range a.used {
		maps.Copy(out, k.secrets)
	}
	return out
}

// mask hides every secret of the provider from what it is shown. Identifiers are no secrets, and often so short that they
// turn up in card numbers and dates.
func (a *attempt) mask() value.Mask {
	secrets := a.secretsAt(a.gen.cfg.Now())
	maps.DeleteFunc(secrets, func(name string, _ []byte) bool { return a.provider.specs[name].Identifier })
	return value.NewMask(slices.Collect(maps.Values(secrets))...)
}

// recall makes a kept answer one of this attempt.
func (a *attempt) recall(key string, k *cachedAnswer) *abi.Response {
	a.use(key, k)
	r := k.response
	r.FromCache = true
	r.Leaves = rehandled(r.Leaves, a.hold(k.blobs...)-1)
	a.shown = append(a.shown, r.Leaves...)
	return &r
}

// use remembers which answer the attempt relies on.
func (a *attempt) use(key string, k *cachedAnswer) {
	if a.used == nil {
		a.used = make(map[string]*cachedAnswer)
	}
	a.used[key] = k
}

// rehandled gives leaves whose handles lie further up, or down.
func rehandled(leaves []abi.Leaf, by uint32) []abi.Leaf {
	out := slices.Clone(leaves)
	for i := range out {
		if out[i].Handle != 0 {
			out[i].Handle += by
		}
	}
	return out
}

// checkRule refuses, before anything is sent, a rule that could not be carried out.
func (a *attempt) checkRule(ex *abi.Exchange) *failed {
	switch {
	case len(ex.Capture) > 0 && ex.Cache == nil:
		return a.broken("the provider captures a secret without saying how long to keep it", nil)
	case ex.Cache != nil && len(ex.Cache.Key) > maxKeyBytes:
		return a.broken(fmt.Sprintf("the provider's cache key has more than %d bytes", maxKeyBytes), nil)
	}
	for _, c := range ex.Capture {
		if !a.provider.specs[c.Secret].Captured {
			return a.broken("the manifest does not declare the secret that the provider captures", nil)
		}
	}
	return nil
}

// capture takes secrets out of an answer and keeps the answer, as the exchange asks. What was captured is masked in what
// the provider sees, whether or not the answer is kept.
func (a *attempt) capture(ex *abi.Exchange, r *abi.Response, blobs [][]byte) {
	if ex.Cache == nil {
		return
	}
	first := uint32(len(a.blobs) - len(blobs))
	life, good := lifetime(ex.Cache, r)
	k := &cachedAnswer{secrets: make(map[string][]byte, len(ex.Capture))}
	for _, c := range ex.Capture {
		i := slices.IndexFunc(r.Leaves, func(l abi.Leaf) bool { return l.Path == c.Pointer })
		if i < 0 {
			continue
		}
		l := &r.Leaves[i]
		text := []byte(l.Value)
		if l.Handle != 0 {
			text, _ = a.Blob(l.Handle)
			blobs[l.Handle-first] = nil
			a.blobs[l.Handle] = nil
			*l = abi.Leaf{Path: l.Path, Type: l.Type, Value: value.Masked}
		}
		if len(text) > 0 {
			k.secrets[c.Secret] = text
		}
	}
	if len(k.secrets) > 0 {
		hide(r, value.NewMask(slices.Collect(maps.Values(k.secrets))...))
	}
	if len(k.secrets) < len(ex.Capture) || !keepable(ex.Cache, r.Status) {
		return // the answer is another one than was hoped for: the provider sees it and decides
	}
	a.use(ex.Cache.Key, k)
	if !good || life <= 0 || r.BodySize > maxKeptBytes {
		return
	}
	now := a.gen.cfg.Now()
	k.response, k.blobs, k.expires = *r, blobs, now.Add(life)
	k.response.Leaves = rehandled(r.Leaves, 1-first)
	a.provider.keep(ex.Cache.Key, k, now)
}

// hide masks an answer.
func hide(r *abi.Response, mask value.Mask) {
	for i := range r.Leaves {
		r.Leaves[i].Value = mask.String(r.Leaves[i].Value)
	}
	for i := range r.Headers {
		r.Headers[i].Value = mask.String(r.Headers[i].Value)
	}
	r.Body = mask.Bytes(r.Body)
}

// lifetime is how long a rule keeps an answer; good is false when the answer does not say what the rule relies on.
func lifetime(rule *abi.CacheRule, r *abi.Response) (life time.Duration, good bool) {
	life = time.Duration(rule.TTLSeconds) * time.Second
	if rule.TTLPointer != "" {
		i := slices.IndexFunc(r.Leaves, func(l abi.Leaf) bool { return l.Path == rule.TTLPointer })
		if i < 0 {
			return 0, false
		}
		const year = 366 * 24 * 3600
		seconds, err := strconv.ParseFloat(r.Leaves[i].Value, 64)
		if err != nil || !(seconds > 0 && seconds <= year) {
			return 0, false
		}
		life = time.Duration(seconds * float64(time.Second))
	}
	return life - time.Duration(rule.MarginSeconds)*time.Second, true
}

func keepable(rule *abi.CacheRule, status uint32) bool {
	if len(rule.Statuses) == 0 {
		return status == 200
	}
	return slices.Contains(rule.Statuses, status)
}
