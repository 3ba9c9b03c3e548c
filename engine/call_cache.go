package engine

import (
	"crypto/sha256"
	"encoding/json"
	"io"
	"time"

	"github.com/ocrmux/ocrmux/internal/sealedcache"
)

// ResultCache keeps recognitions for a while, so that a picture that a tenant sends again is not bought again. It is off by default, since
// identity cards are personal data. What is kept is encrypted with a key that only the same picture gives, and stays in memory.
type ResultCache struct {
	// Entries is the most that are kept; the least recently used one is dropped first. 0 keeps nothing.
	Entries int
	// TTL is how long a result is kept.
	TTL time.Duration
}

// resultCache is a ResultCache at work.
type resultCache struct {
	sealed *sealedcache.Cache[Recognition]
}

// resultKey finds and opens the result of a request. The zero key has no result.
type resultKey struct {
	sealed sealedcache.Key
	ok     bool
}

func newResultCache(cfg ResultCache, now func() time.Time, random io.Reader) (resultCache, error) {
	c, err := sealedcache.New[Recognition](sealedcache.Config{Entries: cfg.Entries, TTL: cfg.TTL, Now: now, Random: random})
	return resultCache{c}, err
}

// key covers a request's tenant, its picture and everything that it asks for. A picture given by URL has no key, since what is at the URL
// may change.
func (c resultCache) key(req *Request, pic *picture) resultKey {
	if !c.sealed.Enabled() || pic.from.url != "" || len(pic.data) == 0 {
		return resultKey{}
	}
	hash := sha256.Sum256(pic.data)
	asked, err := json.Marshal([]any{req.Tenant, req.Route, req.Provider, req.Document, req.Side, req.Extras, req.Fields, req.Signals, req.Labels, req.options})
	if err != nil {
		return resultKey{}
	}
	return resultKey{sealed: c.sealed.Key([][]byte{hash[:], asked}), ok: true}
}

// get returns the result that is kept, or nil.
func (c resultCache) get(k resultKey) *Recognition {
	if !k.ok {
		return nil
	}
	r, err := c.sealed.Get(k.sealed)
	if err != nil {
		return nil
	}
	return &r
}

// put keeps a result if that is possible.
func (c resultCache) put(k resultKey, r *Recognition) {
	if k.ok {
		_ = c.sealed.Put(k.sealed, *r)
	}
}
