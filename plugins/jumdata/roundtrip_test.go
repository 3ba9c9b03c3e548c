package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/sdk"
	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

func posted(form url.Values) *http.Request {
	r := httptest.NewRequest("POST", "/ocr/idcard-v1", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func trip() sdktest.Trip {
	return sdktest.Trip{
		Provider: provider{},
		Request: func() *http.Request {
			return posted(url.Values{"appId": {"demo"}, "timestamp": {"1555378976238"}, "sign": {"x"}, "base64": {"AAAA"}})
		},
		Doc: "../../docs/vendors.md",
		Failures: map[sdk.FailureKind]sdk.FailureKind{
			sdk.Unauthenticated: sdk.Unavailable, sdk.PermissionDenied: sdk.Unavailable, sdk.QuotaExhausted: sdk.Unavailable,
			sdk.OutcomeUnknown: sdk.Timeout, sdk.Internal: sdk.ProviderError,
		},
		Losses: []sdktest.Loss{
			{Says: "that nobody knows whether a call was billed: it reads as not billed", Apply: func(r *sdktest.Result) {
				if r.Billed == sdk.BilledUnknown {
					r.Billed = sdk.BilledNo
				}
			}},
			{Says: "a birth date that could not be normalised", Apply: func(r *sdktest.Result) {
				if r.Has(sdk.FrontFields()...) && r.Fields[sdk.BirthDate].Value == "" {
					delete(r.Fields, sdk.BirthDate)
				}
			}},
			{Says: "one end of the validity without the other", Apply: func(r *sdktest.Result) {
				from, until := r.Fields[sdk.ValidFrom], r.Fields[sdk.ValidUntil]
				if from.Value == "" || until.Value == "" && !until.LongTerm {
					delete(r.Fields, sdk.ValidFrom)
					delete(r.Fields, sdk.ValidUntil)
				}
			}},
			{Says: "fields of the emblem side beside those of the portrait side", Apply: func(r *sdktest.Result) {
				if r.Side == 0 {
					r.Keep(sdk.FrontFields()...)
					r.Side = sdk.Front
				}
			}},
			{Says: "a card none of whose fields is free of doubt, 民族 not counted: it comes back as `no_document`", Apply: func(r *sdktest.Result) {
				sure := 0
				for name, f := range r.Fields {
					if name != sdk.Ethnicity && !slices.Contains(f.Flags, sdk.Uncertain) {
						sure++
					}
				}
				spanDoubted := slices.Contains(r.Fields[sdk.ValidFrom].Flags, sdk.Uncertain) != slices.Contains(r.Fields[sdk.ValidUntil].Flags, sdk.Uncertain)
				if spanDoubted {
					sure-- // the end that is sure
				}
				if sure == 0 {
					*r = sdktest.Fails(sdk.NoDocument, r.Billed)
				}
			}},
			{Says: "which end of the validity is in doubt", Apply: func(r *sdktest.Result) {
				for _, name := range []string{sdk.ValidFrom, sdk.ValidUntil} {
					if slices.Contains(r.Fields[name].Flags, sdk.Uncertain) {
						r.Flag(sdk.Uncertain, sdk.ValidFrom, sdk.ValidUntil)
					}
				}
			}},
			{Says: "doubts about 民族", Apply: func(r *sdktest.Result) { r.Unflag(sdk.Uncertain, sdk.Ethnicity) }},
			{Says: "signals and checks", Apply: func(r *sdktest.Result) { r.Signals, r.Checks = nil, nil }},
			{Says: "the portrait", Apply: func(r *sdktest.Result) { r.Portrait = nil }},
			{Says: "a rotation that is no quarter turn, or not known: the nearest, or none, comes back", Apply: func(r *sdktest.Result) {
				quarter := 0.0
				if r.Rotation != nil {
					for quarter = 0; *r.Rotation-quarter >= 45; quarter += 90 {
					}
					if quarter == 360 {
						quarter = 0
					}
				}
				r.Rotation = &quarter
			}},
		},
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	sdktest.RoundTrip(t, trip())
}

func FuzzRoundTrip(f *testing.F) { sdktest.FuzzRoundTrip(f, trip()) }
