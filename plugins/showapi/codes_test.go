package main

import (
	"fmt"
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

func TestEveryCodeOfTheEnvelope(t *testing.T) {
	const no, unknown = sdk.BilledNo, sdk.BilledUnknown
	tests := map[string]verdict{
		"-1":    {sdk.Unavailable, true, true, no, sdk.VendorFault},
		"-2":    {sdk.QuotaExhausted, false, true, no, sdk.OperatorFault},
		"-3":    {sdk.OutcomeUnknown, false, true, unknown, sdk.VendorFault},
		"-4":    {sdk.Unavailable, true, true, no, sdk.VendorFault},
		"-5":    {sdk.Unavailable, true, true, no, sdk.VendorFault},
		"-6":    {sdk.Unavailable, false, true, no, sdk.VendorFault},
		"-7":    {sdk.Unavailable, true, true, no, sdk.VendorFault},
		"-1000": {sdk.Unavailable, true, true, no, sdk.VendorFault},
		"-1002": {sdk.Unauthenticated, false, true, no, sdk.OperatorFault},
		"-1003": {sdk.Unauthenticated, false, true, no, sdk.OperatorFault},
		"-1004": {sdk.Unauthenticated, false, true, no, sdk.OperatorFault},
		"-1005": {sdk.Unauthenticated, false, true, no, sdk.OperatorFault},
		"-1006": {sdk.PermissionDenied, false, true, no, sdk.OperatorFault},
		"-1007": {sdk.PermissionDenied, false, true, no, sdk.OperatorFault},
		"-1008": {sdk.PermissionDenied, false, true, no, sdk.OperatorFault},
		"-1009": {sdk.RateLimited, true, true, no, sdk.OperatorFault},
		"-1010": {sdk.Unauthenticated, false, true, no, sdk.OperatorFault},
		"-1011": {sdk.Unauthenticated, false, true, no, sdk.OperatorFault},
		"-1012": {sdk.PermissionDenied, false, true, no, sdk.OperatorFault},
		"-1013": {sdk.PermissionDenied, false, true, no, sdk.OperatorFault},
		"-1014": {sdk.PermissionDenied, false, true, no, sdk.OperatorFault},
	}
	for code := range codes() {
		if _, ok := tests[code]; !ok {
			t.Errorf("no test for %s", code)
		}
	}
	tests["-9999"] = verdict{sdk.ProviderError, false, true, unknown, sdk.VendorFault} // not listed
	for code, want := range tests {
		t.Run(code, func(t *testing.T) {
			body := fmt.Sprintf(`{"showapi_res_code": %s, "showapi_res_error": "出错", "showapi_res_id": "id-1", "showapi_res_body": {}}`, code)
			f := provider{}.Response(nil, sdktest.Answer(t, 200, nil, body)).Fail
			if f == nil {
				t.Fatal("no failure")
			}
			if diff := cmp.Diff(want, of(f)); diff != "" {
				t.Error(diff)
			}
			if f.VendorCode != code || f.VendorMessage != "出错" || f.Message == "" || f.VendorRequestID != "id-1" {
				t.Errorf("%+v", f)
			}
		})
	}
}

func TestFlagAndRetCode(t *testing.T) {
	const yes, no, unknown = sdk.BilledYes, sdk.BilledNo, sdk.BilledUnknown
	tests := []struct {
		name, body string
		want       verdict // of the failure
		billed     sdk.Billed
	}{
		{"recognised and billed", `{"flag": true, "ret_code": 0, "idNo": "11010119900307803X"}`, verdict{}, yes},
		{"recognised and not billed", `{"flag": "true", "ret_code": "-1", "idNo": "11010119900307803X"}`, verdict{}, no},
		{"recognised, and no word of the bill", `{"flag": true, "idNo": "11010119900307803X"}`, verdict{}, unknown},
		{"not a picture", `{"flag": false, "ret_code": -1, "msg": "错误的 imgData 或 imgUrl 参数！"}`, verdict{sdk.InvalidImage, false, true, no, sdk.CallerFault}, no},
		{"no card", `{"flag": false, "ret_code": 0, "msg": "未检测到身份证人像面"}`, verdict{sdk.NoDocument, false, true, yes, sdk.CallerFault}, yes},
		{"not recognised, billed", `{"flag": false, "ret_code": 0, "msg": "识别失败"}`, verdict{sdk.Unreadable, false, true, yes, sdk.CallerFault}, yes},
		{"not recognised, and no word of the bill", `{"flag": false}`, verdict{sdk.Unreadable, false, true, unknown, sdk.CallerFault}, unknown},
		{"no flag", `{"ret_code": -1}`, verdict{sdk.Unreadable, false, true, no, sdk.CallerFault}, no},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := provider{}.Response(nil, sdktest.Answer(t, 200, nil, `{"showapi_res_code": 0, "showapi_res_body": `+tt.body+`}`))
			switch {
			case a.Done != nil && tt.want == verdict{}:
				if a.Done.Billed != tt.billed {
					t.Errorf("billed is %v", a.Done.Billed)
				}
			case a.Fail != nil:
				if diff := cmp.Diff(tt.want, of(a.Fail)); diff != "" {
					t.Error(diff)
				}
			default:
				t.Errorf("the action is %+v", a)
			}
		})
	}
}
