package main

import (
	"errors"
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/sdk"
)

const cropPortrait = "crop_portrait"

// settings are the parameters beside picture and side.
type settings struct {
	// The parameter Config: JSON in a text, "" for none.
	config string
	// The other members of the body.
	members []sdk.JSONMember
	// The picture of the portrait is asked for.
	portrait bool
}

// configSwitches are the switches in the parameter Config by the names of our settings, all off unless set. CropIdCard is
// left out: the card that is cut out can be larger than all the memory there is here, hides the warnings that stand in the
// same text, and would cost an answer that is paid for.
func configSwitches() [][2]string {
	return [][2]string{
		{cropPortrait, "CropPortrait"}, {"copy_warn", "CopyWarn"}, {"border_check_warn", "BorderCheckWarn"},
		{"reshoot_warn", "ReshootWarn"}, {"detect_ps_warn", "DetectPsWarn"}, {"temp_id_warn", "TempIdWarn"},
		{"invalid_date_warn", "InvalidDateWarn"}, {"quality", "Quality"}, {"multi_card_detect", "MultiCardDetect"}, {"reflect_warn", "ReflectWarn"},
	}
}

// bodySwitches are those that stand in the body itself; the vendor's newest clients call EnableDateVerify obsolete.
func bodySwitches() [][2]string {
	return [][2]string{
		{"enable_recognition_rectify", "EnableRecognitionRectify"}, {"enable_reflect_detail", "EnableReflectDetail"},
		{"enable_date_verify", "EnableDateVerify"},
	}
}

// newSettings gathers what the caller's options or the configuration set; an option goes before the setting of its name. The
// error is the caller's: the host has checked the configuration.
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

// truth is a switch, and whether anybody set it.
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

// setting is the caller's option of this name, or else the operator's.
func setting(c *sdk.Call, in *sdk.Start, name string) string {
	if option := sdk.Leaves(in.Options).Text("/" + name); option != "" {
		return option
	}
	return c.Option(name, "")
}
