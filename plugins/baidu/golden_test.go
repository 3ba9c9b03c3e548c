package main

import (
	"testing"

	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

func TestGoldenExchanges(t *testing.T) { sdktest.Golden(t, ".") }

func TestConformance(t *testing.T) { sdktest.Conformance(t, ".") }
