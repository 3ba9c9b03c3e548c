package aligateway

import "github.com/ocrmux/ocrmux/sdk"

// meaning maps words of the gateway to a failure. The words are lower-case and match anywhere in a message.
type meaning struct {
	words []string
	fail  sdk.Fail
}

// meanings is the gateway's table of errors, with those that sellers on the cloud market add. It covers both versions of
// the gateway: the older one says "Throttled by …" with status 403, the newer one also has codes like T429GR. The first
// match counts.
func meanings() []meaning {
	const no, unknown = sdk.BilledNo, sdk.BilledUnknown
	operator := func(kind sdk.FailureKind, message string) sdk.Fail {
		return sdk.Fail{Kind: kind, FailOver: true, Billed: no, Fault: sdk.OperatorFault, Message: message}
	}
	vendor := func(kind sdk.FailureKind, billed sdk.Billed, retryable bool, message string) sdk.Fail {
		return sdk.Fail{Kind: kind, Retryable: retryable, FailOver: true, Billed: billed, Fault: sdk.VendorFault, Message: message}
	}
	fresh := operator(sdk.Unauthenticated, "the gateway saw the nonce of this request before")
	fresh.Retryable = true // with another nonce
	throttled := operator(sdk.RateLimited, "the gateway throttles the calls")
	throttled.Retryable = true
	tooLarge := sdk.Fail{Kind: sdk.InvalidImage, FailOver: true, Billed: no, Fault: sdk.CallerFault, Message: "the request is too large for the gateway"}

	return []meaning{
		{[]string{"invalid signature"}, operator(sdk.Unauthenticated, "the gateway refuses the signature: app_secret is wrong, or something changed the request on its way")},
		{[]string{"empty signature"}, operator(sdk.Unauthenticated, "the gateway found no signature: something took its headers off on the way")},
		{[]string{"invalid appcode"}, operator(sdk.Unauthenticated, "app_code is wrong")},
		{[]string{"invalid appkey"}, operator(sdk.Unauthenticated, "app_key is wrong")},
		{[]string{"invalid appsecret"}, operator(sdk.Unauthenticated, "app_secret is wrong")},
		{[]string{"need authorization"}, operator(sdk.Unauthenticated, "the gateway found neither an AppCode nor an AppKey")},
		{[]string{"timestamp expired", "timestamp is expired", "invalid timestamp"}, operator(sdk.Unauthenticated, "the gateway refuses the time of the request: set this machine's clock")},
		{[]string{"nonce used"}, fresh},
		{[]string{"invalid content-md5"}, vendor(sdk.ProviderError, no, false, "the body that came in is not the one that was sent")},

		{[]string{"quota expired"}, operator(sdk.QuotaExhausted, "the calls that were bought have expired")},
		{[]string{"quota exhausted"}, operator(sdk.QuotaExhausted, "the calls that were bought are used up")}, // "Api Market Subscription quota exhausted" too
		{[]string{"provider account overdue"}, vendor(sdk.Unavailable, no, false, "the seller of the API is in arrears")},
		{[]string{"user arrears"}, operator(sdk.QuotaExhausted, "the account is in arrears")},
		{[]string{"throttled by", "flow control"}, throttled},

		{[]string{"authorization expired", "expiry of authorization"}, operator(sdk.PermissionDenied, "the app's right to this API has expired")},
		{[]string{"access control forbidden"}, operator(sdk.PermissionDenied, "the gateway does not let this machine's address in")},
		{[]string{"unauthorized", "not authorized"}, operator(sdk.PermissionDenied, "the app has no right to this API: subscribe it, or check endpoint")},

		{
			[]string{
				"invalid url", "invalid request uri", "invalid path", "invalid request path", "invalid domain", "bad domain or group",
				"group's instance invalid", "invalid stage", "invalid httpmethod", "unsupported method", "invalid protocol", "api not found",
			},
			operator(sdk.ProviderError, "the gateway knows no such API: check endpoint"),
		},
		{[]string{"too large"}, tooLarge},
		{
			[]string{
				"empty request body", "invalid request body", "invalid body", "invalid param location", "unsupported multipart",
				"invalid content-type", "invalid header", "is required", "invalid parameter", "parameter is missing",
			},
			vendor(sdk.InvalidRequest, no, false, "the gateway does not take the form of the request"),
		},

		{[]string{"async service", "timeout", "timed out"}, vendor(sdk.OutcomeUnknown, unknown, false, "the API behind the gateway did not answer in time")},
		{
			[]string{"failed to invoke backend service", "backend service", "service unavailable", "circuit breaker"},
			vendor(sdk.Unavailable, unknown, true, "the API behind the gateway cannot be reached"),
		},
		{[]string{"internal error"}, vendor(sdk.Unavailable, unknown, true, "the gateway failed")},
	}
}
