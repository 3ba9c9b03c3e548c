package main

import (
	"errors"
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/sdk"
)

const cropPortrait = "crop_portrait"

// settings are the parameters other than picture and side.
type settings struct {
	config   string           // the parameter Config: a JSON text, or "" for none
	members  []sdk.JSONMember // the other members of the body
	portrait bool             // the picture of the portrait is requested
}

// configSwitches pairs our settings with the switches in the parameter Config, which are all off by default. CropIdCard is
// left out: the card that it cuts out can exceed the module's memory, and the paid answer would be lost. It is in the same
// text as the warnings, which would be too long as well.
func configSwitches() [][2]string {
	return [][2]string{
		{cropPortrait, "CropPortrait"}, {"copy_warn", "CopyWarn"}, {"border_check_warn", "BorderCheckWarn"},
		{"reshoot_warn", "ReshootWarn"}, {"detect_ps_warn", "DetectPsWarn"}, {"temp_id_warn", "TempIdWarn"},
		{"invalid_date_warn", "InvalidDateWarn"}, {"quality", "Quality"}, {"multi_card_detect", "MultiCardDetect"}, {"reflect_warn", "ReflectWarn"},
	}
}

// bodySwitches are the switches in the body itself. The vendor's newest clients call EnableDateVerify obsolete.
func bodySwitches() [][2]string {
	return [][2]string{
		{"enable_recognition_rectify", "EnableRecognitionRectify"}, {"enable_reflect_detail", "EnableReflectDetail"},
		{"enable_date_verify", "EnableDateVerify"},
	}
}

// newSettings returns the settings of a call. The caller's options override the configuration. An error is in the options,
// because the host has validated the configuration.
func newSettings(c *sdk.Call, in *sdk.Start) (*settings, error) {
	ask := &settings{}
	var config []string
	for _, name := range configSwitches() {
		on, set, err := truth(c, in, name[0])
		if err != nil {
			return nil, err
		}
		if set {
			config = append(config, `"`+name[1]+`":`+strconv.FormatBool(on))
		}
		ask.portrait = ask.portrait || on && name[0] == cropPortrait
	}
	if len(config) > 0 {
		ask.config = "{" + strings.Join(config, ",") + "}"
	}
	for _, name := range bodySwitches() {
		on, set, err := truth(c, in, name[0])
		if err != nil {
			return nil, err
		}
		if set {
			ask.members = append(ask.members, sdk.Member(name[1], sdk.Bool(on)))
		}
	}
	switch kind := setting(c, in, "card_warn_type"); kind {
	case "Basic", "Advanced":
		ask.members = append(ask.members, sdk.Member("CardWarnType", sdk.StringText(kind)))
	case "":
	default:
		return nil, errors.New("card_warn_type is neither Basic nor Advanced")
	}
	return ask, nil
}

// truth returns a switch and whether it is set.
func truth(c *sdk.Call, in *sdk.Start, name string) (on, set bool, err error) {
	switch setting(c, in, name) {
	case "true":
		return true, true, nil
	case "false":
		return false, true, nil
	case "":
		return false, false, nil
	}
	return false, false, errors.New(name + " is neither true nor false")
}

// setting returns the caller's option with this name, or the operator's setting.
func setting(c *sdk.Call, in *sdk.Start, name string) string {
	if option := sdk.Leaves(in.Options).Text("/" + name); option != "" {
		return option
	}
	return c.Option(name, "")
}
