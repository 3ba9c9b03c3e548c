package main

import (
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

// testdata/failures.txtar says what each code must come to.
func TestEveryCodeHasARow(t *testing.T) { sdktest.Listed(t, ".", codes()) }

func TestResponseReadsFlagAndRetCode(t *testing.T) {
	t.Parallel()
	const yes, no, unknown = sdk.BilledYes, sdk.BilledNo, sdk.BilledUnknown
	tests := []struct {
		name, body string
		want       verdict // of the failure
		billed     sdk.Billed
	}{
		{"recognised and billed", `{"flag": true, "ret_code": 0, "idNo": "11010119900307803X"}`, verdict{}, yes},
		{"recognised and not billed", `{"flag": "true", "ret_code": "-1", "idNo": "11010119900307803X"}`, verdict{}, no},
		{"recognised, without ret_code", `{"flag": true, "idNo": "11010119900307803X"}`, verdict{}, unknown},
		{"not a picture", `{"flag": false, "ret_code": -1, "msg": "错误的 imgData 或 imgUrl 参数！"}`, verdict{sdk.InvalidImage, false, true, no, sdk.CallerFault}, no},
		{"no card", `{"flag": false, "ret_code": 0, "msg": "未检测到身份证人像面"}`, verdict{sdk.NoDocument, false, true, yes, sdk.CallerFault}, yes},
		{"not recognised, billed", `{"flag": false, "ret_code": 0, "msg": "识别失败"}`, verdict{sdk.Unreadable, false, true, yes, sdk.CallerFault}, yes},
		{"not recognised, without ret_code", `{"flag": false}`, verdict{sdk.Unreadable, false, true, unknown, sdk.CallerFault}, unknown},
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
