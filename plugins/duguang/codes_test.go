package main

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/sdk"
	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

func TestEveryErrorCode(t *testing.T) {
	type verdict struct {
		Kind      sdk.FailureKind
		Retryable bool
		FailOver  bool
		Billed    sdk.Billed
		Fault     sdk.Fault
	}
	const no, unknown = sdk.BilledNo, sdk.BilledUnknown
	tests := []struct {
		code    int
		message string
		want    verdict
	}{
		{400, "img和url参数不能同时存在", verdict{sdk.InvalidRequest, false, false, no, sdk.CallerFault}},
		{400, "图片下载失败", verdict{sdk.InvalidImage, false, true, no, sdk.CallerFault}},
		{400, "图片中未检测到身份证人像面", verdict{sdk.NoDocument, false, true, no, sdk.CallerFault}},
		{400, "图片中的身份证无法识别", verdict{sdk.Unreadable, false, true, no, sdk.CallerFault}},
		{401, "您无该功能的权限,请开通后使用", verdict{sdk.PermissionDenied, false, true, no, sdk.OperatorFault}},
		{403, "购买的容量已用完或者签名错误", verdict{sdk.PermissionDenied, false, true, no, sdk.OperatorFault}},
		{403, "购买的容量已用完", verdict{sdk.QuotaExhausted, false, true, no, sdk.OperatorFault}},
		{403, "签名错误", verdict{sdk.Unauthenticated, false, true, no, sdk.OperatorFault}},
		{403, "Quota Exhausted", verdict{sdk.QuotaExhausted, false, true, no, sdk.OperatorFault}},
		{403, "Invalid AppCode", verdict{sdk.Unauthenticated, false, true, no, sdk.OperatorFault}},
		{403, "", verdict{sdk.PermissionDenied, false, true, no, sdk.OperatorFault}},
		{500, "服务器错误,请稍后重试", verdict{sdk.Unavailable, true, true, unknown, sdk.VendorFault}},
		{999, "未知", verdict{sdk.ProviderError, false, true, unknown, sdk.VendorFault}},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%d %s", tt.code, tt.message), func(t *testing.T) {
			body := fmt.Sprintf(`{"error_code": %d, "error_msg": %q}`, tt.code, tt.message)
			r := sdktest.Answer(t, 403, http.Header{"X-Ca-Request-Id": {"id-1"}}, body) // a status that must not matter
			f := provider{}.Response(nil, r).Fail
			if f == nil {
				t.Fatal("no failure")
			}
			if diff := cmp.Diff(tt.want, verdict{f.Kind, f.Retryable, f.FailOver, f.Billed, f.Fault}); diff != "" {
				t.Error(diff)
			}
			if f.VendorCode != fmt.Sprint(tt.code) || f.VendorMessage != tt.message || f.Message == "" || f.VendorRequestID != "id-1" {
				t.Errorf("%+v", f)
			}
		})
	}
}
