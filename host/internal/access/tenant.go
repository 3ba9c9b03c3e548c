package access

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/ratelimiter"
)

// Config of one tenant.
type Config struct {
	Name string
	// Keys that prove the tenant, and common names of client certificates that do.
	Keys         []KeyHash
	Certificates []string
	// Routes it may take, its default first; none means all, beginning with the one called default.
	Routes []string
	// Requests it may make within Per, and Concurrency at once; 0 means any number.
	Requests    int
	Per         time.Duration
	Concurrency int
	// Admin may see what all tenants do, and park providers.
	Admin bool
}

// Tenant is on whose behalf a request is made. It is safe for concurrent use.
type Tenant struct {
	cfg     Config
	now     func() time.Time
	began   time.Time
	limiter ratelimiter.RateLimiter[any] // nil without a rate
	slots   bulkhead.Bulkhead[any]       // nil without a limit
}

func newTenant(cfg Config, now func() time.Time) *Tenant {
	t := &Tenant{cfg: cfg, now: now, began: now()}
	if cfg.Requests > 0 && cfg.Per > 0 {
		t.limiter = ratelimiter.NewBursty[any](uint(cfg.Requests), cfg.Per)
	}
	if cfg.Concurrency > 0 {
		t.slots = bulkhead.New[any](uint(cfg.Concurrency))
	}
	return t
}

// Name of the tenant; empty where no tenants are configured.
func (t *Tenant) Name() string { return t.cfg.Name }

// Admin reports whether it may see and do everything.
func (t *Tenant) Admin() bool { return t.cfg.Admin }

// Route is the route that a request takes: the one it names, or the tenant's default. ok is false for one that it may not take.
func (t *Tenant) Route(named string) (route string, ok bool) {
	switch {
	case named == "" && len(t.cfg.Routes) > 0:
		return t.cfg.Routes[0], true
	case len(t.cfg.Routes) == 0:
		return named, true
	}
	return named, slices.Contains(t.cfg.Routes, named)
}

// Enter takes a request within the tenant's limits; leave must be called when it has been answered. It fails with a *[Refusal].
func (t *Tenant) Enter() (leave func(), err error) {
	if t.slots != nil && !t.slots.TryAcquirePermit() {
		return nil, &Refusal{
			Status: http.StatusTooManyRequests, RetryAfter: time.Second,
			Reason: fmt.Sprintf("%d requests are under way, which is as many as there may be at once", t.cfg.Concurrency),
		}
	}
	leave = func() {
		if t.slots != nil {
			t.slots.ReleasePermit()
		}
	}
	if t.limiter != nil && !t.limiter.TryAcquirePermit() {
		leave()
		return nil, &Refusal{
			Status: http.StatusTooManyRequests, RetryAfter: t.cfg.Per - t.now().Sub(t.began)%t.cfg.Per,
			Reason: fmt.Sprintf("there were more than %d requests within %s", t.cfg.Requests, t.cfg.Per),
		}
	}
	return leave, nil
}

// Refusal is a request that is not served, and when another try may help.
type Refusal struct {
	// Status is the HTTP status that says so: 401, 403 or 429.
	Status     int
	Reason     string
	RetryAfter time.Duration // 0 when no wait helps
}

func (r *Refusal) Error() string { return r.Reason }
