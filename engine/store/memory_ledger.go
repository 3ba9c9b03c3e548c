package store

import (
	"context"
	"iter"
	"slices"
	"sort"
)

// recordOverhead is about what a record takes in memory in addition to its data and its topic.
const recordOverhead = 96

// memoryLedger only appends to records and cuts off their front, so that the records of one moment can be read without the
// lock.
type memoryLedger struct {
	last    uint64
	bytes   int
	records []Record
}

func (l *memoryLedger) add(record Record, limit int) {
	l.last++
	record.Number = l.last
	l.records = append(l.records, record)
	l.bytes += weight(record)
	for l.bytes > limit && len(l.records) > 1 {
		l.bytes -= weight(l.records[0])
		l.records = l.records[1:]
	}
}

func weight(r Record) int { return recordOverhead + len(r.Topic) + len(r.Data) }

// Records implements [Store].
func (m *Memory) Records(ctx context.Context, topic string, after uint64) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		records, err := m.snapshot(ctx, topic)
		if err != nil {
			yield(Record{}, err)
			return
		}
		first := sort.Search(len(records), func(i int) bool { return records[i].Number > after })
		for _, record := range records[first:] {
			if err := ctx.Err(); err != nil {
				yield(Record{}, err)
				return
			}
			if topic != "" && record.Topic != topic {
				continue
			}
			if !yield(record, nil) {
				return
			}
		}
	}
}

func (m *Memory) snapshot(ctx context.Context, topic string) ([]Record, error) {
	if err := CheckPrefix(topic); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.usable(ctx); err != nil {
		return nil, err
	}
	return slices.Clip(m.ledger.records), nil
}
