package main

import (
	"strconv"
	"testing"

	"github.com/ocrmux/ocrmux/sdk"
	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

// testdata/failures.txtar says what each code must come to.
func TestCodes(t *testing.T) {
	t.Parallel()
	for code, row := range codes() {
		if row.Message == "" || row.Fault == 0 || row.Billed != sdk.BilledNo {
			t.Errorf("%s lacks a message, a fault or its price: %+v", code, row)
		}
		if _, err := strconv.Atoi(code); err != nil {
			t.Errorf("the code %q is not a number", code)
		}
	}
}

func TestResponseWithAForeignState(t *testing.T) {
	t.Parallel()
	r := sdktest.Answer(t, 200, nil, `{}`)
	r.State = []byte("%zz")
	if f := (provider{}).Response(nil, r).Fail; f == nil || f.Kind != sdk.Internal {
		t.Errorf("got %+v", f)
	}
}

func TestSignalsThatContradictEachOther(t *testing.T) {
	t.Parallel()
	r := sdktest.Answer(t, 200, nil, `{"image_status": "normal", "card_quality": {"IsClear": 0}, "card_ps": 0, "edit_tool": "GIMP"}`)
	want := map[string]string{sdk.SignalBlurred: "IsClear=0", sdk.SignalTampered: "GIMP"}
	for _, s := range signals(nil, r.Leaves) {
		if code, ok := want[s.Name]; ok && (s.State != sdk.SignalYes || s.VendorCode != code) {
			t.Errorf("%s is %v, %q", s.Name, s.State, s.VendorCode)
		}
		delete(want, s.Name)
	}
	for name := range want {
		t.Errorf("there is no signal %s", name)
	}
}

func TestChecks(t *testing.T) {
	t.Parallel()
	const pass, fail = sdk.CheckPass, sdk.CheckFail
	for code, want := range map[string][]sdk.CheckState{
		"-1": nil, "0": {fail}, "1": {pass, pass, pass}, "2": {pass, fail, fail}, "3": {pass, fail, pass}, "4": {pass, pass, fail}, "": nil, "9": nil,
	} {
		got := checks(sdktest.Answer(t, 200, nil, `{"idcard_number_type": "`+code+`"}`).Leaves)
		if len(got) != len(want) {
			t.Errorf("%q gives %+v", code, got)
			continue
		}
		for i, c := range got {
			if c.State != want[i] {
				t.Errorf("%q: %s is %v", code, c.Name, c.State)
			}
		}
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	for direction, want := range map[string]float64{"0": 0, "1": 270, "2": 180, "3": 90} {
		if got := rotation(sdktest.Answer(t, 200, nil, `{"direction": `+direction+`}`).Leaves); got == nil || *got != want {
			t.Errorf("%s quarters counter-clockwise are not %v", direction, want)
		}
	}
	for _, direction := range []string{"-1", "4", "null", `"left"`} {
		if got := rotation(sdktest.Answer(t, 200, nil, `{"direction": `+direction+`}`).Leaves); got != nil {
			t.Errorf("%s gives %v", direction, *got)
		}
	}
}
