package main

import (
	"slices"

	"github.com/ocrmux/ocrmux/sdk"
)

// blurredBelow is the Quality (0 to 100) below which a picture is blurred, as the vendor recommends.
const blurredBelow = 50

// warning is a signal or check that codes in WarnInfos report. If its switch in Config is on and WarnInfos has none of the
// codes, the answer is no.
type warning struct {
	name   string
	toggle string
	codes  []string
}

func signalWarnings() []warning {
	return []warning{
		{sdk.SignalIncomplete, "BorderCheckWarn", []string{"-9101"}},
		{sdk.SignalOccluded, "BorderCheckWarn", []string{"-9105"}},
		// A copy, and a black and white copy.
		{sdk.SignalCopy, "CopyWarn", []string{"-9102", "-9108"}},
		{sdk.SignalScreen, "ReshootWarn", []string{"-9103"}},
		{sdk.SignalTemporary, "TempIdWarn", []string{"-9104"}},
		{sdk.SignalTampered, "DetectPsWarn", []string{"-9106"}},
		{sdk.SignalReflective, "ReflectWarn", []string{"-9107"}},
		// No switch is documented for a card in an app and for a watermark. The watermark needs CardWarnType Advanced.
		{"electronic", "", []string{"-9110"}},
		{"watermark", "", []string{"-9111"}},
	}
}

// dateWarning is for a validity that is not 5, 10 or 20 years or without an end. The vendor's clients disagree on its code:
// most have -9100, a newer one has -9109.
func dateWarning() warning {
	return warning{sdk.CheckValiditySpan, "InvalidDateWarn", []string{"-9100", "-9109"}}
}

// found returns the code of the warning in WarnInfos, or "".
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
		} else if on, _ := asked.Bool("/" + w.toggle); on {
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
	} else if on, _ := asked.Bool("/" + dates.toggle); on {
		checks = append(checks, sdk.VendorCheck{Name: dates.name, State: sdk.CheckPass})
	}
	return seen, checks
}

// unknownWarnings returns the codes in WarnInfos that are not documented.
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
