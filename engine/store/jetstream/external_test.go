package jetstream_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/ocrmux/ocrmux/engine/store"
	"github.com/ocrmux/ocrmux/engine/store/jetstream"
	"github.com/ocrmux/ocrmux/engine/store/storetest"
)

// external is a NATS server at a port of the loopback interface, which can be stopped and started on the same files.
type external struct {
	options server.Options
	running *server.Server
}

func startExternal(t testing.TB, change func(*server.Options)) *external {
	t.Helper()
	e := &external{options: server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true, JetStream: true, StoreDir: t.TempDir(),
	}}
	if change != nil {
		change(&e.options)
	}
	e.start(t)
	t.Cleanup(e.stop)
	return e
}

func (e *external) start(t testing.TB) {
	t.Helper()
	options := e.options
	running, err := server.NewServer(&options)
	if err != nil {
		t.Fatal(err)
	}
	running.Start()
	if !running.ReadyForConnections(time.Minute) {
		t.Fatal("the NATS server does not start")
	}
	e.running = running
	_, port, _ := strings.Cut(running.Addr().String(), ":")
	e.options.Port, _ = strconv.Atoi(port)
}

func (e *external) stop() {
	e.running.Shutdown()
	e.running.WaitForShutdown()
}

func (e *external) url() string { return "nats://127.0.0.1:" + strconv.Itoa(e.options.Port) }

// withServer is a store that also stops its external server when it is closed.
type withServer struct {
	*jetstream.Store
	server *external
}

func (s withServer) Close(ctx context.Context) error {
	defer s.server.stop()
	return s.Store.Close(ctx)
}

func TestStoreOfAnExternalServer(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store {
		e := startExternal(t, nil)
		return withServer{mustOpen(t, jetstream.Config{URL: e.url(), Timeout: time.Minute}), e}
	})
}

func TestStoreIsExclusiveOnlyInThisProcess(t *testing.T) {
	t.Parallel()
	e := startExternal(t, nil)
	inner, outer := mustOpen(t, jetstream.Config{Dir: t.TempDir()}), mustOpen(t, jetstream.Config{URL: e.url()})
	defer inner.Close(t.Context())
	defer outer.Close(t.Context())
	if !inner.Exclusive() || outer.Exclusive() {
		t.Errorf("in this process %v, external %v", inner.Exclusive(), outer.Exclusive())
	}
}

func TestStoreWatchesWhatAnotherProgramWrites(t *testing.T) {
	t.Parallel()
	e := startExternal(t, nil)
	one, two := mustOpen(t, jetstream.Config{URL: e.url()}), mustOpen(t, jetstream.Config{URL: e.url()})
	defer one.Close(t.Context())
	defer two.Close(t.Context())
	told := make(chan store.Entry, 8)
	if err := one.Watch(t.Context(), "parked", func(e store.Entry) { told <- e }); err != nil {
		t.Fatal(err)
	}
	revision, err := two.Set(t.Context(), "parked/jumdata", []byte("until noon"), 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := <-told; got.Revision != revision || string(got.Value) != "until noon" {
		t.Errorf("told %q at revision %d", got.Value, got.Revision)
	}
}

func TestStoreOfAnotherNameIsAnotherState(t *testing.T) {
	t.Parallel()
	e := startExternal(t, nil)
	one, two := mustOpen(t, jetstream.Config{URL: e.url(), Name: "one"}), mustOpen(t, jetstream.Config{URL: e.url(), Name: "two"})
	defer one.Close(t.Context())
	defer two.Close(t.Context())
	if _, err := one.Set(t.Context(), "k", nil, 0); err != nil {
		t.Fatal(err)
	}
	if got, err := two.Get(t.Context(), "k"); err != nil || got.Revision != 0 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestStoreSurvivesARestartOfItsServer(t *testing.T) {
	t.Parallel()
	e := startExternal(t, nil)
	s := mustOpen(t, jetstream.Config{URL: e.url(), Timeout: 20 * time.Second})
	defer s.Close(t.Context())
	told := make(chan store.Entry, 64)
	if err := s.Watch(t.Context(), "", func(e store.Entry) { told <- e }); err != nil {
		t.Fatal(err)
	}
	kept := must[uint64](t)(s.Set(t.Context(), "kept", []byte("1"), 0))
	gone := must[uint64](t)(s.Set(t.Context(), "gone", []byte("1"), 0))
	appended(t, s, "before")
	if got := []string{(<-told).Key, (<-told).Key}; got[0] != "kept" || got[1] != "gone" {
		t.Errorf("told of %q", got)
	}

	e.stop()
	e.start(t)
	// Another program writes first, so the watch must find out what it missed.
	other := mustOpen(t, jetstream.Config{URL: e.url()})
	defer other.Close(t.Context())
	kept = must[uint64](t)(other.Set(t.Context(), "kept", []byte("2"), kept))
	if err := other.Delete(t.Context(), "gone", gone); err != nil {
		t.Fatal(err)
	}

	missed := map[string]uint64{"kept": kept, "gone": 0}
	for len(missed) > 0 {
		if got := <-told; missed[got.Key] == got.Revision {
			delete(missed, got.Key)
		}
	}
	if got := must[store.Entry](t)(s.Get(t.Context(), "kept")); string(got.Value) != "2" {
		t.Errorf("kept is %q", got.Value)
	}
	revision := must[uint64](t)(s.Set(t.Context(), "after", nil, 0))
	for got := range told {
		if got.Key == "after" && got.Revision == revision {
			break
		}
	}
	appended(t, s, "after")
	var records []string
	for record, err := range s.Records(t.Context(), "t", 0) {
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, string(record.Data))
	}
	if got := strings.Join(records, " "); got != "before after" {
		t.Errorf("records %q", got)
	}
}

func TestStoreFailsInTimeWithoutItsServer(t *testing.T) {
	e := startExternal(t, nil)
	s := mustOpen(t, jetstream.Config{URL: e.url(), Timeout: 3 * time.Second}) // enough to open on a busy machine
	defer s.Close(t.Context())
	e.stop()
	var side sync.WaitGroup
	for name, operation := range map[string]func() error{
		"get":    func() error { _, err := s.Get(t.Context(), "k"); return err },
		"set":    func() error { _, err := s.Set(t.Context(), "k", nil, 0); return err },
		"update": func() error { _, err := s.Set(t.Context(), "k", nil, 3); return err },
		"delete": func() error { return s.Delete(t.Context(), "k", 3) },
		"watch":  func() error { return s.Watch(t.Context(), "", func(store.Entry) {}) },
		"records": func() (last error) {
			for _, err := range s.Records(t.Context(), "t", 0) {
				last = err
			}
			return last
		},
		"append": func() error {
			done := make(chan error, 1)
			s.Append("t", nil, func(err error) { done <- err })
			return <-done
		},
	} {
		side.Go(func() {
			err := operation()
			if unavailable := new(store.UnavailableError); !errors.As(err, &unavailable) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	side.Wait()
}

// unanswered returns a store whose records are never acknowledged.
func unanswered(t *testing.T) *jetstream.Store {
	t.Helper()
	e := startExternal(t, nil)
	s := mustOpen(t, jetstream.Config{URL: e.url(), Timeout: time.Hour})
	conn := must[*nats.Conn](t)(nats.Connect(e.url()))
	t.Cleanup(conn.Close)
	must[*nats.Msg](t)(conn.Request("$JS.API.STREAM.DELETE.ocrmux-ledger", nil, time.Minute))
	must[*nats.Subscription](t)(conn.Subscribe("ocrmux.ledger.>", func(*nats.Msg) {}))
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStoreBoundsWhatWaitsToBeAcknowledged(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ bytes, fit int }{
		"records": {1, jetstream.MaxWaiting},
		"bytes":   {store.MaxValueBytes, jetstream.MaxWaitingBytes / store.MaxValueBytes},
	} {
		t.Run(name, func(t *testing.T) {
			s := unanswered(t)
			ends := make(chan error, c.fit)
			for range c.fit {
				s.Append("t", make([]byte, c.bytes), func(err error) { ends <- err })
			}
			if len(ends) != 0 {
				t.Errorf("%d of those that fit ended with %v", len(ends), <-ends)
			}
			refused := make(chan error, 1)
			s.Append("t", []byte("one more"), func(err error) { refused <- err })
			if len(refused) != 1 || !errors.Is(<-refused, store.ErrBusy) {
				t.Error("one more was not refused at once")
			}

			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if err := s.Close(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("close: %v", err)
			}
			for range c.fit {
				if err := <-ends; !errors.Is(err, store.ErrClosed) {
					t.Fatalf("a record that nobody acknowledged ended with %v", err)
				}
			}
		})
	}
}
