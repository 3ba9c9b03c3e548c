package main

import (
	"testing"

	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

func TestGoldenExchanges(t *testing.T) { sdktest.Golden(t, ".") }
