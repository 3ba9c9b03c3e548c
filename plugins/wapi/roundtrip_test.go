package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/sdk"
	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

func posted(form string) *http.Request {
	r := httptest.NewRequest("POST", "/pyi/76/194", strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded;charset=utf-8")
	return r
}

func trip(form string, more ...sdktest.Loss) sdktest.Trip {
	return sdktest.Trip{
		Provider: provider{},
		Request:  func() *http.Request { return posted(form) },
		Doc:      "../../docs/vendors.md",
		Failures: map[sdk.FailureKind]sdk.FailureKind{
			sdk.Unauthenticated: sdk.Unavailable, sdk.PermissionDenied: sdk.Unavailable, sdk.QuotaExhausted: sdk.Unavailable,
			sdk.RateLimited: sdk.Unavailable, sdk.Timeout: sdk.Unavailable, sdk.OutcomeUnknown: sdk.Unavailable,
			sdk.Internal: sdk.ProviderError,
		},
		Losses: append([]sdktest.Loss{
			{Says: "that a call was not billed", Apply: func(r *sdktest.Result) { r.Billed = sdk.BilledYes }},
			{Says: "a span of validity whose ends could not be told apart", Apply: func(r *sdktest.Result) { only(r, append(sdk.FrontFields(), sdk.BackFields()...)) }},
			{Says: "what was not compared: it reads as consistent, and a number that was not read as not legal", Apply: checks},
			{Says: "a number that is not legal or could not be normalised: it is withheld", Apply: func(r *sdktest.Result) {
				if r.Checks[sdk.CheckIDNumberChecksum] == sdk.CheckFail {
					delete(r.Fields, sdk.IDNumber)
					only(r, append(sdk.FrontFields(), sdk.BackFields()...))
				}
				if !r.Has(sdk.FrontFields()...) {
					r.Checks = nil
				}
			}},
			{Says: "doubts (`uncertain`) other than about what disagrees with the number", Apply: func(r *sdktest.Result) {
				r.Unflag(sdk.Uncertain)
				if r.Checks[sdk.CheckBirthDateMatchesNumber] == sdk.CheckFail {
					r.Flag(sdk.Uncertain, sdk.BirthDate, sdk.IDNumber)
				}
				if r.Checks[sdk.CheckSexMatchesNumber] == sdk.CheckFail {
					r.Flag(sdk.Uncertain, sdk.Sex, sdk.IDNumber)
				}
			}},
			{Says: "all signals but the first of `not_id_card`, `reversed_side`, `blurred`, `over_exposed` (for `reflective` too) and `over_dark`; without one, all five read as no", Apply: signal},
			{Says: "portrait and rotation", Apply: func(r *sdktest.Result) { r.Portrait, r.Rotation = nil, nil }},
		}, more...),
	}
}

// only keeps the named fields. Without any of them, the result is a failure.
func only(r *sdktest.Result, names []string) {
	r.Keep(names...)
	front, back := r.Has(sdk.FrontFields()...), r.Has(sdk.BackFields()...)
	switch {
	case front && back:
		r.Side = 0
	case front:
		r.Side = sdk.Front
	case back:
		r.Side = sdk.Back
	case r.Signals[sdk.SignalNotIDCard] == sdk.SignalYes:
		*r = sdktest.Fails(sdk.NoDocument, r.Billed)
	default:
		*r = sdktest.Fails(sdk.Unreadable, r.Billed)
	}
}

func checks(r *sdktest.Result) {
	engines := r.Checks
	r.Checks = nil
	number := r.Fields[sdk.IDNumber]
	switch {
	case !r.Has(sdk.FrontFields()...):
	case number.Value == "" || engines[sdk.CheckIDNumberChecksum] == sdk.CheckFail:
		r.Checks = map[string]sdk.CheckState{sdk.CheckIDNumberChecksum: sdk.CheckFail}
	default:
		r.Checks = map[string]sdk.CheckState{}
		for _, name := range []string{sdk.CheckBirthDateMatchesNumber, sdk.CheckSexMatchesNumber} {
			if r.Checks[name] = sdk.CheckPass; engines[name] == sdk.CheckFail {
				r.Checks[name] = sdk.CheckFail
			}
		}
	}
}

func signal(r *sdktest.Result) {
	said := r.Signals
	if said[sdk.SignalOverExposed] != sdk.SignalYes && said[sdk.SignalReflective] == sdk.SignalYes {
		said[sdk.SignalOverExposed] = sdk.SignalYes
	}
	r.Signals = map[string]sdk.SignalState{}
	for _, name := range []string{sdk.SignalNotIDCard, sdk.SignalReversedSide, sdk.SignalBlurred, sdk.SignalOverExposed, sdk.SignalOverDark} {
		if said[name] == sdk.SignalYes {
			r.Signals = map[string]sdk.SignalState{name: sdk.SignalYes}
			return
		}
		r.Signals[name] = sdk.SignalNo
	}
}

func asXML() sdktest.Trip {
	return trip("appid=1&format=xml&sign=x&url_image=AAAA", sdktest.Loss{
		Says: "in XML, characters that XML 1.0 cannot hold, and white space around a text", Apply: func(r *sdktest.Result) {
			r.Reread(func(text string) string {
				return strings.TrimSpace(strings.Map(func(c rune) rune {
					if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0xFFFE || c == 0xFFFF {
						return -1
					}
					return c
				}, text))
			})
			only(r, append(sdk.FrontFields(), sdk.BackFields()...))
		},
	})
}

func asJSON() sdktest.Trip { return trip("appid=1&sign=x&url_image=AAAA") }

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	t.Run("as JSON", func(t *testing.T) { sdktest.RoundTrip(t, asJSON()) })
	t.Run("as XML", func(t *testing.T) { sdktest.RoundTrip(t, asXML()) })
}

func FuzzRoundTrip(f *testing.F)      { sdktest.FuzzRoundTrip(f, asJSON()) }
func FuzzRoundTripInXML(f *testing.F) { sdktest.FuzzRoundTrip(f, asXML()) }
