package jetstream_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/ocrmux/ocrmux/engine/store"
	"github.com/ocrmux/ocrmux/engine/store/jetstream"
	"github.com/ocrmux/ocrmux/engine/store/storetest"
)

// increments is how often each of several processes counts.
const increments = 2000

// TestMain also runs the processes that tests start.
func TestMain(m *testing.M) {
	roles := map[string]func(context.Context, string) error{"write": writeForEver, "count": countTo, "open": openOnce}
	role, ok := roles[os.Getenv("STORE_TEST_ROLE")]
	if !ok {
		os.Exit(m.Run())
	}
	if err := role(context.Background(), os.Getenv("STORE_TEST_AT")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func process(t *testing.T, role, at string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), "STORE_TEST_ROLE="+role, "STORE_TEST_AT="+at)
	return cmd
}

// writeForEver prints every record and value after the store has acknowledged it.
func writeForEver(ctx context.Context, dir string) error {
	s, err := jetstream.Open(ctx, jetstream.Config{Dir: dir})
	if err != nil {
		return err
	}
	go func() {
		for n, waiting := 0, make(chan struct{}, 500); ; n++ {
			waiting <- struct{}{}
			s.Append("t", []byte(strconv.Itoa(n)), func(err error) {
				if err != nil {
					panic(err) // the parent misses its output
				}
				fmt.Printf("record %d\n", n)
				<-waiting
			})
		}
	}()
	for n := 1; ; n++ {
		entry, err := s.Get(ctx, "value")
		if err != nil {
			return err
		}
		if _, err := s.Set(ctx, "value", []byte(strconv.Itoa(n)), entry.Revision); err != nil {
			return err
		}
		fmt.Printf("value %d\n", n)
	}
}

func TestStoreKeepsWhatItAcknowledgedWhenKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writer := process(t, "write", dir)
	output, err := writer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	writer.Stderr = os.Stderr
	if err := writer.Start(); err != nil {
		t.Fatal(err)
	}
	records, value := 0, 0
	for lines := bufio.NewScanner(output); lines.Scan(); {
		what, number, _ := strings.Cut(lines.Text(), " ")
		n, err := strconv.Atoi(number)
		if err != nil {
			t.Fatal(err)
		}
		if what == "record" {
			records = n + 1
		} else {
			value = n
		}
		if records > 5000 && value > 500 {
			// The rest of the pipe was acknowledged too.
			if err := writer.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Fatal(err)
			}
		}
	}
	_ = writer.Wait()
	t.Logf("killed after %d records and value %d", records, value)

	s := mustOpen(t, jetstream.Config{Dir: dir})
	defer s.Close(t.Context())
	next := 0
	for record, err := range s.Records(t.Context(), "t", 0) {
		if err != nil {
			t.Fatal(err)
		}
		if string(record.Data) != strconv.Itoa(next) {
			t.Fatalf("record %q, where %d was the next", record.Data, next)
		}
		next++
	}
	if next < records {
		t.Errorf("%d records, of %d that were acknowledged", next, records)
	}
	entry := must[store.Entry](t)(s.Get(t.Context(), "value"))
	if got, _ := strconv.Atoi(string(entry.Value)); got < value {
		t.Errorf("value %d, after %d was acknowledged", got, value)
	}
	appended(t, s, "the ledger goes on")
}

// countTo increments a key that others increment too.
func countTo(ctx context.Context, url string) error {
	s, err := jetstream.Open(ctx, jetstream.Config{URL: url})
	if err != nil {
		return err
	}
	for range increments {
		if err := storetest.Increment(ctx, s, "counter"); err != nil {
			return err
		}
	}
	return s.Close(ctx)
}

func TestStoreCountsExactlyForTwoProcesses(t *testing.T) {
	t.Parallel()
	e := startExternal(t, nil)
	var both sync.WaitGroup
	for range 2 {
		counter := process(t, "count", e.url())
		both.Go(func() {
			if output, err := counter.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, output)
			}
		})
	}
	both.Wait()
	s := mustOpen(t, jetstream.Config{URL: e.url()})
	defer s.Close(t.Context())
	if got := must[store.Entry](t)(s.Get(t.Context(), "counter")); string(got.Value) != strconv.Itoa(2*increments) {
		t.Errorf("counted %s", got.Value)
	}
}

// openOnce prints why it cannot open a folder.
func openOnce(ctx context.Context, dir string) error {
	s, err := jetstream.Open(ctx, jetstream.Config{Dir: dir})
	if err != nil {
		fmt.Print(err)
		return nil
	}
	return s.Close(ctx)
}

func TestStoreTellsASecondProcessWhoHoldsTheFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := mustOpen(t, jetstream.Config{Dir: dir})
	defer s.Close(t.Context())
	got, err := process(t, "open", dir).Output()
	want := (&jetstream.LockedError{Dir: dir, PID: os.Getpid()}).Error()
	if err != nil || string(got) != want {
		t.Errorf("%v: it said %q, not %q", err, got, want)
	}
}
