package main

import (
	"strings"

	"github.com/ocrmux/ocrmux/plugins/internal/aligateway"
	"github.com/ocrmux/ocrmux/sdk"
)

// codes is the vendor's table of error codes, without 403, which has two causes.
func codes() sdk.Table {
	return sdk.Table{
		"400": {Kind: sdk.InvalidRequest, Billed: sdk.BilledNo, Fault: sdk.CallerFault, Message: "the vendor refused a parameter"},
		"401": {Kind: sdk.PermissionDenied, FailOver: true, Billed: sdk.BilledNo, Fault: sdk.OperatorFault, Message: "the account has no right to this function"},
		"500": {Kind: sdk.Unavailable, Retryable: true, FailOver: true, Billed: sdk.BilledUnknown, Fault: sdk.VendorFault, Message: "the vendor failed and asks to try again later"},
	}
}

// failure is the meaning of error_code and error_msg. Words that are the gateway's go before the code.
func failure(code, message string) sdk.Fail {
	f, ok := aligateway.Means(message)
	switch {
	case ok:
	case code == "403":
		f = forbidden(message)
	case code == "400" && strings.Contains(message, "图"): // 图片, 图像: not a parameter, but what is in it
		f = sdk.Fail{Kind: sdk.InvalidImage, FailOver: true, Billed: sdk.BilledNo, Fault: sdk.CallerFault, Message: "the vendor could not use the picture"}
	default:
		return codes().Fail(code, message)
	}
	f.VendorCode, f.VendorMessage = code, message
	return f
}

// forbidden tells the two causes of 403 apart by the message. The document's own message names both.
func forbidden(message string) sdk.Fail {
	f := sdk.Fail{FailOver: true, Billed: sdk.BilledNo, Fault: sdk.OperatorFault}
	quota := strings.Contains(message, "容量") || strings.Contains(message, "次数") || strings.Contains(message, "用完")
	signature := strings.Contains(message, "签名") || strings.Contains(strings.ToLower(message), "signature")
	switch {
	case quota && !signature:
		f.Kind, f.Message = sdk.QuotaExhausted, "the calls that were bought are used up"
	case signature && !quota:
		f.Kind, f.Message = sdk.Unauthenticated, "the vendor refuses the AppCode or the signature"
	default:
		f.Kind, f.Message = sdk.PermissionDenied, "either the calls that were bought are used up, or the vendor refuses the AppCode or the signature: it does not say which"
	}
	return f
}
