package jetstream_test

import (
	"testing"

	"github.com/ocrmux/ocrmux/engine/store"
	"github.com/ocrmux/ocrmux/engine/store/jetstream"
	"github.com/ocrmux/ocrmux/engine/store/storetest"
)

func mustOpen(t testing.TB, cfg jetstream.Config) *jetstream.Store {
	t.Helper()
	s, err := jetstream.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestAServerInThisProcessIsAStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store { return mustOpen(t, jetstream.Config{Dir: t.TempDir()}) })
}
