package aligateway

import (
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/sdk"
)

// refusal is a failure of the gateway itself: a status, its words in a header, and no body.
type refusal struct {
	status uint32
	words  string
}

// mark stands before the status in the code of a failure that the gateway is to say, not the API behind it.
const mark = "gateway "

func (r refusal) fail() *sdk.Fail {
	return &sdk.Fail{
		Kind: sdk.Unauthenticated, VendorCode: mark + strconv.Itoa(int(r.status)), VendorMessage: r.words,
		Billed: sdk.BilledNo, Fault: sdk.CallerFault,
	}
}

func (r refusal) answer(c *sdk.Call) *sdk.Accepted { return sdk.Answered(r.response(c.Nonce())) }

func (r refusal) response(id string) *sdk.InboundResponse {
	return &sdk.InboundResponse{Status: r.status, Headers: []sdk.Header{
		{Name: "X-Ca-Error-Message", Value: r.words}, {Name: "X-Ca-Request-Id", Value: id},
	}}
}

// Refused answers with a failure that is the gateway's: one of Admit's, too many calls, or no answer in time. It is false for
// all others, which the API says in its own words.
func Refused(out *sdk.ReplyRequest) (*sdk.InboundResponse, bool) {
	f := out.Failure
	if f == nil {
		return nil, false
	}
	if status, ok := strings.CutPrefix(f.VendorCode, mark); ok {
		n, err := strconv.ParseUint(status, 10, 32)
		return refusal{uint32(n), f.VendorMessage}.response(out.CallID), err == nil
	}
	switch {
	case f.VendorCode != "":
		return nil, false
	case f.Kind == sdk.RateLimited:
		return refusal{403, "Throttled by API Flow Control"}.response(out.CallID), true
	case f.Kind == sdk.Timeout, f.Kind == sdk.OutcomeUnknown:
		return refusal{504, "Async Service"}.response(out.CallID), true
	}
	return nil, false
}

// Reply is an answer of the API that passes through the gateway.
func Reply(out *sdk.ReplyRequest, status uint32, body sdk.JSON) *sdk.InboundResponse {
	return sdk.AnswerJSON(status, body, sdk.Header{Name: "X-Ca-Request-Id", Value: out.CallID})
}

// Answer is Reply at once, to a request that was not admitted.
func Answer(c *sdk.Call, status uint32, body sdk.JSON) *sdk.Accepted {
	return sdk.Answered(sdk.AnswerJSON(status, body, sdk.Header{Name: "X-Ca-Request-Id", Value: c.Nonce()}))
}
