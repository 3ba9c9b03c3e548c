package main

import (
	"strings"

	"github.com/ocrmux/ocrmux/sdk"
)

// codes is the vendor's table of codeid, without 10000. They are not billed.
func codes() sdk.Table {
	operator := func(kind sdk.FailureKind, message string) sdk.Fail {
		return sdk.Fail{Kind: kind, FailOver: true, Billed: sdk.BilledNo, Fault: sdk.OperatorFault, Message: message}
	}
	vendor := func(kind sdk.FailureKind, retryable bool, message string) sdk.Fail {
		return sdk.Fail{Kind: kind, Retryable: retryable, FailOver: true, Billed: sdk.BilledNo, Fault: sdk.VendorFault, Message: message}
	}
	return sdk.Table{
		"10001": operator(sdk.Unauthenticated, "the vendor found no appid"),
		"10002": operator(sdk.Unauthenticated, "the vendor found no signature"),
		"10003": operator(sdk.Unauthenticated, "the vendor refuses the signature: app_secret is wrong, or something changed the request on its way"),
		"10004": operator(sdk.Unauthenticated, "this machine's clock is more than ten minutes off the vendor's"),
		"10005": operator(sdk.Unauthenticated, "the vendor does not know app_id"),
		"10006": operator(sdk.PermissionDenied, "this machine's address is not among those that the account lets in"),
		"10007": operator(sdk.PermissionDenied, "the app is disabled"),
		"10008": operator(sdk.PermissionDenied, "the app lacks this API: add it in the vendor's console"),
		"10009": operator(sdk.ProviderError, "the vendor has no such API: check endpoint"),
		"10010": operator(sdk.PermissionDenied, "the account has not subscribed to this API"),
		"10011": operator(sdk.QuotaExhausted, "the subscription has expired"),
		"10012": operator(sdk.PermissionDenied, "the account has not subscribed to any API"),
		"10013": vendor(sdk.Unavailable, false, "the vendor has suspended the API"),
		"10014": vendor(sdk.ProviderError, false, "the vendor does not know what went wrong"),
		"10015": vendor(sdk.InvalidRequest, false, "the vendor expects another number of parameters"),
		"10017": vendor(sdk.InvalidRequest, false, "the vendor could not read the time of the request"),
		"10018": operator(sdk.QuotaExhausted, "the calls that were bought are used up"),
		"10019": vendor(sdk.ProviderError, false, "the vendor says why in its message only"),
		"10020": operator(sdk.ProviderError, "the vendor has no such sub-API, or closed it: check endpoint"),
		"10021": vendor(sdk.Unavailable, true, "the vendor's server failed"),
		"10022": operator(sdk.QuotaExhausted, "the account's balance is used up"),
	}
}

// refusal returns the failure for a codeid that is not 10000. For 10019, the message says whether the picture is wrong.
func refusal(code, message string) sdk.Fail {
	if code == "10019" && (strings.Contains(message, "图") || strings.Contains(message, "url_image")) {
		return sdk.Fail{
			Kind: sdk.InvalidImage, VendorCode: code, VendorMessage: message, Message: "the vendor could not use the picture",
			FailOver: true, Fault: sdk.CallerFault,
		}
	}
	return codes().Fail(code, message)
}

// status is the meaning of a value of image_status.
type status struct {
	signal string // the signal that is yes
	// kind and message are the failure if no field was read. If hopeless is set, fields do not count.
	kind     sdk.FailureKind
	message  string
	hopeless bool
}

func statuses() map[string]status {
	const noCard, unread = sdk.NoDocument, sdk.Unreadable
	return map[string]status{
		"normal":          {"", unread, "the vendor read no field, yet complains of nothing", false},
		"reversed_side":   {sdk.SignalReversedSide, unread, "the vendor read no field: the picture shows the other side", false},
		"non_idcard":      {sdk.SignalNotIDCard, noCard, "the picture shows no ID card", true},
		"blurred":         {sdk.SignalBlurred, unread, "the picture is out of focus", false},
		"other_type_card": {sdk.SignalNotIDCard, noCard, "the picture shows a card of another kind", false},
		"over_exposure":   {sdk.SignalOverExposed, unread, "light covers the card's main fields", false},
		"over_dark":       {sdk.SignalOverDark, unread, "the picture is too dark", false},
		"unknown":         {"", unread, "the vendor read no field and does not know why", false},
		"":                {"", unread, "the vendor read no field", false},
	}
}

// signals returns the signal that a status names. For a normal picture, all signals are no.
func signals(code string) []sdk.Signal {
	if code == "normal" {
		var none []sdk.Signal
		for _, name := range []string{sdk.SignalReversedSide, sdk.SignalNotIDCard, sdk.SignalBlurred, sdk.SignalOverExposed, sdk.SignalOverDark} {
			none = append(none, sdk.Signal{Name: name, State: sdk.SignalNo, VendorCode: code})
		}
		return none
	}
	if s := statuses()[code]; s.signal != "" {
		return []sdk.Signal{{Name: s.signal, State: sdk.SignalYes, VendorCode: code}}
	}
	return nil
}

// numberChecks returns the vendor's checks for a value of idcard_number_type, and the fields that are then uncertain. -1
// means that no field of the front was read. With 0 the vendor does not return the number.
func numberChecks(code string) (checks []sdk.VendorCheck, doubted []string) {
	check := func(name string, passed bool) {
		c := sdk.VendorCheck{Name: name, State: sdk.CheckPass, VendorCode: code}
		if !passed {
			c.State = sdk.CheckFail
		}
		checks = append(checks, c)
	}
	switch code {
	case "0":
		check(sdk.CheckIDNumberChecksum, false)
	case "1", "2", "3", "4":
		birth, sex := code == "1" || code == "4", code == "1" || code == "3"
		check(sdk.CheckBirthDateMatchesNumber, birth)
		check(sdk.CheckSexMatchesNumber, sex)
		if !birth {
			doubted = append(doubted, sdk.BirthDate)
		}
		if !sex {
			doubted = append(doubted, sdk.Sex)
		}
		if doubted != nil {
			doubted = append(doubted, sdk.IDNumber)
		}
	}
	return checks, doubted
}
