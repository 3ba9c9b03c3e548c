package route

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/engine/store"
)

// state stores parkings, breakers and latencies of accounts, so that they outlive the process and other gateways on the same store
// know them, and reads what others stored. No call waits for it.
type state struct {
	store  store.Store // nil: nothing is stored
	owner  string      // names this process in what it writes
	now    func() time.Time
	logger *slog.Logger

	mu          sync.Mutex
	protections map[string]*protection
	dirty       map[string]func() any // by key; the function returns the value when it is written
	wake        chan struct{}
	end         context.CancelFunc
	ended       chan struct{}
}

// Keys are "parked/NAME", "breaker/NAME" and "latency/NAME".
const (
	parkedKeys  = "parked"
	breakerKeys = "breaker"
	latencyKeys = "latency"
)

// latencyEvery is the time between two writes of latencies.
const latencyEvery = 10 * time.Second

type parkedState struct {
	Owner string `json:"owner"`
	Parked
}

type breakerState struct {
	Owner string `json:"owner"`
	// Until is when it closes; zero if it is not open.
	Until time.Time `json:"until,omitzero"`
}

type latencyState struct {
	Origin  time.Time `json:"origin"`
	Weights []float64 `json:"weights"`
}

func newState(s store.Store, owner string, now func() time.Time, logger *slog.Logger) *state {
	return &state{store: s, owner: owner, now: now, logger: logger, dirty: make(map[string]func() any), wake: make(chan struct{}, 1), ended: make(chan struct{})}
}

// open reads what is stored of accounts, and begins to watch and to write.
func (s *state) open(ctx context.Context, protections map[string]*protection) error {
	s.protections = protections
	if s.store == nil {
		close(s.ended)
		return nil
	}
	life, end := context.WithCancel(context.Background())
	s.end = end
	for prefix, load := range s.loaders() {
		err := s.store.Watch(life, prefix, func(e store.Entry) {
			if a := s.protection(strings.TrimPrefix(e.Key, prefix+"/")); a != nil {
				s.warn("the stored state of an account cannot be read", load(a, e.Value))
			}
		})
		if err != nil {
			end()
			close(s.ended)
			return fmt.Errorf("the stored state of routes cannot be read: %w", err)
		}
	}
	for _, a := range protections {
		s.read(ctx, latencyKeys, a, loadLatency)
	}
	go s.write(life)
	return nil
}

// adopt switches to other accounts, and reads what is stored of new ones.
func (s *state) adopt(ctx context.Context, protections map[string]*protection) {
	for name, a := range protections {
		if s.store == nil || s.protection(name) != nil {
			continue
		}
		s.read(ctx, latencyKeys, a, loadLatency)
		for prefix, load := range s.loaders() {
			s.read(ctx, prefix, a, load)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.protections = protections
}

func (s *state) loaders() map[string]func(*protection, []byte) error {
	return map[string]func(*protection, []byte) error{parkedKeys: s.loadParked, breakerKeys: s.loadBreaker}
}

func (s *state) protection(name string) *protection {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.protections[name]
}

// read loads what is stored of an account under one prefix.
func (s *state) read(ctx context.Context, prefix string, a *protection, load func(*protection, []byte) error) {
	e, err := s.store.Get(ctx, prefix+"/"+a.name)
	if err == nil && e.Revision > 0 {
		err = load(a, e.Value)
	}
	s.warn("the stored state of an account cannot be read", err)
}

func (s *state) warn(what string, err error) {
	if err != nil {
		s.logger.Warn(what, "error", err)
	}
}

// close writes unsaved changes and stops.
func (s *state) close() {
	if s.end != nil {
		s.end()
	}
	<-s.ended
}

func (s *state) loadParked(a *protection, value []byte) error {
	var p parkedState
	if value != nil {
		if err := json.Unmarshal(value, &p); err != nil {
			return err
		}
	}
	if p.Owner != s.owner {
		a.mu.Lock()
		a.parked = p.Parked
		a.mu.Unlock()
	}
	return nil
}

func (s *state) loadBreaker(a *protection, value []byte) error {
	var b breakerState
	if value != nil {
		if err := json.Unmarshal(value, &b); err != nil {
			return err
		}
	}
	if b.Owner != s.owner {
		a.mu.Lock()
		a.shut = b.Until
		a.mu.Unlock()
	}
	return nil
}

func loadLatency(a *protection, value []byte) error {
	var l latencyState
	if err := json.Unmarshal(value, &l); err != nil {
		return err
	}
	if len(l.Weights) != latencyBuckets {
		return errors.New("another version wrote it")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.latency.origin, a.latency.middle = l.Origin, 0
	for i, w := range l.Weights {
		a.latency.weights[i] = w
		a.latency.total += w
	}
	return nil
}

func (s *state) parkedChanged(name string, p Parked) {
	s.change(parkedKeys+"/"+name, func() any { return parkedState{s.owner, p} }, true)
}

func (s *state) breakerChanged(name string, until time.Time) {
	s.change(breakerKeys+"/"+name, func() any { return breakerState{s.owner, until} }, true)
}

func (s *state) latencyChanged(p *protection) {
	if s.store == nil {
		return
	}
	s.change(latencyKeys+"/"+p.name, p.latencyState, false)
}

func (p *protection) latencyState() any {
	p.mu.Lock()
	defer p.mu.Unlock()
	return latencyState{p.latency.origin, append([]float64(nil), p.latency.weights[:]...)}
}

// change marks a value to be written, at once or with the next latencies.
func (s *state) change(key string, value func() any, now bool) {
	if s.store == nil {
		return
	}
	s.mu.Lock()
	s.dirty[key] = value
	s.mu.Unlock()
	if now {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	}
}

// write stores changes until life ends, and then the last ones.
func (s *state) write(life context.Context) {
	defer close(s.ended)
	ticker := time.NewTicker(latencyEvery)
	defer ticker.Stop()
	for {
		select {
		case <-s.wake:
		case <-ticker.C:
		case <-life.Done():
			s.flush()
			return
		}
		s.flush()
	}
}

// writeTime bounds one flush.
const writeTime = 5 * time.Second

func (s *state) flush() {
	ctx, cancel := context.WithTimeout(context.Background(), writeTime)
	defer cancel()
	s.mu.Lock()
	dirty := s.dirty
	s.dirty = make(map[string]func() any)
	s.mu.Unlock()
	for key, value := range dirty {
		text, err := json.Marshal(value())
		if err == nil {
			err = s.set(ctx, key, text)
		}
		if err != nil {
			s.warn("the state of an account could not be stored", fmt.Errorf("%s: %w", key, err))
		}
	}
}

// set overwrites a value: the last one is right.
func (s *state) set(ctx context.Context, key string, value []byte) error {
	for {
		e, err := s.store.Get(ctx, key)
		if err != nil {
			return err
		}
		_, err = s.store.Set(ctx, key, value, e.Revision)
		var conflict *store.ConflictError
		if !errors.As(err, &conflict) {
			return err
		}
	}
}
