package main

import (
	"strings"

	"github.com/ocrmux/ocrmux/sdk"
)

// codes is ShowAPI's table of showapi_res_code, without 0. All its APIs share it. Such a call did not reach the API, so it
// is not billed.
func codes() sdk.Table {
	operator := func(kind sdk.FailureKind, message string) sdk.Fail {
		return sdk.Fail{Kind: kind, FailOver: true, Billed: sdk.BilledNo, Fault: sdk.OperatorFault, Message: message}
	}
	vendor := func(kind sdk.FailureKind, retryable bool, message string) sdk.Fail {
		return sdk.Fail{Kind: kind, Retryable: retryable, FailOver: true, Billed: sdk.BilledNo, Fault: sdk.VendorFault, Message: message}
	}
	busy := operator(sdk.RateLimited, "too many calls in a short time")
	busy.Retryable = true
	late := vendor(sdk.OutcomeUnknown, false, "the vendor's own back end did not answer in time")
	late.Billed = sdk.BilledUnknown
	return sdk.Table{
		"-1":    vendor(sdk.Unavailable, true, "the vendor failed"),
		"-2":    operator(sdk.QuotaExhausted, "the account has no calls or no money left"),
		"-3":    late,
		"-4":    vendor(sdk.Unavailable, true, "the vendor could not read its back end's answer"),
		"-5":    vendor(sdk.Unavailable, true, "the vendor does not find its back end"),
		"-6":    vendor(sdk.Unavailable, false, "the API does not exist or is not in service"),
		"-7":    vendor(sdk.Unavailable, true, "the seller of the API has no resources left"),
		"-1000": vendor(sdk.Unavailable, true, "the vendor is under maintenance"),
		"-1002": operator(sdk.Unauthenticated, "the vendor found no showapi_appid"),
		"-1003": operator(sdk.Unauthenticated, "the vendor found no showapi_sign"),
		"-1004": operator(sdk.Unauthenticated, "the vendor refuses the signature"),
		"-1005": operator(sdk.Unauthenticated, "the vendor refuses the time of the request: set this machine's clock"),
		"-1006": operator(sdk.PermissionDenied, "the app has no right to this API"),
		"-1007": operator(sdk.PermissionDenied, "the account has bought no package"),
		"-1008": operator(sdk.PermissionDenied, "the seller of the API has shut this account out"),
		"-1009": busy,
		"-1010": operator(sdk.Unauthenticated, "the vendor does not know the app"),
		"-1011": operator(sdk.Unauthenticated, "the sub-account's app_child_id is wrong"),
		"-1012": operator(sdk.PermissionDenied, "the sub-account's right has expired"),
		"-1013": operator(sdk.PermissionDenied, "this machine's address is not allowed for the sub-account"),
		"-1014": operator(sdk.PermissionDenied, "the token gives no right"),
	}
}

// unrecognized returns the failure for an answer whose flag is false, by its msg.
func unrecognized(code, message string) sdk.Fail {
	f := sdk.Fail{
		Kind: sdk.Unreadable, VendorCode: code, VendorMessage: message, FailOver: true, Fault: sdk.CallerFault,
		Message: "the vendor could not read the number of the card",
	}
	switch {
	case strings.Contains(message, "imgData"), strings.Contains(message, "imgUrl"):
		f.Kind, f.Message = sdk.InvalidImage, "the vendor could not use the picture, or not fetch it from its address"
	case strings.Contains(message, "未检测到"):
		f.Kind, f.Message = sdk.NoDocument, "the vendor found no portrait side of an ID card"
	}
	return f
}

// Messages of the front door. The first two are in the document.
const (
	recognized = "识别成功!"
	noPicture  = "错误的 imgData 或 imgUrl 参数！"
	noCard     = "未检测到身份证人像面"
	noNumber   = "识别失败"
)
