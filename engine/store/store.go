package store

import (
	"context"
	"iter"
	"time"
)

// Store is a small key-value store with compare-and-set, and an append-only ledger. It is safe for concurrent use.
//
// Keys and topics are 1 to 200 bytes of ASCII letters, digits, '-', '_', '=' and '/', with neither an empty segment between
// slashes nor one at the ends; any other is a *[KeyError]. A value or a record has at most [MaxValueBytes], or fails with a
// *[SizeError]. A store that cannot be reached or does not answer in time is an *[UnavailableError], and one that was
// closed [ErrClosed]. No operation waits for ever, not even without a deadline in its ctx.
type Store interface {
	// Get gives what stands under a key. An entry of revision 0 means that nothing does. What it gives may be a moment old
	// where several servers hold copies: Set finds that out.
	Get(ctx context.Context, key string) (Entry, error)
	// Set writes a value if the key still has the revision, 0 meaning that nothing stands there, and gives the new
	// revision. Otherwise it changes nothing and fails with a *[ConflictError]. After an *[UnavailableError] or the end of ctx
	// it may have been written or not: read it again.
	Set(ctx context.Context, key string, value []byte, revision uint64) (uint64, error)
	// Delete removes a key if it still has the revision, and fails with a *[ConflictError] if not. Removing at revision 0
	// what is not there is no failure.
	Delete(ctx context.Context, key string, revision uint64) error
	// Watch calls f for everything under a prefix (whole segments, the key of that very name included; "" is everything), in
	// no particular order, and from then on for every change, a removal being an entry of revision 0. It returns when all
	// that was there has been told; changes come from a goroutine of the store's, one at a time, until ctx ends or the store
	// is closed. A change may be told twice, or only the last of several. f may use the store, but not close it.
	Watch(ctx context.Context, prefix string, f func(Entry)) error
	// Append adds a copy of record to the ledger, under a topic. It does not block: done is called exactly once, from any
	// goroutine and possibly before Append returns, when the record survives the end of this process, or with the reason why it
	// may not; [ErrBusy] is one, for sure not written: more records wait than the store holds. Records of one topic are kept in
	// the order of the calls. done must be quick, and must not close the store.
	Append(topic string, record []byte, done func(error))
	// Records reads the ledger in its order: all records of a topic, or of every topic if it is "", with a number greater than after.
	// It ends with the last one that was there when it began, or with an error. A store bounds its ledger by forgetting the
	// oldest records.
	Records(ctx context.Context, topic string, after uint64) iter.Seq2[Record, error]
	// Exclusive reports whether no other process can be using this store, so that whatever another one holds in it is abandoned.
	Exclusive() bool
	// Close waits for what Append was given, until ctx ends, and releases everything. It fails if records were still waiting.
	Close(ctx context.Context) error
}

// Entry is a key with its value, which is only to be read. Revisions of a key only grow, over its removal too.
type Entry struct {
	Key      string
	Value    []byte
	Revision uint64
}

// Record of the ledger; its data is only to be read. Numbers grow, not always by one.
type Record struct {
	Number uint64
	Topic  string
	Time   time.Time
	Data   []byte
}
