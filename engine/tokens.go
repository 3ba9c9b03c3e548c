package engine

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/value"
)

// maxKept bounds the answers one provider keeps.
const maxKept = 64

// cached is an answer that a provider keeps, with the secrets that were captured from it. Both end together.
type cached struct {
	response abi.Response
	secrets  map[string][]byte
	expires  time.Time
}

// kept gives a copy of the answer under a key while it is good.
func (p *provider) kept(key string, now time.Time) *abi.Response {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, ok := p.cache[key]
	if !ok || !now.Before(c.expires) {
		return nil
	}
	r := c.response
	return &r
}

func (p *provider) forget(keys []string) {
	if len(keys) == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, k := range keys {
		delete(p.cache, k)
	}
}

func (p *provider) keep(key string, c cached, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	maps.DeleteFunc(p.cache, func(_ string, old cached) bool { return !now.Before(old.expires) })
	if _, again := p.cache[key]; !again && len(p.cache) >= maxKept {
		for k := range p.cache { // any one: a provider that keeps this many is not helped by the right choice
			delete(p.cache, k)
			break
		}
	}
	p.cache[key] = c
}

// secret is a configured secret, or one captured in an answer that is still good.
func (p *provider) secret(name string, now time.Time) ([]byte, bool) {
	if s, ok := p.secrets[name]; ok {
		return s, true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.cache {
		if s, ok := c.secrets[name]; ok && now.Before(c.expires) {
			return s, true
		}
	}
	return nil, false
}

func (p *provider) secretNames(now time.Time) []string {
	names := slices.Collect(maps.Keys(p.secrets))
	p.mu.Lock()
	for _, c := range p.cache {
		if now.Before(c.expires) {
			names = slices.AppendSeq(names, maps.Keys(c.secrets))
		}
	}
	p.mu.Unlock()
	slices.Sort(names)
	return slices.Compact(names)
}

// mask hides every secret of the provider from what it is shown.
func (p *provider) mask(now time.Time) value.Mask {
	all := slices.Collect(maps.Values(p.secrets))
	p.mu.Lock()
	for _, c := range p.cache {
		if now.Before(c.expires) {
			all = slices.AppendSeq(all, maps.Values(c.secrets))
		}
	}
	p.mu.Unlock()
	return value.NewMask(all...)
}

// operatorNamed reports whether a URL goes to the endpoint the operator wrote.
func (p *provider) operatorNamed(target string) bool {
	for _, l := range p.config {
		if l.Path == "/"+endpointKey {
			want, err := url.Parse(l.Value)
			got, err2 := url.Parse(target)
			return err == nil && err2 == nil && want.Scheme == got.Scheme && strings.EqualFold(want.Host, got.Host)
		}
	}
	return false
}

// capture takes secrets out of an answer and keeps the answer, as the exchange asks. What was captured is masked in what
// the provider sees.
func (s *session) capture(ex *abi.Exchange, r *abi.Response) *failed {
	if len(ex.Capture) > 0 && ex.Cache == nil {
		return s.broken("the provider captures a secret without saying how long to keep it", nil)
	}
	if ex.Cache == nil || !keepable(ex.Cache, r.Status) {
		return nil
	}
	now := s.engine.cfg.Now()
	kept := cached{secrets: make(map[string][]byte, len(ex.Capture))}
	for _, c := range ex.Capture {
		if !s.provider.specs[c.Secret].Captured {
			return s.broken(fmt.Sprintf("the manifest declares no captured secret %q", c.Secret), nil)
		}
		if text := s.leafText(r, c.Pointer); len(text) > 0 {
			kept.secrets[c.Secret] = text
		}
	}
	if len(kept.secrets) < len(ex.Capture) {
		return nil // the answer is another one than was hoped for: the provider sees it and decides
	}
	life := time.Duration(ex.Cache.TTLSeconds) * time.Second
	if ex.Cache.TTLPointer != "" {
		seconds, err := strconv.ParseFloat(string(s.leafText(r, ex.Cache.TTLPointer)), 64)
		if err != nil || seconds <= 0 || seconds > 366*24*3600 {
			return nil
		}
		life = time.Duration(seconds * float64(time.Second))
	}
	life -= time.Duration(ex.Cache.MarginSeconds) * time.Second
	kept.expires = now.Add(life)
	mask := value.NewMask(slices.Collect(maps.Values(kept.secrets))...)
	for i := range r.Leaves {
		r.Leaves[i].Value = mask.String(r.Leaves[i].Value)
	}
	for i := range r.Headers {
		r.Headers[i].Value = mask.String(r.Headers[i].Value)
	}
	r.Body = mask.Bytes(r.Body)
	kept.response = *r
	s.provider.keep(ex.Cache.Key, kept, now)
	return nil
}

func keepable(rule *abi.CacheRule, status uint32) bool {
	if len(rule.Statuses) == 0 {
		return status == 200
	}
	return slices.Contains(rule.Statuses, status)
}

func (s *session) leafText(r *abi.Response, pointer string) []byte {
	for _, l := range r.Leaves {
		if l.Path != pointer {
			continue
		}
		if l.Handle != 0 {
			b, _ := s.Blob(l.Handle)
			return b
		}
		return []byte(l.Value)
	}
	return nil
}
