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

func TestEveryCode(t *testing.T) {
	const no, yes, unknown = sdk.BilledNo, sdk.BilledYes, sdk.BilledUnknown
	type row struct {
		code, message, charge string
		want                  verdict
	}
	tests := []row{
		{"301", "识别失败", "", verdict{sdk.Unreadable, false, true, no, sdk.CallerFault}},
		{"301", "识别失败", `, "charge": true`, verdict{sdk.Unreadable, false, true, yes, sdk.CallerFault}},
		{"400", "参数错误", "", verdict{sdk.InvalidRequest, false, false, no, sdk.CallerFault}},
		{"400", "照片格式不正确", "", verdict{sdk.InvalidImage, false, true, no, sdk.CallerFault}},
		{"404", "接口地址不正确", "", verdict{sdk.ProviderError, false, true, no, sdk.OperatorFault}},
		{"500", "系统维护,请稍候再试", "", verdict{sdk.Unavailable, true, true, no, sdk.VendorFault}},
		{"601", "接口未开通", "", verdict{sdk.PermissionDenied, false, true, no, sdk.OperatorFault}},
		{"602", "账号停用", "", verdict{sdk.PermissionDenied, false, true, no, sdk.OperatorFault}},
		{"603", "余额不足请充值", "", verdict{sdk.QuotaExhausted, false, true, no, sdk.OperatorFault}},
		{"604", "接口停用", "", verdict{sdk.Unavailable, false, true, no, sdk.VendorFault}},
		{"606", "调用超限,请稍候再试", "", verdict{sdk.RateLimited, true, true, no, sdk.OperatorFault}},
		{"607", "ip不在白名单", "", verdict{sdk.PermissionDenied, false, true, no, sdk.OperatorFault}},
		{"609", "请求过于频繁,请稍候再试", "", verdict{sdk.RateLimited, true, true, no, sdk.OperatorFault}},
		{"610", "请求超时", "", verdict{sdk.Timeout, true, true, no, sdk.VendorFault}},
		{"999", "其他,以实际返回为准", "", verdict{sdk.ProviderError, false, true, no, sdk.VendorFault}},
		{"605", "不在表中", "", verdict{sdk.ProviderError, false, true, unknown, sdk.VendorFault}},
	}
	tested := map[string]bool{}
	for _, tt := range tests {
		tested[tt.code] = true
		t.Run(tt.code+" "+tt.message, func(t *testing.T) {
			body := fmt.Sprintf(`{"code": %s, "msg": %q, "taskNo": "no-1"%s}`, tt.code, tt.message, tt.charge)
			f := provider{}.Response(nil, sdktest.Answer(t, 200, nil, body)).Fail
			if f == nil {
				t.Fatal("no failure")
			}
			if diff := cmp.Diff(tt.want, verdict{f.Kind, f.Retryable, f.FailOver, f.Billed, f.Fault}); diff != "" {
				t.Error(diff)
			}
			if f.VendorCode != tt.code || f.VendorMessage != tt.message || f.Message == "" || f.VendorRequestID != "no-1" {
				t.Errorf("%+v", f)
			}
		})
	}
	for code := range codes() {
		if !tested[code] {
			t.Errorf("no test for %s", code)
		}
	}
}
