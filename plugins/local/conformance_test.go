package main

import (
	"testing"

	"github.com/ocrmux/ocrmux/internal/plugintest"
	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

// The reader is a subprocess only. The models need not be there: without them it fails every call, and in a typed way.
func TestConformance(t *testing.T) {
	sdktest.ConformanceFile(t, plugintest.Process(t, ".", t.TempDir()), ".")
}
