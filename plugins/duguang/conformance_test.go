package main

import (
	"testing"

	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

func TestConformance(t *testing.T) { sdktest.Conformance(t, ".") }

// testdata/failures.txtar says what each code must come to.
func TestEveryCodeHasARow(t *testing.T) { sdktest.Listed(t, ".", codes()) }
