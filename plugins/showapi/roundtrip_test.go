package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/sdk"
	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

func posted(form string, header ...string) *http.Request {
	r := httptest.NewRequest("POST", "/ocrIdCard", strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	r.Header.Set("Authorization", "APPCODE 83359fd73fe94948385f570e3c139105")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func trip(form string, fields sdktest.Loss) sdktest.Trip {
	return sdktest.Trip{
		Provider: provider{},
		Request:  func() *http.Request { return posted(form) },
		Doc:      "../../docs/vendors.md",
		Failures: map[sdk.FailureKind]sdk.FailureKind{
			sdk.InvalidRequest:  sdk.InvalidImage,
			sdk.Unauthenticated: sdk.Unavailable, sdk.PermissionDenied: sdk.Unavailable, sdk.QuotaExhausted: sdk.Unavailable,
			sdk.ProviderError: sdk.Unavailable, sdk.Internal: sdk.Unavailable, sdk.Timeout: sdk.OutcomeUnknown,
		},
		Losses: []sdktest.Loss{
			{Says: "that nobody knows whether a call was billed: it reads as not billed", Apply: func(r *sdktest.Result) {
				if r.Billed == sdk.BilledUnknown {
					r.Billed = sdk.BilledNo
				}
			}},
			{Says: "a card without any field of the portrait side: it comes back as `no_document`", Apply: func(r *sdktest.Result) {
				if !r.Has(sdk.FrontFields()...) {
					*r = sdktest.Fails(sdk.NoDocument, r.Billed)
				}
			}},
			{Says: "a card whose number was not read: `flag` is false, and it comes back as `unreadable`", Apply: func(r *sdktest.Result) {
				if !r.Has(sdk.IDNumber) {
					*r = sdktest.Fails(sdk.Unreadable, r.Billed)
				}
			}},
			fields,
			{Says: "doubts (`uncertain`)", Apply: func(r *sdktest.Result) { r.Unflag(sdk.Uncertain) }},
			{Says: "signals and checks", Apply: func(r *sdktest.Result) { r.Signals, r.Checks = nil, nil }},
			{Says: "portrait and rotation", Apply: func(r *sdktest.Result) { r.Portrait, r.Rotation = nil, nil }},
		},
	}
}

func everything() sdktest.Trip {
	return trip("imgData=AAAA&need_more_info=1", sdktest.Loss{
		Says: "fields of the emblem side beside those of the portrait side", Apply: func(r *sdktest.Result) {
			r.Keep(sdk.FrontFields()...)
			r.Side = sdk.Front
		},
	})
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	t.Run("with more information", func(t *testing.T) { sdktest.RoundTrip(t, everything()) })
	t.Run("with the number only", func(t *testing.T) {
		sdktest.RoundTrip(t, trip("imgData=AAAA", sdktest.Loss{
			Says: "all but the number, unless `need_more_info` asks for it", Apply: func(r *sdktest.Result) {
				r.Keep(sdk.IDNumber)
				r.Side = sdk.Front
			},
		}))
	})
}

func FuzzRoundTrip(f *testing.F) { sdktest.FuzzRoundTrip(f, everything()) }
