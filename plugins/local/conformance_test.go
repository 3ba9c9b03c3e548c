package main

import (
	"testing"

	"github.com/ocrmux/ocrmux/internal/build"
	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

// The reader is a subprocess only. The models need not be there: without them it fails every call, and in a typed way.
func TestConformance(t *testing.T) {
	file, err := build.Process(t.Context(), ".", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	sdktest.ConformanceFile(t, file, ".")
}
