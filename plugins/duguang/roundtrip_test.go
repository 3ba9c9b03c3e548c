package main

import (
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/sdk"
	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

func posted(body string, header ...string) *http.Request {
	r := httptest.NewRequest("POST", "/ocrservice/idcard", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json; charset=UTF-8")
	r.Header.Set("Authorization", "APPCODE 83359fd73fe94948385f570e3c139105")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func trip(body string, portrait sdktest.Loss) sdktest.Trip {
	return sdktest.Trip{
		Provider: provider{},
		Request:  func() *http.Request { return posted(body) },
		Doc:      "../../docs/vendors.md",
		Failures: map[sdk.FailureKind]sdk.FailureKind{
			sdk.Unauthenticated: sdk.Unavailable, sdk.PermissionDenied: sdk.Unavailable, sdk.QuotaExhausted: sdk.Unavailable,
			sdk.ProviderError: sdk.Unavailable, sdk.Internal: sdk.Unavailable, sdk.Timeout: sdk.OutcomeUnknown,
		},
		Losses: []sdktest.Loss{
			{Says: "a card without any field of the portrait side: it comes back as `no_document`", Apply: func(r *sdktest.Result) {
				if !r.Has(sdk.FrontFields()...) {
					*r = sdktest.Fails(sdk.NoDocument, sdk.BilledNo)
				}
			}},
			{Says: "fields of the emblem side beside those of the portrait side", Apply: func(r *sdktest.Result) {
				r.Keep(sdk.FrontFields()...)
				r.Side = sdk.Front
			}},
			{Says: "doubts (`uncertain`)", Apply: func(r *sdktest.Result) { r.Unflag(sdk.Uncertain) }},
			{Says: "signals and checks", Apply: func(r *sdktest.Result) { r.Signals, r.Checks = nil, nil }},
			{Says: "fractions of a degree", Apply: func(r *sdktest.Result) {
				if r.Rotation != nil {
					whole := math.Mod(math.Round(*r.Rotation), 360)
					r.Rotation = &whole
				}
			}},
			{Says: "that a call was not billed", Apply: func(r *sdktest.Result) { r.Billed = sdk.BilledYes }},
			portrait,
		},
	}
}

func withFigure() sdktest.Trip {
	return trip(`{"img": "AAAA", "figure": true}`, sdktest.Loss{
		Says: "the portrait's shape: an upright box of whole pixels comes back", Apply: func(r *sdktest.Result) {
			if p := r.Portrait; p != nil {
				left, right := math.Floor(min(p[0], p[2], p[4], p[6])), math.Ceil(max(p[0], p[2], p[4], p[6]))
				top, bottom := math.Floor(min(p[1], p[3], p[5], p[7])), math.Ceil(max(p[1], p[3], p[5], p[7]))
				r.Portrait = []float64{left, top, right, top, right, bottom, left, bottom}
			}
		},
	})
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	t.Run("with figure", func(t *testing.T) { sdktest.RoundTrip(t, withFigure()) })
	t.Run("without figure", func(t *testing.T) {
		sdktest.RoundTrip(t, trip(`{"img": "AAAA"}`, sdktest.Loss{
			Says: "the portrait, unless `figure` asks for it", Apply: func(r *sdktest.Result) { r.Portrait = nil },
		}))
	})
}

func FuzzRoundTrip(f *testing.F) { sdktest.FuzzRoundTrip(f, withFigure()) }
