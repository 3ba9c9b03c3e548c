package main

import (
	"testing"

	"github.com/ocrmux/ocrmux/internal/plugintest"
	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

// The reader is a subprocess only. It also conforms without models: then every call fails with a kind.
func TestConformance(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the provider with a C compiler; the other tests call it directly")
	}
	t.Parallel()
	sdktest.ConformanceFile(t, plugintest.Process(t, ".", t.TempDir()), ".")
}
