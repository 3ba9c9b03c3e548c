package main

import (
	"strings"

	"github.com/ocrmux/ocrmux/plugins/internal/aligateway"
	"github.com/ocrmux/ocrmux/sdk"
)

// codes is the vendor's table of error codes, without 403, which has two causes (see forbidden).
func codes() sdk.Table {
	return sdk.Table{
		"400": {Kind: sdk.InvalidRequest, Billed: sdk.BilledNo, Fault: sdk.CallerFault, Message: "the vendor refused a parameter"},
		"401": {Kind: sdk.PermissionDenied, FailOver: true, Billed: sdk.BilledNo, Fault: sdk.OperatorFault, Message: "the account has no right to this function"},
		"500": {Kind: sdk.Unavailable, Retryable: true, FailOver: true, Billed: sdk.BilledUnknown, Fault: sdk.VendorFault, Message: "the vendor failed and asks to try again later"},
	}
}

// failure returns the failure for error_code and error_msg. The gateway's own messages take precedence over the code.
func failure(code, message string) sdk.Fail {
	f, ok := aligateway.Means(message)
	switch {
	case ok:
	case code == "403":
		f = forbidden(message)
	case code == "400" && strings.Contains(message, "图"): // 图片, 图像: the picture, not a parameter
		f = picture(message)
	default:
		return codes().Fail(code, message)
	}
	f.VendorCode, f.VendorMessage = code, message
	return f
}

// picture tells by the message what is wrong with a picture. The document has no such messages; these are the front door's.
func picture(message string) sdk.Fail {
	f := sdk.Fail{FailOver: true, Billed: sdk.BilledNo, Fault: sdk.CallerFault}
	switch {
	case strings.Contains(message, "未检测到"):
		f.Kind, f.Message = sdk.NoDocument, "the vendor found no portrait side of an ID card"
	case strings.Contains(message, "无法识别"):
		f.Kind, f.Message = sdk.Unreadable, "the vendor could not read the card"
	default:
		f.Kind, f.Message = sdk.InvalidImage, "the vendor could not use the picture"
	}
	return f
}

// doorCode returns the code and message of the front door for a failure. Clients do not learn about other vendors.
func doorCode(kind sdk.FailureKind) (code uint32, message string) {
	switch kind {
	case sdk.InvalidRequest:
		return 400, "参数错误"
	case sdk.InvalidImage:
		return 400, "图片错误,请检查图片的格式、大小和地址"
	case sdk.NoDocument:
		return 400, "图片中未检测到身份证人像面"
	case sdk.Unreadable:
		return 400, "图片中的身份证无法识别"
	}
	return 500, "服务器错误,请稍后重试"
}

// forbidden tells the two causes of 403 apart by the message. The document's message names both.
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
