package store

import (
	"context"
	"iter"
	"time"
)

// Store is a small key-value store with compare-and-set, and an append-only ledger. It is safe for concurrent use.
//
// Keys and topics are 1 to 200 bytes of ASCII letters, digits, '-', '_', '=' and '/'. They must not begin or end with a slash or
// have two slashes in a row; otherwise the error is a *[KeyError]. Values and records have at most [MaxValueBytes]; otherwise
// the error is a *[SizeError]. The error is an *[UnavailableError] if the store cannot be reached or does not answer in time,
// and [ErrClosed] if it is closed. Every operation has a time limit, even if its ctx has none.
type Store interface {
	// Get returns the entry of a key. Revision 0 means that there is none. If several servers hold copies, the entry may be a
	// moment old; Set detects that.
	Get(ctx context.Context, key string) (Entry, error)
	// Set writes a value if the key has the given revision, 0 meaning that there is no entry, and returns the new revision.
	// Otherwise it changes nothing and returns a *[ConflictError]. After an *[UnavailableError] or the end of ctx, it is unknown
	// whether the value was written: read it again.
	Set(ctx context.Context, key string, value []byte, revision uint64) (uint64, error)
	// Delete removes a key if it has the given revision. Otherwise it returns a *[ConflictError]. It is not an error to delete a
	// key without an entry at revision 0.
	Delete(ctx context.Context, key string, revision uint64) error
	// Watch calls f for every entry under a prefix, in no particular order, and then for every change. A prefix is whole
	// segments and includes the key of that name; "" is everything. A removal is an entry of revision 0. Watch returns after f
	// was called for the present entries. A goroutine of the store calls f for the changes, one at a time, until ctx ends or the
	// store is closed. It may call f twice for a change, or only for the last of several. f may use the store but not close it.
	Watch(ctx context.Context, prefix string, f func(Entry)) error
	// Append adds a copy of record to the ledger, under a topic. It does not block. done is called exactly once, from any
	// goroutine and possibly before Append returns: with nil when the record survives the end of this process, otherwise with
	// the reason why it may not. [ErrBusy] means that the record was not written because too many wait. Records of one topic are
	// kept in the order of the calls. done must return quickly and must not close the store.
	Append(topic string, record []byte, done func(error))
	// Records returns the ledger in its order: the records of a topic, or of all topics if it is "", with a number greater than
	// after. It ends with the last record at the time of the call, or with an error. A store bounds its ledger by forgetting the
	// oldest records.
	Records(ctx context.Context, topic string, after uint64) iter.Seq2[Record, error]
	// Exclusive reports whether no other process can use this store, so that leases of others in it are abandoned.
	Exclusive() bool
	// Close waits for the records of Append until ctx ends, and releases everything. It returns an error if records were still
	// waiting.
	Close(ctx context.Context) error
}

// Entry is a key with its value, which must not be changed. The revisions of a key grow, also when it is removed and set again.
type Entry struct {
	Key      string
	Value    []byte
	Revision uint64
}

// Record of the ledger. Its data must not be changed. Numbers grow, not always by one.
type Record struct {
	Number uint64
	Topic  string
	Time   time.Time
	Data   []byte
}
