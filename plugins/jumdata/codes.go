package main

import (
	"strings"

	"github.com/ocrmux/ocrmux/sdk"
)

// codes is the vendor's table of return codes, without 200. They are not billed unless charge in the answer says so.
func codes() sdk.Table {
	const no = sdk.BilledNo
	return sdk.Table{
		"301": {Kind: sdk.Unreadable, FailOver: true, Billed: no, Fault: sdk.CallerFault, Message: "the vendor could not recognise the picture"},
		"400": {Kind: sdk.InvalidRequest, Billed: no, Fault: sdk.CallerFault, Message: "the vendor refused a parameter"},
		"404": {Kind: sdk.ProviderError, FailOver: true, Billed: no, Fault: sdk.OperatorFault, Message: "the endpoint is wrong"},
		"500": {Kind: sdk.Unavailable, Retryable: true, FailOver: true, Billed: no, Fault: sdk.VendorFault, Message: "the vendor is under maintenance"},
		"601": {Kind: sdk.PermissionDenied, FailOver: true, Billed: no, Fault: sdk.OperatorFault, Message: "the account has not subscribed to this interface"},
		"602": {Kind: sdk.PermissionDenied, FailOver: true, Billed: no, Fault: sdk.OperatorFault, Message: "the account is disabled"},
		"603": {Kind: sdk.QuotaExhausted, FailOver: true, Billed: no, Fault: sdk.OperatorFault, Message: "the account's balance is used up"},
		"604": {Kind: sdk.Unavailable, FailOver: true, Billed: no, Fault: sdk.VendorFault, Message: "the vendor has switched the interface off"},
		"606": {Kind: sdk.RateLimited, Retryable: true, FailOver: true, Billed: no, Fault: sdk.OperatorFault, Message: "the account's call limit is reached"},
		"607": {Kind: sdk.PermissionDenied, FailOver: true, Billed: no, Fault: sdk.OperatorFault, Message: "this machine's address is not on the account's white list"},
		"609": {Kind: sdk.RateLimited, Retryable: true, FailOver: true, Billed: no, Fault: sdk.OperatorFault, Message: "too many calls in a short time"},
		"610": {Kind: sdk.Timeout, Retryable: true, FailOver: true, Billed: no, Fault: sdk.VendorFault, Message: "the vendor timed out"},
		"999": {Kind: sdk.ProviderError, FailOver: true, Billed: no, Fault: sdk.VendorFault, Message: "the vendor's catch-all code"},
	}
}

// refusal returns the failure for a code that is not 200. For 400, the message says whether the picture is wrong, as in
// the document's example.
func refusal(code, message string) sdk.Fail {
	if code == "400" && strings.Contains(message, "照片") {
		return sdk.Fail{
			Kind: sdk.InvalidImage, VendorCode: code, VendorMessage: message, Message: "the vendor could not use the picture",
			FailOver: true, Billed: sdk.BilledNo, Fault: sdk.CallerFault,
		}
	}
	return codes().Fail(code, message)
}
