package main

import (
	"errors"
	"net/url"
	"slices"

	"github.com/ocrmux/ocrmux/sdk"
)

// Names in the state of a call, in addition to the vendor's own parameters.
const (
	// The caller named no side, so reversed_side says nothing about the card.
	sideGuessed = "side guessed"
	// The picture of the portrait is wanted. It is longer than a leaf, so it comes from the body.
	wantsPhoto = "photo"
)

const sideParameter = "id_card_side"

// switches are the vendor's boolean parameters. detect_rectify is in copies of 2022 only, not in the current document.
func switches() []string {
	return []string{"detect_ps", "detect_risk", "detect_quality", "detect_photo", "detect_card", "detect_direction", "detect_rectify"}
}

// newCall returns the state of a call: what the card's request needs and only Start knows. That is the picture's URL, the
// side, and every switch that the caller's options or the configuration set.
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
	// The card that detect_card cuts out can exceed the module's memory, and the paid answer would be lost.
	if call.Get("detect_photo") == "true" && call.Get("detect_card") != "true" {
		call.Set(wantsPhoto, "")
	}
	if slices.Contains(in.Extras, sdk.Portrait) {
		call.Set("detect_photo", "true")
	}
	// The vendor's default has changed over the years, and the rotation is useful.
	if !call.Has("detect_direction") {
		call.Set("detect_direction", "true")
	}
	return call, nil
}

// setSide chooses a side. The vendor requires one, but reads the other side as well.
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

// setting returns the caller's option with this name, or the operator's setting.
func setting(c *sdk.Call, in *sdk.Start, name string) string {
	if option := sdk.Leaves(in.Options).Text("/" + name); option != "" {
		return option
	}
	return c.Option(name, "")
}
