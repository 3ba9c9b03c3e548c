package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/internal/build"
	"github.com/ocrmux/ocrmux/plugins/local/internal/card"
	"github.com/ocrmux/ocrmux/plugins/local/internal/modelset"
	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
	"github.com/ocrmux/ocrmux/plugins/local/internal/reader"
	"github.com/ocrmux/ocrmux/sdk"
)

func TestManifest(t *testing.T) {
	t.Parallel()
	_, d, err := build.Manifest(".")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{card.Name, card.Sex, card.Ethnicity, card.BirthDate, card.Address, card.IDNumber, card.IssuingAuthority, card.ValidFrom, card.ValidUntil}
	if diff := cmp.Diff(want, d.Documents[0].Fields); diff != "" {
		t.Errorf("fields (-reader +manifest):\n%s", diff)
	}
	if len(d.Hosts) != 0 || len(d.Secrets) != 0 {
		t.Error("the local reader must have no hosts and no secrets")
	}
	if side := int(d.Images.MaxSide); side*side > reader.MaxPixels {
		t.Errorf("a square of side %d has more pixels than the reader decodes", side)
	}
}

func TestDone(t *testing.T) {
	t.Parallel()
	box := raster.Quad{{X: 1, Y: 2}, {X: 3, Y: 2}, {X: 3, Y: 4}, {X: 1, Y: 4}}
	d := done(&card.Card{
		Side: card.Front, Rotation: 90.5, Portrait: &box,
		Fields: []card.Field{{Name: card.Sex, Text: "女", Confidence: 0.75, Quad: box, Flags: []string{card.FromNumber, card.Uncertain}}},
	})
	rotation, confidence := 90.5, 0.75
	points := &sdk.Polygon{Points: []float64{1, 2, 3, 2, 3, 4, 1, 4}}
	want := &sdk.Done{
		Side: sdk.Front, Rotation: &rotation, Portrait: points, Billed: sdk.BilledNo,
		Fields: []sdk.Field{{Name: "sex", Text: "女", Confidence: &confidence, Polygon: points, Flags: []string{"from_number", "uncertain"}}},
	}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestFailure(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		err   error
		kind  sdk.FailureKind
		fault sdk.Fault
	}{
		{"a picture of something else", card.ErrNotCard, sdk.NoDocument, sdk.CallerFault},
		{"bytes that are not a picture", raster.ErrFormat, sdk.InvalidImage, sdk.CallerFault},
		{"a picture of too many pixels", raster.ErrTooLarge, sdk.InvalidImage, sdk.CallerFault},
		{"a call that takes too long", context.DeadlineExceeded, sdk.Timeout, sdk.OperatorFault},
		{"anything else", errors.New("a fault in the runtime"), sdk.Internal, sdk.OperatorFault},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := failure(fmt.Errorf("read: %w", test.err))
			if f.Kind != test.kind || f.Fault != test.fault || f.Billed != sdk.BilledNo || !f.FailOver {
				t.Errorf("got %+v", f)
			}
		})
	}
}

func TestOpenWithoutModelsNamesTheCommandThatFetchesThem(t *testing.T) {
	t.Parallel()
	p := &provider{}
	for range 2 { // an error is not kept, so no restart is needed after fetching the models
		_, err := p.open(settings{models: t.TempDir()})
		if !errors.Is(err, modelset.ErrMissing) || !strings.Contains(err.Error(), "go run ./plugins/local/cmd/fetch -out ") {
			t.Fatalf("error is %v", err)
		}
	}
}
