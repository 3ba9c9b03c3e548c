package jetstream

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/ocrmux/ocrmux/engine/store"
)

// Append implements [store.Store]. At most [MaxWaiting] records of [MaxWaitingBytes] wait to be acknowledged; further ones get
// [store.ErrBusy]. A lost record is not sent again, which could change the order: its done gets the error.
func (s *Store) Append(topic string, record []byte, done func(error)) {
	if err := store.CheckWrite(topic, record); err != nil {
		done(err)
		return
	}
	s.appender.append(topic, record, done)
}

// appender sends records in their order from one goroutine, and receives the acknowledgements in another.
type appender struct {
	life   context.Context
	js     jetstream.JetStream
	prefix string

	mu      sync.Mutex
	closed  bool
	waiting int // records that are not settled
	bytes   int
	queue   chan *waiting // never full: it has room for MaxWaiting

	sent    chan *waiting
	settled chan struct{} // closed when every record is settled
}

// waiting is a record on its way.
type waiting struct {
	topic  string
	data   []byte
	done   func(error)
	future jetstream.PubAckFuture
}

func startAppender(life context.Context, js jetstream.JetStream, name string) *appender {
	a := &appender{
		life: life, js: js, prefix: name + ".ledger.",
		queue:   make(chan *waiting, MaxWaiting),
		sent:    make(chan *waiting, MaxWaiting),
		settled: make(chan struct{}),
	}
	go a.send()
	go a.settle()
	return a
}

func (a *appender) append(topic string, record []byte, done func(error)) {
	w := &waiting{topic: topic, data: bytes.Clone(record), done: done}
	if err := a.enqueue(w); err != nil {
		done(err)
	}
}

func (a *appender) enqueue(w *waiting) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return store.ErrClosed
	}
	if a.waiting == MaxWaiting || a.bytes+len(w.data) > MaxWaitingBytes {
		return store.ErrBusy
	}
	a.waiting++
	a.bytes += len(w.data)
	a.queue <- w
	return nil
}

func (a *appender) send() {
	defer close(a.sent)
	for w := range a.queue {
		message := &nats.Msg{Subject: a.prefix + token(w.topic), Data: w.data}
		future, err := a.js.PublishMsgAsync(message, jetstream.WithRetryAttempts(0))
		if err != nil {
			a.finish(w, err)
			continue
		}
		w.future = future
		a.sent <- w
	}
}

// settle receives acknowledgements in the order of sending. A missing one becomes an error after a time.
func (a *appender) settle() {
	defer close(a.settled)
	for w := range a.sent {
		select {
		case <-w.future.Ok():
			a.finish(w, nil)
		case err := <-w.future.Err():
			a.finish(w, err)
		case <-a.life.Done():
			a.finish(w, store.ErrClosed)
		}
	}
}

func (a *appender) finish(w *waiting, err error) {
	a.mu.Lock()
	a.waiting--
	a.bytes -= len(w.data)
	a.mu.Unlock()
	if err != nil && a.life.Err() != nil {
		err = store.ErrClosed
	} else if err != nil {
		err = &store.UnavailableError{Doing: "append to " + w.topic, Err: err}
	}
	w.done(err)
}

// close waits until every record is settled. If ctx ends first, the others are settled at the end of the appender's life.
func (a *appender) close(ctx context.Context) error {
	a.mu.Lock()
	a.closed = true
	close(a.queue)
	a.mu.Unlock()
	select {
	case <-a.settled:
		return nil
	case <-ctx.Done():
		a.mu.Lock()
		defer a.mu.Unlock()
		return fmt.Errorf("store: closed while %d records of the ledger were not acknowledged: %w", a.waiting, ctx.Err())
	}
}
