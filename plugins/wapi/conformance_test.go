package main

import (
	"testing"

	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

func TestConformance(t *testing.T) { sdktest.Conformance(t, ".") }
