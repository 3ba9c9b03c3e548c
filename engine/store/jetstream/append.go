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

// Append implements [store.Store]. At most [MaxWaiting] records and [MaxWaitingBytes] wait to be acknowledged; what is more gets
// [store.ErrBusy]. A record that is lost on the way is not sent again, for that could change the order: its done is told.
func (s *Store) Append(topic string, record []byte, done func(error)) {
	if err := store.CheckWrite(topic, record); err != nil {
		done(err)
		return
	}
	s.appender.append(topic, record, done)
}

// appender sends records from one goroutine, in the order in which it was given them, and hears of each in another.
type appender struct {
	life   context.Context
	js     jetstream.JetStream
	prefix string

	mu      sync.Mutex
	closed  bool
	waiting int // records given and not yet settled
	bytes   int
	queue   chan *waiting // never full: it has room for all that may wait

	sent    chan *waiting
	settled chan struct{} // closed when every record is
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

// settle hears in the order of sending, which is that in which the server acknowledges. No answer is an error in time.
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

// close waits until every record is settled. When ctx ends, it leaves those that are not to the end of the appender's life.
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
