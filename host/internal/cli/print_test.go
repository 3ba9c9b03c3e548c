package cli

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/internal/message"
)

func TestRecognitionIsPrintedForPeople(t *testing.T) {
	t.Parallel()
	half, turn := 0.5, 12.5
	r := &engine.Recognition{
		Document: "cn.idcard", Side: engine.Back, Rotation: &turn, Portrait: &engine.Portrait{},
		Fields: map[string]engine.Field{
			"issuing_authority": {Value: "样本市公安局", Text: "样本市公安局", Confidence: &half, Provider: "p"},
			"valid_from":        {Value: "2010-01-01", Text: "2010.01.01", Provider: "p"},
			"valid_until":       {LongTerm: true, Text: "长期", Provider: "p"},
			"remark":            {Text: "as it is", Flags: []string{"unnormalized"}, Provider: "p"},
			"empty":             {Provider: "p"},
		},
		Signals:      map[string]engine.Signal{"copy": {State: abi.SignalStateNotChecked}, "blurred": {State: abi.SignalStateYes, VendorCode: "-9"}},
		Checks:       map[string]idcard.State{idcard.CheckValiditySpan: idcard.Pass, idcard.CheckExpired: idcard.Fail, idcard.CheckRegionKnown: idcard.NotChecked, "other": idcard.Pass},
		VendorChecks: map[string]engine.VendorCheck{"risk": {State: engine.CheckPass}},
		Extras:       map[string]string{"quality": "good"},
		Attempts: []engine.Attempt{
			{Provider: "a", Outcome: engine.Skipped, Billed: abi.BilledNo, Reason: message.Text("does not read the back side")},
			{Provider: "second", Outcome: engine.Failed, Duration: 1200 * time.Millisecond, Reason: message.New(message.FirstInRoute, "route", "default"),
				Failure: &engine.Failure{Kind: abi.FailureKindTimeout, Provider: "second", Message: message.Text("too slow")}},
			{Provider: "p", Outcome: engine.Recognized, Duration: 7 * time.Millisecond, Billed: abi.BilledYes, VendorRequestID: "R1", Reason: message.Text("next")},
		},
	}
	want := `cn.idcard, back side, rotated clockwise by 12.5°, with a portrait

issuing_authority  样本市公安局  0.50
valid_from         2010-01-01                        as read: 2010.01.01
valid_until        long-term                         as read: 长期
empty
remark             as it is            unnormalized

checks
  ✓ the validity period is one that the law defines
  ✗ the card has expired
  ✓ other: pass
  not checked: region of the number

the vendor's checks
  risk  pass

signals
  blurred  yes          vendor: -9
  copy     not checked

extras
  quality  good

attempts
  a       skipped              not billed       does not read the back side
  second  failed      1200 ms  billing unknown  first in route default; timeout: too slow
  p       recognized  7 ms     billed           next; vendor request R1
`
	var got strings.Builder
	if err := writeRecognition(&got, r); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestExitStatusFollowsTheFailure(t *testing.T) {
	t.Parallel()
	tried := []engine.Attempt{{}}
	for _, c := range []struct {
		kind     engine.FailureKind
		attempts []engine.Attempt
		want     int
	}{
		{abi.FailureKindInvalidImage, nil, StatusPicture},
		{abi.FailureKindInvalidImage, tried, StatusPicture},
		{abi.FailureKindNoDocument, tried, StatusNoDocument},
		{abi.FailureKindUnreadable, tried, StatusNoDocument},
		{abi.FailureKindInvalidRequest, nil, StatusUsage},
		{abi.FailureKindInvalidRequest, tried, StatusProviders},
		{abi.FailureKindTimeout, tried, StatusProviders},
		{abi.FailureKindUnavailable, nil, StatusProviders},
	} {
		if got := failureStatus(&engine.Error{Failure: engine.Failure{Kind: c.kind}, Attempts: c.attempts}); got != c.want {
			t.Errorf("%s after %d attempts: status %d, want %d", c.kind, len(c.attempts), got, c.want)
		}
	}
}

func TestReadAllStopsWhenItIsInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	blocked, unblock := io.Pipe()
	defer func() { _ = unblock.Close() }()
	if _, err := readAll(ctx, blocked); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
