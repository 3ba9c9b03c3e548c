package access

import (
	"net/http"
	"slices"
	"time"

	"github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/ratelimiter"

	"github.com/ocrmux/ocrmux/internal/message"
)

// Config of one tenant.
type Config struct {
	Name string
	// Keys and common names of client certificates that identify the tenant.
	Keys         []KeyHash
	Certificates []string
	// Routes the tenant may use, its default first. None means all routes, with the default "default".
	Routes []string
	// Requests is how many it may send within Per, Concurrency how many at once. 0 means no limit.
	Requests    int
	Per         time.Duration
	Concurrency int
	// Admin may see what all tenants do, and park providers.
	Admin bool
}

// Tenant is the caller on whose behalf a request is served. It is safe for concurrent use.
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

// Name returns the tenant's name, empty if no tenants are configured.
func (t *Tenant) Name() string { return t.cfg.Name }

// Admin reports whether the tenant may see and do everything.
func (t *Tenant) Admin() bool { return t.cfg.Admin }

// Route returns the route of a request: the named one, or the tenant's default. ok is false if the tenant may not use it.
func (t *Tenant) Route(named string) (route string, ok bool) {
	switch {
	case named == "" && len(t.cfg.Routes) > 0:
		return t.cfg.Routes[0], true
	case len(t.cfg.Routes) == 0:
		return named, true
	}
	return named, slices.Contains(t.cfg.Routes, named)
}

// Enter counts a request against the tenant's limits. Call leave when the request has been answered. The error is a *[Refusal].
func (t *Tenant) Enter() (leave func(), err error) {
	if t.slots != nil && !t.slots.TryAcquirePermit() {
		return nil, &Refusal{
			Status: http.StatusTooManyRequests, RetryAfter: time.Second,
			Reason: message.New(message.RefusedConcurrency, "most", t.cfg.Concurrency),
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
			Reason: message.New(message.RefusedRate, "most", t.cfg.Requests, "per", t.cfg.Per),
		}
	}
	return leave, nil
}

// Refusal is the error for a request that is not served.
type Refusal struct {
	// Status is the HTTP status, such as 401, 403 or 429.
	Status int
	Reason message.Message
	// RetryAfter is when the request may be sent again. 0 means that waiting does not help.
	RetryAfter time.Duration
}

// Error returns the reason in English.
func (r *Refusal) Error() string { return r.Reason.String() }

// Message returns the reason.
func (r *Refusal) Message() message.Message { return r.Reason }
