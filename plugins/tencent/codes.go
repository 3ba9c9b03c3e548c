package main

import (
	"strings"

	"github.com/ocrmux/ocrmux/sdk"
)

// failure returns the failure for a code. A code that is not listed is like its family, the part before the dot, but
// whether it is billed is unknown.
func failure(code, message string) sdk.Fail {
	table := codes()
	family, _, behind := strings.Cut(code, ".")
	f := table.Fail(code, message)
	if _, listed := table[code]; !listed && behind {
		if of, ok := table[family]; ok {
			f.Kind, f.FailOver, f.Fault, f.Message = of.Kind, of.FailOver, of.Fault, of.Message
		}
	}
	return f
}

// codes is the vendor's table: the common codes of its API, and the codes of its OCR that concern ID cards. What is billed
// comes from the vendor's list. Codes that this list lacks are marked.
func codes() sdk.Table {
	const (
		no, yes, unknown          = sdk.BilledNo, sdk.BilledYes, sdk.BilledUnknown
		caller, operator, vendors = sdk.CallerFault, sdk.OperatorFault, sdk.VendorFault
	)
	fail := func(kind sdk.FailureKind, billed sdk.Billed, fault sdk.Fault, message string) sdk.Fail {
		return sdk.Fail{Kind: kind, FailOver: true, Billed: billed, Fault: fault, Message: message}
	}
	again := func(kind sdk.FailureKind, fault sdk.Fault, message string) sdk.Fail {
		return sdk.Fail{Kind: kind, Retryable: true, FailOver: true, Billed: no, Fault: fault, Message: message}
	}
	request := func(message string) sdk.Fail {
		return sdk.Fail{Kind: sdk.InvalidRequest, Billed: no, Fault: caller, Message: message}
	}
	return sdk.Table{
		"ActionOffline":                     fail(sdk.Unavailable, unknown, vendors, "the vendor has taken the API out of service"),  // bill not listed
		"AuthFailure":                       fail(sdk.Unauthenticated, unknown, operator, "the vendor refused the credentials"),      // the family
		"AuthFailure.InvalidAuthorization":  fail(sdk.Unauthenticated, unknown, operator, "the vendor could not read the signature"), // bill not listed
		"AuthFailure.InvalidSecretId":       fail(sdk.Unauthenticated, no, operator, "secret_id is not one of the vendor's API keys"),
		"AuthFailure.MFAFailure":            fail(sdk.Unauthenticated, no, operator, "the account requires a second factor"),
		"AuthFailure.SecretIdNotFound":      fail(sdk.Unauthenticated, no, operator, "secret_id does not exist or is disabled"),
		"AuthFailure.SignatureExpire":       fail(sdk.Unauthenticated, no, operator, "the clock of this machine is more than five minutes off"),
		"AuthFailure.SignatureFailure":      fail(sdk.Unauthenticated, no, operator, "the signature is wrong; is secret_key?"),
		"AuthFailure.TokenFailure":          fail(sdk.Unauthenticated, no, operator, "token is wrong or has expired"),
		"AuthFailure.UnauthorizedOperation": fail(sdk.PermissionDenied, no, operator, "the key may not call this API"),
		"DryRunOperation":                   fail(sdk.ProviderError, no, vendors, "the vendor made a dry run only"),
		"FailedOperation":                   fail(sdk.Unavailable, no, vendors, "the vendor failed"),
		"InternalError":                     again(sdk.Unavailable, vendors, "the vendor failed"),
		"InvalidAction":                     fail(sdk.InvalidRequest, no, operator, "the endpoint has no such API"),
		"InvalidParameter":                  request("the vendor refused a parameter"),
		"InvalidParameterValue":             request("the vendor refused the value of a parameter"),
		"InvalidRequest":                    fail(sdk.ProviderError, unknown, vendors, "the vendor could not read the body"),                        // bill not listed
		"IpInBlacklist":                     fail(sdk.PermissionDenied, unknown, operator, "the vendor has blocked the address of this host"),       // bill not listed
		"IpNotInWhitelist":                  fail(sdk.PermissionDenied, unknown, operator, "the address of this host is not on the account's list"), // bill not listed
		"LimitExceeded":                     fail(sdk.QuotaExhausted, no, operator, "the account's quota is used up"),
		"MissingParameter":                  request("a parameter is missing"),
		"NoSuchProduct":                     fail(sdk.InvalidRequest, unknown, operator, "the endpoint has no such product"), // bill not listed
		"NoSuchVersion":                     fail(sdk.InvalidRequest, no, operator, "the endpoint has no such version of the API"),
		"RequestLimitExceeded":              again(sdk.RateLimited, operator, "too many calls in a second"),
		"RequestSizeLimitExceeded":          fail(sdk.InvalidImage, unknown, caller, "the request is too large for the vendor"), // bill not listed
		"ResourceInUse":                     fail(sdk.Unavailable, no, vendors, "a resource of the vendor is in use"),
		"ResourceInsufficient":              fail(sdk.Unavailable, no, vendors, "the vendor lacks resources"),
		"ResourceNotFound":                  fail(sdk.ProviderError, unknown, vendors, "a resource of the vendor does not exist"), // bill not listed
		"ResourceUnavailable":               fail(sdk.Unavailable, no, vendors, "a resource of the vendor's is not available"),
		"ResourcesSoldOut":                  fail(sdk.QuotaExhausted, unknown, operator, "the resources are sold out"),                // bill not listed
		"ResponseSizeLimitExceeded":         fail(sdk.ProviderError, unknown, vendors, "the vendor's answer is too large for itself"), // bill not listed
		"ServiceUnavailable":                fail(sdk.Unavailable, unknown, vendors, "the vendor is unavailable for the moment"),      // bill not listed
		"UnauthorizedOperation":             fail(sdk.PermissionDenied, no, operator, "the key may not do this"),
		"UnknownParameter":                  request("the vendor does not know a parameter"),
		"UnsupportedOperation":              fail(sdk.InvalidRequest, no, operator, "the vendor does not support the operation"),
		"UnsupportedProtocol":               fail(sdk.InvalidRequest, no, operator, "the vendor does not support the protocol"),
		"UnsupportedRegion":                 fail(sdk.InvalidRequest, no, operator, "the API does not exist in the region"),

		// From the list of what is billed.
		"RequestLimitExceeded.GlobalRegionUinLimitExceeded": again(sdk.RateLimited, operator, "too many calls of this account in all regions"),
		"RequestLimitExceeded.IPLimitExceeded":              again(sdk.RateLimited, operator, "too many calls from this address"),
		"RequestLimitExceeded.UinLimitExceeded":             again(sdk.RateLimited, operator, "too many calls of this account"),

		"FailedOperation.ArrearsError":           fail(sdk.QuotaExhausted, unknown, operator, "the account is in arrears"),                // bill not listed
		"FailedOperation.CardSideError":          fail(sdk.Unreadable, unknown, caller, "the card does not show the side that was named"), // bill not listed
		"FailedOperation.CountLimitError":        fail(sdk.QuotaExhausted, unknown, operator, "the calls of the day are used up"),         // bill not listed
		"FailedOperation.DataSourceQueryFailed":  fail(sdk.Unavailable, unknown, vendors, "the vendor's source of data failed"),           // bill not listed
		"FailedOperation.DbError":                fail(sdk.Unavailable, unknown, vendors, "the vendor's database failed"),                 // bill not listed
		"FailedOperation.DetectFailed":           fail(sdk.Unreadable, no, caller, "the vendor could not detect a card"),
		"FailedOperation.DownLoadError":          fail(sdk.InvalidImage, no, caller, "the vendor could not fetch the picture"),
		"FailedOperation.EmptyImageError":        fail(sdk.InvalidImage, yes, caller, "the picture is empty"),
		"FailedOperation.EngineRecognizeTimeout": again(sdk.Timeout, vendors, "the vendor ran out of time"),
		"FailedOperation.IdCardInfoIllegal":      fail(sdk.Unreadable, no, caller, "the name or number that was read cannot be right"),
		"FailedOperation.IdCardTooSmall":         fail(sdk.Unreadable, unknown, caller, "the card is too small in the picture"), // bill not listed
		"FailedOperation.ImageBlur":              fail(sdk.Unreadable, no, caller, "the picture is blurred"),                    // an older list: yes
		"FailedOperation.ImageDecodeFailed":      fail(sdk.InvalidImage, no, caller, "the vendor could not decode the picture"),
		"FailedOperation.ImageNoIdCard":          fail(sdk.NoDocument, no, caller, "the vendor found no ID card in the picture"),
		"FailedOperation.ImageNoSpecifiedCard":   fail(sdk.NoDocument, unknown, caller, "the picture shows another kind of card"), // bill not listed
		"FailedOperation.ImageNoText":            fail(sdk.NoDocument, no, caller, "the vendor found no text in the picture"),
		"FailedOperation.ImageSizeTooLarge":      fail(sdk.InvalidImage, no, caller, "the picture is too large for the vendor"),
		"FailedOperation.MultiCardError":         fail(sdk.Unreadable, no, caller, "there are several cards in the picture"), // an older list: yes
		"FailedOperation.OcrFailed":              fail(sdk.Unreadable, no, caller, "the vendor could not read the picture"),
		"FailedOperation.UnKnowError":            again(sdk.Unavailable, vendors, "an unknown error of the vendor"),
		"FailedOperation.UnOpenError":            fail(sdk.PermissionDenied, no, operator, "the account has not opened the vendor's OCR"),
		"FailedOperation.UserQuotaError":         fail(sdk.QuotaExhausted, unknown, operator, "the account's packages are used up"), // bill not listed

		"InvalidParameter.ConfigFormatError":               request("the vendor could not parse Config as JSON"),
		"InvalidParameter.EngineImageDecodeFailed":         fail(sdk.InvalidImage, no, caller, "the vendor could not decode the picture"),
		"InvalidParameterValue.FileUrlIllegalError":        fail(sdk.InvalidImage, unknown, caller, "the vendor refuses the address of the picture"), // bill not listed
		"InvalidParameterValue.InvalidParameterValueLimit": request("the vendor refused the value of a parameter"),
		"LimitExceeded.TooLargeFileError":                  fail(sdk.InvalidImage, no, caller, "the picture is too large for the vendor"),
		"ResourcesSoldOut.ChargeStatusException":           fail(sdk.QuotaExhausted, no, operator, "the account's billing is not in order"),
	}
}
