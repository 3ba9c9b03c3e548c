package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/sdk"
	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

type verdict struct {
	Kind      sdk.FailureKind
	Retryable bool
	FailOver  bool
	Billed    sdk.Billed
	Fault     sdk.Fault
}

func of(f *sdk.Fail) verdict { return verdict{f.Kind, f.Retryable, f.FailOver, f.Billed, f.Fault} }

func answered(t *testing.T, members map[string]any) *sdk.Action {
	t.Helper()
	body, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return provider{}.Response(nil, sdktest.Answer(t, 200, nil, string(body)))
}

// testdata/failures.txtar says what each code must come to.
func TestEveryCodeHasARow(t *testing.T) { sdktest.Listed(t, ".", codes()) }

func TestResponseKnowsEveryImageStatus(t *testing.T) {
	t.Parallel()
	unreadable := verdict{sdk.Unreadable, false, true, sdk.BilledYes, sdk.CallerFault}
	noDocument := verdict{sdk.NoDocument, false, true, sdk.BilledYes, sdk.CallerFault}
	tests := map[string]struct {
		empty  verdict // the failure of an answer without fields
		fails  bool    // an answer with fields fails too
		signal string  // the signal that is yes
	}{
		"normal":          {unreadable, false, ""},
		"reversed_side":   {unreadable, false, "reversed_side"},
		"non_idcard":      {noDocument, true, "not_id_card"},
		"blurred":         {unreadable, false, "blurred"},
		"other_type_card": {noDocument, false, "not_id_card"},
		"over_exposure":   {unreadable, false, "over_exposed"},
		"over_dark":       {unreadable, false, "over_dark"},
		"unknown":         {unreadable, false, ""},
		"something_new":   {unreadable, false, ""},
		"":                {unreadable, false, ""},
	}
	for status := range statuses() {
		if _, ok := tests[status]; !ok {
			t.Errorf("no test for %q", status)
		}
	}
	said := func(signals []sdk.Signal) string {
		for _, s := range signals {
			if s.State == sdk.SignalYes && s.VendorCode != "" {
				return s.Name
			}
		}
		return ""
	}
	for status, tt := range tests {
		t.Run(status, func(t *testing.T) {
			f := answered(t, map[string]any{"codeid": 10000, "image_status": status, "retdata": []any{}}).Fail
			if f == nil {
				t.Fatal("nothing was read, yet no failure")
			}
			if diff := cmp.Diff(tt.empty, of(f)); diff != "" || said(f.Signals) != tt.signal || f.Message == "" {
				t.Errorf("%s%+v", diff, f)
			}
			a := answered(t, map[string]any{"codeid": 10000, "image_status": status, "retdata": map[string]any{"姓名": "样本张三"}})
			if (a.Fail != nil) != tt.fails {
				t.Fatalf("with a field: %+v", a)
			}
			if a.Done == nil {
				return
			}
			if said(a.Done.Signals) != tt.signal || a.Done.Billed != sdk.BilledYes {
				t.Errorf("%+v", a.Done)
			}
			verbatim := len(a.Done.Extras) == 1 && a.Done.Extras[0] == sdk.Extra{Name: "image_status", Value: status}
			if want := status == "unknown" || status == "something_new"; verbatim != want {
				t.Errorf("extras are %v", a.Done.Extras)
			}
		})
	}
}

func TestResponseKnowsEveryNumberType(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ checks, uncertain string }{
		"-1": {"", ""},
		"0":  {"id_number_checksum=fail", ""},
		"1":  {"birth_date_matches_number=pass sex_matches_number=pass", ""},
		"2":  {"birth_date_matches_number=fail sex_matches_number=fail", "sex birth_date id_number"},
		"3":  {"birth_date_matches_number=fail sex_matches_number=pass", "birth_date id_number"},
		"4":  {"birth_date_matches_number=pass sex_matches_number=fail", "sex id_number"},
		"":   {"", ""},
	}
	front := map[string]any{"姓名": "样本张三", "性别": "男", "出生": "19900307", "公民身份号码": "11010119900307803X"}
	for code, tt := range tests {
		t.Run(code, func(t *testing.T) {
			done := answered(t, map[string]any{"codeid": 10000, "idcard_number_type": code, "retdata": front}).Done
			if done == nil {
				t.Fatal("not recognised")
			}
			var checks, uncertain []string
			for _, c := range done.Checks {
				checks = append(checks, fmt.Sprintf("%s=%s", c.Name, c.State))
				if c.VendorCode != code {
					t.Errorf("the vendor's code is %q", c.VendorCode)
				}
			}
			for _, f := range done.Fields {
				if len(f.Flags) > 0 {
					uncertain = append(uncertain, f.Name)
				}
			}
			if diff := cmp.Diff(tt, struct{ checks, uncertain string }{strings.Join(checks, " "), strings.Join(uncertain, " ")}, cmp.AllowUnexported(tt)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestResponseToOddAnswers(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		members map[string]any
		want    verdict
	}{
		{"retdata is a sentence", map[string]any{"codeid": 10000, "retdata": "识别失败"}, verdict{sdk.Unreadable, false, true, sdk.BilledYes, sdk.CallerFault}},
		{"retdata is null", map[string]any{"codeid": 10000, "retdata": nil}, verdict{sdk.Unreadable, false, true, sdk.BilledYes, sdk.CallerFault}},
		{"retdata is a longer text than a provider is shown", map[string]any{"codeid": 10000, "retdata": strings.Repeat("x", 5000)}, verdict{sdk.ProviderError, false, true, sdk.BilledYes, sdk.VendorFault}},
		{"another vendor's answer", map[string]any{"code": 200}, verdict{sdk.ProviderError, false, true, sdk.BilledUnknown, sdk.VendorFault}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := answered(t, tt.members).Fail
			if f == nil {
				t.Fatal("no failure")
			}
			if diff := cmp.Diff(tt.want, of(f)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestStartByQueryTakesSmallPicturesAndURLs(t *testing.T) {
	t.Parallel()
	for _, p := range []sdk.PictureInfo{{Size: maxQueryPicture}, {URL: "https://pictures.example.com/x.jpg"}} {
		if f := refusedByQuery(&p); f != nil {
			t.Errorf("%+v is refused: %+v", p, f)
		}
	}
	f := refusedByQuery(&sdk.PictureInfo{Size: maxQueryPicture + 1})
	if f == nil {
		t.Fatal("a large picture is not refused")
	}
	if diff := cmp.Diff(verdict{sdk.InvalidImage, false, true, sdk.BilledNo, sdk.OperatorFault}, of(f)); diff != "" {
		t.Error(diff)
	}
}
