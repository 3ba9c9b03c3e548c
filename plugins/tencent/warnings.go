package main

import (
	"slices"

	"github.com/ocrmux/ocrmux/sdk"
)

// blurredBelow is the Quality (0 to 100) under which the vendor advises to take a picture for blurred.
const blurredBelow = 50

// A warning is something that codes in WarnInfos say and that a switch in Config asks for: if the switch is on and none
// of the codes is there, that is an answer too.
type warning struct {
	name  string
	asked string
	codes []string
}

func signalWarnings() []warning {
	return []warning{
		{sdk.SignalIncomplete, "BorderCheckWarn", []string{"-9101"}},
		{sdk.SignalOccluded, "BorderCheckWarn", []string{"-9105"}},
		// Any copy, and a black and white one.
		{sdk.SignalCopy, "CopyWarn", []string{"-9102", "-9108"}},
		{sdk.SignalScreen, "ReshootWarn", []string{"-9103"}},
		{sdk.SignalTemporary, "TempIdWarn", []string{"-9104"}},
		{sdk.SignalTampered, "DetectPsWarn", []string{"-9106"}},
		{sdk.SignalReflective, "ReflectWarn", []string{"-9107"}},
		// No switch is documented for a card shown by an app, nor for a watermark, which needs CardWarnType Advanced.
		{"electronic", "", []string{"-9110"}},
		{"watermark", "", []string{"-9111"}},
	}
}

// dateWarning is a span that is none of 5, 10, 20 years and without end. The vendor's clients disagree on its code: most
// say -9100, a newer one -9109.
func dateWarning() warning {
	return warning{sdk.CheckValiditySpan, "InvalidDateWarn", []string{"-9100", "-9109"}}
}

// found is the code that is there, or "".
func (w warning) found(advanced sdk.Leaves) string {
	for _, l := range advanced.Below("/WarnInfos") {
		if slices.Contains(w.codes, l.Value) {
			return l.Value
		}
	}
	return ""
}

// warnings reads AdvancedInfo: {"WarnInfos": [-9102, …], "Quality": 87, …}.
func warnings(advanced, asked sdk.Leaves) ([]sdk.Signal, []sdk.VendorCheck) {
	var seen []sdk.Signal
	for _, w := range signalWarnings() {
		if code := w.found(advanced); code != "" {
			seen = append(seen, sdk.Signal{Name: w.name, State: sdk.SignalYes, VendorCode: code})
		} else if on, _ := asked.Bool("/" + w.asked); on {
			seen = append(seen, sdk.Signal{Name: w.name, State: sdk.SignalNo})
		}
	}
	if quality, ok := advanced.Float("/Quality"); ok {
		s := sdk.Signal{Name: sdk.SignalBlurred, State: sdk.SignalNo, VendorCode: "Quality=" + advanced.Text("/Quality")}
		if quality < blurredBelow {
			s.State = sdk.SignalYes
		}
		seen = append(seen, s)
	}
	var checks []sdk.VendorCheck
	dates := dateWarning()
	if code := dates.found(advanced); code != "" {
		checks = append(checks, sdk.VendorCheck{Name: dates.name, State: sdk.CheckFail, VendorCode: code})
	} else if on, _ := asked.Bool("/" + dates.asked); on {
		checks = append(checks, sdk.VendorCheck{Name: dates.name, State: sdk.CheckPass})
	}
	return seen, checks
}

// unknownWarnings are the codes that no document of today has.
func unknownWarnings(advanced sdk.Leaves) []sdk.Extra {
	known := dateWarning().codes
	for _, w := range signalWarnings() {
		known = append(known, w.codes...)
	}
	var out []sdk.Extra
	for _, l := range advanced.Below("/WarnInfos") {
		if l.Value != "" && !slices.Contains(known, l.Value) {
			out = append(out, sdk.Extra{Name: "WarnInfos" + l.Path, Value: l.Value})
		}
	}
	return out
}
