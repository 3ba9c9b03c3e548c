package money

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine/store/jetstream"
)

// callers is how many attempts of the killed program can be under way.
const callers = 4

func killConfig(s *jetstream.Store) Config {
	return Config{
		Store: s, Lease: 300 * time.Millisecond, Zone: time.UTC,
		Budgets: []Budget{{ScopeTenant, "t", Month, Units{Calls: 1_000_000}}, {ScopeProvider, "p", Month, Units{Amount: 1_000_000 * Micro}}},
	}
}

// spendForEver makes attempts with a vendor that bills about two of three. The vendor's book is a file. It prints a line for each attempt
// that it has settled; with few, it stops after 50, prints that the ledger has them all, and waits for its end.
func spendForEver(ctx context.Context, folder string, few bool) error {
	s, err := jetstream.Open(ctx, jetstream.Config{Dir: filepath.Join(folder, "store")})
	if err != nil {
		return err
	}
	vendor, err := os.OpenFile(filepath.Join(folder, "vendor"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	b, err := Open(ctx, killConfig(s))
	if err != nil {
		return err
	}
	before, _, err := attempts(ctx, b)
	if err != nil {
		return err
	}
	var wg sync.WaitGroup
	problems := make(chan error, callers)
	for caller := range callers {
		wg.Go(func() {
			for i := caller; !few || i < 50; i += callers {
				if err := attempt(ctx, b, vendor); err != nil {
					problems <- err
					return
				}
				fmt.Println("settled")
			}
		})
	}
	done := make(chan struct{})
	go func() {
		wg.Wait()
		close(done)
	}()
	select {
	case err := <-problems:
		return err
	case <-done:
	}
	for { // the ledger has the settlements in the end
		all, open, err := attempts(ctx, b)
		if err != nil {
			return err
		}
		if all == before+50 && open == 0 {
			break
		}
	}
	fmt.Println("all written")
	<-ctx.Done()
	return nil
}

// attempts are all that the ledger has, and those without an end.
func attempts(ctx context.Context, b *Book) (all, open int64, err error) {
	u, err := b.Usage(ctx, Query{})
	if err != nil {
		return 0, 0, err
	}
	for _, row := range u.Rows {
		all, open = all+row.Attempts, open+row.Open
	}
	return all, open, nil
}

func attempt(ctx context.Context, b *Book, vendor *os.File) error {
	r, err := b.Reserve(ctx, Claim{Provider: "p", Tenant: "t", Quote: Quote{Amount: 45_000}, Until: time.Now().Add(time.Minute)})
	if err != nil {
		return err
	}
	if r.Wait(ctx) != nil {
		r.Settle(no)
		return nil
	}
	if rand.IntN(3) == 0 {
		r.Settle(no)
		return nil
	}
	if _, err := vendor.WriteString("billed\n"); err != nil {
		return err
	}
	r.Settle(yes)
	return nil
}

// kill starts the program, lets it print until enough is true, and kills it.
func kill(t *testing.T, folder, role string, enough func(line string) bool) {
	t.Helper()
	cmd := program(t, role, folder)
	cmd.Stderr = os.Stderr
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	reached := false
	for lines := bufio.NewScanner(output); !reached && lines.Scan(); {
		reached = enough(lines.Text())
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // says that it was killed
	if !reached {
		t.Fatal("the program ended by itself")
	}
}

// accounts opens the book after a kill, and returns what it knows and how many attempts the vendor billed.
func accounts(t *testing.T, folder string) (budgets []BudgetStatus, vendor int64) {
	t.Helper()
	s, err := jetstream.Open(t.Context(), jetstream.Config{Dir: filepath.Join(folder, "store")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	b, err := Open(t.Context(), killConfig(s))
	if err != nil {
		t.Fatal(err)
	}
	budgets = b.Snapshot()
	if err := b.Close(t.Context()); err != nil {
		t.Error(err)
	}
	data, err := os.ReadFile(filepath.Join(folder, "vendor"))
	if err != nil {
		t.Fatal(err)
	}
	return budgets, int64(strings.Count(string(data), "\n"))
}

func TestBookForgetsNothingWhenItsProgramIsKilled(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts and kills programs")
	}
	folder := t.TempDir()
	const kills = 5
	for i := range int64(kills) {
		left := 100 + rand.IntN(300)
		kill(t, folder, "many", func(string) bool { left--; return left == 0 })
		budgets, vendor := accounts(t, folder)
		for _, a := range budgets {
			known := a.Spent.plus(a.Unknown)
			if known.Calls < vendor || known.Calls > vendor+(i+1)*callers || a.Spent.Calls > vendor || a.Held != (Units{}) {
				t.Errorf("after %d kills the vendor has billed %d, and the budget of a %s is %+v", i+1, vendor, a.Scope, a)
			}
			if known.Amount != Amount(known.Calls)*45_000 {
				t.Errorf("%d calls are said to have cost %s", known.Calls, known.Amount)
			}
		}
	}
}

func TestBookIsExactAfterAKillIfTheLedgerHadEverySettlement(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts and kills programs")
	}
	folder := t.TempDir()
	for range 2 {
		kill(t, folder, "few", func(line string) bool { return line == "all written" })
		budgets, vendor := accounts(t, folder)
		for _, a := range budgets {
			if a.Spent != (Units{Amount(vendor) * 45_000, vendor}) || a.Unknown != (Units{}) || a.Held != (Units{}) {
				t.Errorf("the vendor has billed %d, and the budget of a %s is %+v", vendor, a.Scope, a)
			}
		}
	}
}
