package jetstream_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/ocrmux/ocrmux/engine/store"
	"github.com/ocrmux/ocrmux/engine/store/jetstream"
	"github.com/ocrmux/ocrmux/engine/store/storetest"
)

// startCluster starts a cluster of three servers.
func startCluster(t *testing.T) []*external {
	t.Helper()
	var servers []*external
	for n := range 3 {
		servers = append(servers, startExternal(t, func(o *server.Options) {
			o.ServerName = fmt.Sprintf("server-%d", n)
			o.Cluster = server.ClusterOpts{Name: "test", Host: "127.0.0.1", Port: server.RANDOM_PORT}
			if n > 0 {
				o.Routes = server.RoutesFromStr("nats://" + servers[0].running.ClusterAddr().String())
			} else {
				o.Routes = server.RoutesFromStr("nats://127.0.0.1:1") // some route must be named, or it takes itself for all
			}
		}))
	}
	return servers
}

func TestStoreSurvivesTheLossOfAServerOfACluster(t *testing.T) {
	t.Parallel()
	servers := startCluster(t)
	var urls []string
	for _, e := range servers {
		urls = append(urls, e.url())
	}
	// Three servers need a moment to choose a leader, which Open waits for.
	s := mustOpen(t, jetstream.Config{URL: strings.Join(urls, ","), Replicas: 3, Timeout: 10 * time.Second})
	defer s.Close(t.Context())

	const goroutines, each = 10, 30
	var all sync.WaitGroup
	var counted, unknown atomic.Int64
	for range goroutines {
		all.Go(func() {
			for range each {
				err := storetest.Increment(t.Context(), s, "counter")
				unavailable := new(store.UnavailableError)
				switch {
				case err == nil:
					if counted.Add(1) == goroutines*each/3 {
						servers[1].stop()
					}
				case errors.As(err, &unavailable):
					unknown.Add(1)
				default:
					t.Errorf("count: %v", err)
				}
			}
		})
	}
	all.Wait()
	entry := settled(t, s, "counter")
	got, err := strconv.ParseInt(string(entry.Value), 10, 64)
	if err != nil || got < counted.Load() || got > counted.Load()+unknown.Load() {
		t.Errorf("%d (%v), where %d were counted and of %d it is not known", got, err, counted.Load(), unknown.Load())
	}
	t.Logf("%d counted, %d unknown", counted.Load(), unknown.Load())
	appended(t, s, "r")
}

// settled returns the newest entry of a key. A server may lag behind, which only a write at the revision proves.
func settled(t *testing.T, s *jetstream.Store, key string) store.Entry {
	t.Helper()
	for {
		entry := must[store.Entry](t)(s.Get(t.Context(), key))
		_, err := s.Set(t.Context(), key, entry.Value, entry.Revision)
		if err == nil {
			return entry
		}
		// A leader may still be chosen.
		if conflict, unavailable := new(store.ConflictError), new(store.UnavailableError); !errors.As(err, &conflict) && !errors.As(err, &unavailable) {
			t.Fatal(err)
		}
	}
}
