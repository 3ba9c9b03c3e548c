package main

import "github.com/ocrmux/ocrmux/sdk"

// refusal returns the failure of an answer with an error_code.
func refusal(r *sdk.Response) sdk.Fail {
	f := codes().Fail(r.Text("/error_code"), r.Text("/error_msg"))
	f.VendorRequestID, f.RetryAfterMs = r.Text("/log_id"), r.RetryAfterMillis()
	return f
}

// noToken returns the failure of a call without an access token: {"error", "error_description"}. It is not charged.
func noToken(r *sdk.Response) sdk.Fail {
	f := sdk.NoAnswer(r, "access_token")
	if f.Kind == sdk.OutcomeUnknown { // a token costs nothing, so that it can be asked for again
		f.Kind, f.Retryable = sdk.Unavailable, true
	}
	if code := r.Text("/error"); code != "" {
		f = tokenCodes().Fail(code, r.Text("/error_description"))
	}
	f.Billed, f.RetryAfterMs = sdk.BilledNo, r.RetryAfterMillis()
	return f
}

// tokenCodes are the errors of the token's URL. The vendor's document has invalid_client, RFC 6749 section 5.2 the others.
func tokenCodes() sdk.Table {
	key := func(message string) sdk.Fail {
		return sdk.Fail{Kind: sdk.Unauthenticated, FailOver: true, Billed: sdk.BilledNo, Fault: sdk.OperatorFault, Message: message}
	}
	return sdk.Table{
		"invalid_client":         key("client_id or client_secret is wrong"),
		"unauthorized_client":    key("the application may not fetch access tokens"),
		"invalid_grant":          key("the application may not fetch access tokens"),
		"unsupported_grant_type": key("the endpoint gives no tokens for client credentials"),
		"invalid_scope":          key("the application has none of the scopes"),
		"invalid_request":        key("the endpoint did not understand the request for a token"),
	}
}

// codes is the vendor's table of error_code. A failed call is not charged; see the package documentation.
func codes() sdk.Table {
	const no = sdk.BilledNo
	fail := func(kind sdk.FailureKind, fault sdk.Fault, message string) sdk.Fail {
		return sdk.Fail{Kind: kind, FailOver: true, Billed: no, Fault: fault, Message: message}
	}
	again := func(kind sdk.FailureKind, fault sdk.Fault, message string) sdk.Fail {
		return sdk.Fail{Kind: kind, Retryable: true, FailOver: true, Billed: no, Fault: fault, Message: message}
	}
	request := func(message string) sdk.Fail {
		return sdk.Fail{Kind: sdk.InvalidRequest, Billed: no, Fault: sdk.CallerFault, Message: message}
	}
	const caller, operator, vendors = sdk.CallerFault, sdk.OperatorFault, sdk.VendorFault
	return sdk.Table{
		"1":  again(sdk.Unavailable, vendors, "an unknown error of the vendor"),
		"2":  again(sdk.Unavailable, vendors, "the vendor is unavailable for the moment"),
		"3":  fail(sdk.InvalidRequest, operator, "the endpoint has no such API"),
		"4":  again(sdk.RateLimited, operator, "too many calls for the vendor's cluster"),
		"6":  fail(sdk.PermissionDenied, operator, "the application has no permission for ID card OCR; tick it in the console"),
		"13": fail(sdk.Unauthenticated, operator, "the vendor could not get an internal token for this application"),
		"14": fail(sdk.Unauthenticated, operator, "the vendor could not verify who calls"),
		"15": fail(sdk.Unauthenticated, operator, "the application does not exist"),
		"17": fail(sdk.QuotaExhausted, operator, "the calls of the day are used up"),
		"18": again(sdk.RateLimited, operator, "too many calls in a second"),
		"19": fail(sdk.QuotaExhausted, operator, "the calls are used up"),

		"100": fail(sdk.Unauthenticated, operator, "the access token is missing or malformed"),
		"110": fail(sdk.Unauthenticated, operator, "the access token is refused, even a new one"),
		"111": fail(sdk.Unauthenticated, operator, "the access token has expired, a fresh one too"),

		"216015": fail(sdk.Unavailable, vendors, "the vendor has closed this module"),
		"216100": request("the vendor refused a parameter"),
		"216101": request("a parameter is missing"),
		"216102": fail(sdk.InvalidRequest, operator, "the endpoint does not know this service"),
		"216103": request("a parameter is too long for the vendor"),
		"216110": fail(sdk.Unauthenticated, operator, "the application does not exist"),
		"216111": fail(sdk.Unauthenticated, operator, "the account does not exist"),

		"216200": fail(sdk.InvalidImage, caller, "the picture is empty"),
		"216201": fail(sdk.InvalidImage, caller, "the picture has a format that the vendor does not read"),
		"216202": fail(sdk.InvalidImage, caller, "the picture is too large or too small for the vendor"),
		"216203": fail(sdk.InvalidImage, caller, "the vendor could not decode the picture"),

		"216300": again(sdk.Unavailable, vendors, "the vendor's database failed"),
		"216400": again(sdk.Unavailable, vendors, "the vendor's back end failed"),
		"216401": again(sdk.Unavailable, vendors, "the vendor failed"),

		"216630": again(sdk.Unavailable, vendors, "recognition failed; the vendor asks to call again"),
		// From the vendor's bank card OCR, but listed for all of its OCR.
		"216631": fail(sdk.NoDocument, caller, "the vendor took the picture for a bank card and could not read it"),
		"216633": fail(sdk.Unreadable, caller, "the vendor could not read an ID card in the picture"),
		"216634": again(sdk.Unavailable, vendors, "detection failed; the vendor asks to call again"),

		"282000": again(sdk.Unavailable, vendors, "the vendor failed"),
		"282003": request("a parameter is missing"),
		// From batch calls, which this provider does not make.
		"282005": fail(sdk.Unavailable, vendors, "the vendor failed in a batch"),
		"282006": request("the batch has too many tasks"),
		// In older copies of the table only.
		"282102": fail(sdk.NoDocument, caller, "the vendor found nothing to read in the picture"),
		"282103": fail(sdk.Unreadable, caller, "the vendor could not read what it found in the picture"),
		"282810": fail(sdk.Unreadable, caller, "the vendor could not read the picture"),

		"282110": fail(sdk.InvalidImage, caller, "the address of the picture is missing"),
		"282111": fail(sdk.InvalidImage, caller, "the address of the picture is malformed"),
		"282112": again(sdk.InvalidImage, caller, "the vendor could not fetch the picture in time"),
		"282113": fail(sdk.InvalidImage, caller, "the vendor got no picture from the address"),
		"282114": fail(sdk.InvalidImage, caller, "the address of the picture is longer than 1,024 bytes, or empty"),
	}
}
