package adapter

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
)

func TestAnAnswerWithoutFormIsJudgedByItsStatus(t *testing.T) {
	type verdict struct {
		Kind      abi.FailureKind
		Retryable bool
		Billed    abi.Billed
		Fault     abi.Fault
	}
	for status, want := range map[uint32]verdict{
		200: {abi.FailureKindProviderError, false, abi.BilledUnknown, abi.FaultVendor},
		401: {abi.FailureKindPermissionDenied, false, abi.BilledNo, abi.FaultOperator},
		403: {abi.FailureKindPermissionDenied, false, abi.BilledNo, abi.FaultOperator},
		404: {abi.FailureKindProviderError, false, abi.BilledNo, abi.FaultOperator},
		429: {abi.FailureKindRateLimited, true, abi.BilledNo, abi.FaultOperator},
		502: {abi.FailureKindOutcomeUnknown, false, abi.BilledUnknown, abi.FaultVendor},
		503: {abi.FailureKindUnavailable, true, abi.BilledNo, abi.FaultVendor},
		504: {abi.FailureKindOutcomeUnknown, false, abi.BilledUnknown, abi.FaultVendor},
	} {
		r := &abi.Response{Status: status, Format: abi.BodyFormatText, Headers: []abi.Header{{Name: "retry-after", Value: " 7 "}}}
		f := NoAnswer(r, "code")
		if diff := cmp.Diff(want, verdict{f.Kind, f.Retryable, f.Billed, f.Fault}); diff != "" || !f.FailOver || f.RetryAfterMs != 7000 {
			t.Errorf("%d: %+v\n%s", status, f, diff)
		}
		if !strings.HasSuffix(f.Message, "has no code") || !strings.Contains(f.Message, "(text, status ") {
			t.Errorf("%d says %q", status, f.Message)
		}
	}
}

func TestWhatIsSignedIsShownWithoutSecretsAndPictures(t *testing.T) {
	body := abi.Value{Parts: []abi.Part{{Body: new(abi.BodyBytes)}}}
	toSign := &abi.Value{Parts: []abi.Part{
		{Literal: []byte("POST\n")},
		{Digest: &abi.Digest{Algorithm: abi.AlgorithmMD5, Data: &body}},
		{Literal: []byte("\n")},
		{Digest: &abi.Digest{Algorithm: abi.AlgorithmSHA256, Data: new(abi.Value)}},
		{Literal: []byte("\nkey:")},
		{Secret: "app_key"},
		{Literal: []byte("/p?a&img=")},
		{Blob: new(abi.Blob)},
		{Literal: []byte("&u=https://a/?t=ok&v=token&z=1")},
	}}
	want := "POST#{md5 of the body}#{sha256}#key:***/p?a&img={picture}&u={15 bytes}&v={5 bytes}&z=1"
	if diff := cmp.Diff(want, Shown(toSign)); diff != "" {
		t.Error(diff)
	}
}

func TestLongWordsAreCut(t *testing.T) {
	got := Abridge(strings.Repeat("样", 1000))
	if len(got) > maxMessage+len("…") || !strings.HasSuffix(got, "样…") {
		t.Errorf("%d bytes", len(got))
	}
}
