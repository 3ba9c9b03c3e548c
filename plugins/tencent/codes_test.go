package main

import (
	"testing"

	"github.com/ocrmux/ocrmux/sdk"
	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

func refused(t *testing.T, code string) *sdk.Fail {
	body := `{"Response": {"Error": {"Code": "` + code + `", "Message": "no"}, "RequestId": "r-1"}}`
	return provider{}.Response(nil, sdktest.Answer(t, 200, nil, body)).Fail
}

func TestEveryCode(t *testing.T) {
	for code, want := range codes() {
		f := refused(t, code)
		if f == nil || f.Kind != want.Kind || f.VendorCode != code || f.VendorMessage != "no" || f.VendorRequestID != "r-1" {
			t.Errorf("%s gives %+v", code, f)
		}
		if want.Message == "" || want.Fault == 0 || want.Retryable && want.Billed != sdk.BilledNo {
			t.Errorf("%s does not say what happened, who can mend it, or would be paid for twice: %+v", code, want)
		}
	}
}

func TestCodesThatTheTableDoesNotList(t *testing.T) {
	for code, want := range map[string]sdk.FailureKind{
		"AuthFailure.SomethingNew":          sdk.Unauthenticated,
		"RequestLimitExceeded.SomethingNew": sdk.RateLimited,
		"InvalidParameter.SomethingNew":     sdk.InvalidRequest,
		"ResourceInsufficient.SomethingNew": sdk.Unavailable,
		"SomethingNew":                      sdk.ProviderError,
		"SomethingNew.InternalError":        sdk.ProviderError,
	} {
		if f := refused(t, code); f == nil || f.Kind != want || f.Retryable || f.Billed != sdk.BilledUnknown || f.VendorCode != code || f.Message == "" {
			t.Errorf("%s gives %+v", code, f)
		}
	}
}
