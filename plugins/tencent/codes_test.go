package main

import (
	"testing"

	"github.com/ocrmux/ocrmux/sdk"
)

// testdata/failures.txtar says what each code must come to.
func TestCodes(t *testing.T) {
	t.Parallel()
	for code, row := range codes() {
		if row.Message == "" || row.Fault == 0 || row.Retryable && row.Billed != sdk.BilledNo {
			t.Errorf("%s does not say what happened, who can mend it, or would be paid for twice: %+v", code, row)
		}
	}
}

func TestCodesThatAreNotListed(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]sdk.FailureKind{
		"AuthFailure.SomethingNew":          sdk.Unauthenticated,
		"RequestLimitExceeded.SomethingNew": sdk.RateLimited,
		"InvalidParameter.SomethingNew":     sdk.InvalidRequest,
		"ResourceInsufficient.SomethingNew": sdk.Unavailable,
		"SomethingNew":                      sdk.ProviderError,
		"SomethingNew.InternalError":        sdk.ProviderError,
	} {
		f := failure(code, "no")
		if f.Kind != want || f.Retryable || f.Billed != sdk.BilledUnknown || f.VendorCode != code || f.VendorMessage != "no" {
			t.Errorf("%s gives %+v", code, f)
		}
	}
}
