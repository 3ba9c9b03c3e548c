package jetstream

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/ocrmux/ocrmux/engine/store"
)

const (
	// pageRecords is how many records are requested at once. The client can hold that many of the largest size.
	pageRecords = 100
	// readerAge is how long the server keeps an abandoned consumer.
	readerAge = 30 * time.Second
)

// Records implements [store.Store].
func (s *Store) Records(ctx context.Context, topic string, after uint64) iter.Seq2[store.Record, error] {
	return func(yield func(store.Record, error) bool) {
		r, err := s.read(ctx, topic, after)
		if err != nil {
			yield(store.Record{}, err)
			return
		}
		defer r.leave()
		for r.after < r.last {
			page, err := r.page(ctx)
			if err != nil {
				yield(store.Record{}, err)
				return
			}
			for record := range page {
				if record.Number > r.last {
					return
				}
				if err := ctx.Err(); err != nil {
					yield(store.Record{}, err)
					return
				}
				if !yield(record, nil) {
					return
				}
			}
		}
	}
}

// reader reads through consumers, which are positions in the stream that the server keeps.
type reader struct {
	store    *Store
	topic    string
	subject  string
	after    uint64 // the last record that was returned
	last     uint64 // the last one to return
	consumer jetstream.Consumer
	received uint64 // how many messages the consumer has delivered
}

func (s *Store) read(ctx context.Context, topic string, after uint64) (*reader, error) {
	if err := store.CheckPrefix(topic); err != nil {
		return nil, err
	}
	r := &reader{store: s, topic: topic, subject: s.cfg.Name + ".ledger.", after: after}
	err := s.ask(ctx, "read the ledger's end", topic, func(ctx context.Context) error {
		if topic == "" {
			info, err := s.ledger.Info(ctx)
			if err != nil {
				return err
			}
			r.last = info.State.LastSeq
			return nil
		}
		message, err := s.ledger.GetLastMsgForSubject(ctx, r.subject+token(topic))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		r.last = message.Sequence
		return nil
	})
	return r, err
}

// page returns the next records: at least one, or none if nothing is left.
func (r *reader) page(ctx context.Context) (iter.Seq[store.Record], error) {
	var first jetstream.Msg
	var rest <-chan jetstream.Msg
	err := r.store.ask(ctx, "read the ledger", r.topic, func(ctx context.Context) error {
		if r.consumer == nil {
			if err := r.arrive(ctx); err != nil {
				return err
			}
			if r.consumer.CachedInfo().NumPending == 0 { // the missing ones were forgotten in the meantime
				r.last = r.after
				return nil
			}
		}
		batch, err := r.consumer.FetchNoWait(pageRecords)
		if err != nil {
			r.leave()
			return err
		}
		rest = batch.Messages()
		if first = <-rest; first == nil {
			r.leave()
			if err := batch.Error(); err != nil {
				return fmt.Errorf("%w: %w", errSilent, err)
			}
			return errSilent
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return func(yield func(store.Record) bool) {
		for message := first; message != nil; message = <-rest {
			record, ok := r.take(message)
			if !ok {
				r.leave()
				return
			}
			if !yield(record) {
				return
			}
		}
	}, nil
}

// arrive makes a consumer that begins after the last record that was returned.
func (r *reader) arrive(ctx context.Context) (err error) {
	subject := r.subject + ">"
	if r.topic != "" {
		subject = r.subject + token(r.topic)
	}
	r.received = 0
	r.consumer, err = r.store.ledger.CreateConsumer(ctx, jetstream.ConsumerConfig{
		AckPolicy:         jetstream.AckNonePolicy,
		DeliverPolicy:     jetstream.DeliverByStartSequencePolicy,
		OptStartSeq:       r.after + 1,
		FilterSubject:     subject,
		InactiveThreshold: readerAge,
		MemoryStorage:     true,
		Replicas:          1,
	})
	return err
}

// leave deletes the consumer. If that fails, the server deletes it after a time.
func (r *reader) leave() {
	if r.consumer == nil {
		return
	}
	ctx, cancel := context.WithTimeout(r.store.life, time.Second)
	defer cancel()
	_ = r.store.ledger.DeleteConsumer(ctx, r.consumer.CachedInfo().Name)
	r.consumer = nil
}

// take returns the record of a message. ok is false if an earlier message was lost.
func (r *reader) take(message jetstream.Msg) (record store.Record, ok bool) {
	about, err := message.Metadata()
	if err != nil || about.Sequence.Consumer != r.received+1 {
		return store.Record{}, false
	}
	r.received++
	r.after = about.Sequence.Stream
	return store.Record{
		Number: r.after,
		Topic:  untoken(strings.TrimPrefix(message.Subject(), r.subject)),
		Time:   about.Timestamp,
		Data:   message.Data(),
	}, true
}
