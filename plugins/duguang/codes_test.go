package main

import (
	"testing"

	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

// What each code comes to stands in testdata/failures.txtar.
func TestEveryCodeHasARow(t *testing.T) { sdktest.Listed(t, ".", codes()) }
