package jetstream_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine/store"
	"github.com/ocrmux/ocrmux/engine/store/jetstream"
	"github.com/ocrmux/ocrmux/engine/store/storetest"
)

func TestStoreOfAServerInThisProcess(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store {
		return mustOpen(t, jetstream.Config{Dir: t.TempDir(), Timeout: time.Minute})
	})
}

func TestStoreKeepsItsStateInTheFolder(t *testing.T) {
	t.Parallel()
	cfg := jetstream.Config{Dir: t.TempDir()}
	s := mustOpen(t, cfg)
	revision := must[uint64](t)(s.Set(t.Context(), "a/b", []byte("v"), 0))
	appended(t, s, "r")
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}

	s = mustOpen(t, cfg)
	defer s.Close(t.Context())
	if got := must[store.Entry](t)(s.Get(t.Context(), "a/b")); string(got.Value) != "v" || got.Revision != revision {
		t.Errorf("%q at revision %d", got.Value, got.Revision)
	}
	records := 0
	for record, err := range s.Records(t.Context(), "t", 0) {
		if err != nil || string(record.Data) != "r" {
			t.Errorf("record %q, %v", record.Data, err)
		}
		records++
	}
	if records != 1 {
		t.Errorf("%d records", records)
	}
}

func TestStoreHoldsItsFolderAlone(t *testing.T) {
	t.Parallel()
	cfg := jetstream.Config{Dir: t.TempDir()}
	s := mustOpen(t, cfg)
	_, err := jetstream.Open(t.Context(), cfg)
	if locked := new(jetstream.LockedError); !errors.As(err, &locked) || locked.PID != os.Getpid() || locked.Dir != cfg.Dir {
		t.Errorf("a second store: %v", err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := mustOpen(t, cfg).Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestStoreForgetsTheOldestRecords(t *testing.T) {
	t.Parallel()
	s := mustOpen(t, jetstream.Config{Dir: t.TempDir(), MaxLedgerBytes: 2 << 20})
	defer s.Close(t.Context())
	for range 8 {
		appended(t, s, string(make([]byte, 500<<10)))
	}
	var numbers []uint64
	for record, err := range s.Records(t.Context(), "t", 0) {
		if err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, record.Number)
	}
	if len(numbers) != 4 || numbers[3] != 8 {
		t.Errorf("what is left of 8 records of 500 KiB in 2 MiB are %d", numbers)
	}
}

func TestStoreRefusesValuesBeyondTheBound(t *testing.T) {
	t.Parallel()
	s := mustOpen(t, jetstream.Config{Dir: t.TempDir(), MaxStateBytes: 1 << 20})
	defer s.Close(t.Context())
	var err error
	for _, key := range []string{"a", "b", "c"} {
		_, err = s.Set(t.Context(), key, make([]byte, 500<<10), 0)
	}
	if unavailable := new(store.UnavailableError); !errors.As(err, &unavailable) {
		t.Errorf("the third of 500 KiB in 1 MiB: %v", err)
	}
	if got := must[store.Entry](t)(s.Get(t.Context(), "a")); got.Revision == 0 {
		t.Error("the first one was forgotten")
	}
}

func TestStoreLogsNothingOnOrdinaryDays(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := mustOpen(t, jetstream.Config{Dir: t.TempDir(), Logger: slog.New(slog.NewTextHandler(&log, nil))})
	appended(t, s, "r")
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if log.Len() != 0 {
		t.Error(log.String())
	}
}
