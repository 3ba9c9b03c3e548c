package main

import (
	"errors"
	"net/url"
	"slices"

	"github.com/ocrmux/ocrmux/sdk"
)

// Names in the state of a call beside the vendor's own parameters.
const (
	// The caller did not say which side it is, so that the one sent is no claim that the picture could contradict.
	sideGuessed = "side guessed"
	// The picture of the portrait is wanted, which is longer than a leaf and stands in the body only.
	wantsPhoto = "photo"
)

const sideParameter = "id_card_side"

// switches are the vendor's parameters that are true or false. Its current document has no detect_rectify; copies of 2022 have.
func switches() []string {
	return []string{"detect_ps", "detect_risk", "detect_quality", "detect_photo", "detect_card", "detect_direction", "detect_rectify"}
}

// newCall gathers what the card's request needs, since it is sent in a later step and only Start is told: the address of
// the picture, the side, and every switch that the caller's options or the configuration set. It is the state of the call.
func newCall(c *sdk.Call, in *sdk.Start) (url.Values, error) {
	call := url.Values{}
	if in.Picture != nil && in.Picture.URL != "" {
		call.Set("url", in.Picture.URL)
	}
	setSide(call, in.Side, setting(c, in, sideParameter))
	for _, name := range switches() {
		switch value := setting(c, in, name); value {
		case "true", "false":
			call.Set(name, value)
		case "":
		default:
			return nil, errors.New(name + " is neither true nor false")
		}
	}
	// The card that is cut out can be larger than all the memory there is here, and would cost an answer that is paid for.
	if call.Get("detect_photo") == "true" && call.Get("detect_card") != "true" {
		call.Set(wantsPhoto, "")
	}
	if slices.Contains(in.Extras, sdk.Portrait) {
		call.Set("detect_photo", "true")
	}
	// The vendor's default has changed over the years, and where the card lies is worth knowing.
	if !call.Has("detect_direction") {
		call.Set("detect_direction", "true")
	}
	return call, nil
}

// setSide chooses a side, which the vendor insists on and does not take at its word: it reads the other one, too.
func setSide(call url.Values, side sdk.Side, configured string) {
	switch {
	case side == sdk.Front:
		call.Set(sideParameter, "front")
	case side == sdk.Back:
		call.Set(sideParameter, "back")
	case configured == "back":
		call.Set(sideParameter, "back")
		call.Set(sideGuessed, "")
	default:
		call.Set(sideParameter, "front")
		call.Set(sideGuessed, "")
	}
}

// setting is the caller's option of this name, or else the operator's.
func setting(c *sdk.Call, in *sdk.Start, name string) string {
	if option := sdk.Leaves(in.Options).Text("/" + name); option != "" {
		return option
	}
	return c.Option(name, "")
}
