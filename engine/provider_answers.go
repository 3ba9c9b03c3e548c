package engine

import (
	"maps"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// Bounds of what one provider caches. Tokens are small; a larger answer is given to the provider, but not cached.
const (
	maxCachedAnswers     = 64
	maxCachedAnswerBytes = 256 << 10
	maxCacheKeyBytes     = 1 << 10
)

// cachedAnswer is a vendor's answer that a provider caches, with the secrets that were captured from it. It does not change.
type cachedAnswer struct {
	response abi.Response
	blobs    [][]byte // long leaves; their handles count from 1 here, and each attempt gives them new ones
	secrets  map[string][]byte
	expires  time.Time
}

// find returns the answer under a key until it expires, or nil.
func (p *provider) find(key string, now time.Time) *cachedAnswer {
	p.mu.Lock()
	defer p.mu.Unlock()
	if k := p.cache[key]; k != nil && now.Before(k.expires) {
		return k
	}
	return nil
}

// forget drops the answer under a key, but only if it is still the one that the caller has used: another one has been renewed already.
func (p *provider) forget(key string, used *cachedAnswer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if used == nil || p.cache[key] == used {
		delete(p.cache, key)
	}
}

// keep caches an answer, and drops those that have expired. When there are too many it drops an arbitrary one: for a provider that caches
// that many the choice makes no difference.
func (p *provider) keep(key string, k *cachedAnswer, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	maps.DeleteFunc(p.cache, func(_ string, old *cachedAnswer) bool { return !now.Before(old.expires) })
	if _, again := p.cache[key]; !again && len(p.cache) >= maxCachedAnswers {
		for k := range p.cache {
			delete(p.cache, k)
			break
		}
	}
	p.cache[key] = k
}
