package engine

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/value"
)

// recall gives the attempt a cached answer.
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

// rehandled returns leaves whose handles are moved by a number, which may wrap around.
func rehandled(leaves []abi.Leaf, by uint32) []abi.Leaf {
	out := slices.Clone(leaves)
	for i := range out {
		if out[i].Handle != 0 {
			out[i].Handle += by
		}
	}
	return out
}

// checkRule rejects a cache rule that cannot be carried out, before anything is sent.
func (a *attempt) checkRule(ex *abi.Exchange) *Error {
	switch {
	case len(ex.Capture) > 0 && ex.Cache == nil:
		return a.broken(message.New(message.CaptureWithoutRule), nil)
	case ex.Cache != nil && len(ex.Cache.Key) > maxCacheKeyBytes:
		return a.broken(message.New(message.CacheKeyTooLong, "limit", maxCacheKeyBytes), nil)
	}
	for _, c := range ex.Capture {
		if !a.provider.specs[c.Secret].Captured {
			return a.broken(message.New(message.CaptureUndeclared), nil)
		}
	}
	return nil
}

// capture takes secrets out of an answer and caches the answer, as the exchange asks. The plugin sees captured secrets masked, even if the
// answer is not cached.
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
	if len(k.secrets) < len(ex.Capture) || !cacheable(ex.Cache, r.Status) {
		return // not the answer that was expected: the plugin sees it and decides
	}
	a.use(ex.Cache.Key, k)
	if !good || life <= 0 || r.BodySize > maxCachedAnswerBytes {
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

// lifetime is how long a rule caches an answer. It is not good when the answer lacks what the rule relies on.
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

func cacheable(rule *abi.CacheRule, status uint32) bool {
	if len(rule.Statuses) == 0 {
		return status == 200
	}
	return slices.Contains(rule.Statuses, status)
}
