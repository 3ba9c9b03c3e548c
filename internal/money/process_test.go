package money

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/ocrmux/ocrmux/engine/store/jetstream"
)

const (
	roleVariable = "MONEY_TEST_ROLE"
	atVariable   = "MONEY_TEST_AT"
)

// TestMain also runs the programs that tests start.
func TestMain(m *testing.M) {
	roles := map[string]func(ctx context.Context, at string) error{
		"many":  func(ctx context.Context, folder string) error { return spendForEver(ctx, folder, false) },
		"few":   func(ctx context.Context, folder string) error { return spendForEver(ctx, folder, true) },
		"share": spendShare,
	}
	role, ok := roles[os.Getenv(roleVariable)]
	if !ok {
		os.Exit(m.Run())
	}
	if err := role(context.Background(), os.Getenv(atVariable)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// program starts this test binary in another role.
func program(t *testing.T, role, at string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self)
	cmd.Env = append(os.Environ(), roleVariable+"="+role, atVariable+"="+at)
	return cmd
}

func shareConfig(s *jetstream.Store) Config {
	return Config{Store: s, Zone: time.UTC, Budgets: []Budget{{ScopeTenant, "t", Month, Units{Calls: 1000}}}}
}

// spendShare bills calls, many at once, until the budget refuses, and prints how many.
func spendShare(ctx context.Context, url string) error {
	s, err := jetstream.Open(ctx, jetstream.Config{URL: url})
	if err != nil {
		return err
	}
	b, err := Open(ctx, shareConfig(s))
	if err != nil {
		return err
	}
	var mu sync.Mutex
	var billed int
	var failed error
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			for {
				r, err := b.Reserve(ctx, Claim{Tenant: "t", Quote: Quote{Amount: 45_000}})
				mu.Lock()
				if err != nil {
					if !errors.As(err, new(*BudgetError)) {
						failed = err
					}
					mu.Unlock()
					return
				}
				billed++
				mu.Unlock()
				r.Settle(yes)
			}
		})
	}
	wg.Wait()
	fmt.Println(billed)
	return errors.Join(failed, b.Close(ctx), s.Close(ctx))
}

func TestBookIsNotOverspentByTwoPrograms(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts programs")
	}
	nats, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true, JetStream: true, StoreDir: t.TempDir(),
	})
	if err != nil {
		t.Fatal(err)
	}
	nats.Start()
	defer nats.WaitForShutdown()
	defer nats.Shutdown()
	if !nats.ReadyForConnections(time.Minute) {
		t.Fatal("the NATS server does not start")
	}
	url := "nats://" + nats.Addr().String()
	var billed [2]int
	var wg sync.WaitGroup
	for i := range billed {
		cmd := program(t, "share", url)
		cmd.Stderr = os.Stderr
		wg.Go(func() {
			output, err := cmd.Output()
			if err != nil {
				t.Error(err)
			}
			billed[i], _ = strconv.Atoi(strings.TrimSpace(string(output)))
		})
	}
	wg.Wait()
	s, err := jetstream.Open(t.Context(), jetstream.Config{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	b := open(t, shareConfig(s))
	last := int64(0)
	for {
		r, err := b.Reserve(t.Context(), Claim{Tenant: "t"})
		if err != nil {
			break
		}
		r.Settle(yes)
		last++
	}
	t.Logf("the programs billed %d and %d, and %d were left over", billed[0], billed[1], last)
	if sum := int64(billed[0]+billed[1]) + last; sum != 1000 || billed[0]+billed[1] < 900 {
		t.Errorf("%d of 1000 were billed: %v and then %d", sum, billed, last)
	}
	if err := b.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
