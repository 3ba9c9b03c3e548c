package aligateway

import (
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/sdk"
)

// refusal is an error of the gateway itself: a status, a message in a header, and no body.
type refusal struct {
	status uint32
	words  string
}

// mark precedes the status in the code of a failure that the gateway answers, not the API behind it.
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

// Refused returns the response for a failure that the gateway answers: one of [Admit], too many calls, or no answer in
// time. ok is false for other failures, which the API answers.
func Refused(out *sdk.ReplyRequest) (r *sdk.InboundResponse, ok bool) {
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

// Reply returns a response of the API with the gateway's header.
func Reply(out *sdk.ReplyRequest, status uint32, body sdk.JSON) *sdk.InboundResponse {
	return sdk.AnswerJSON(status, body, sdk.Header{Name: "X-Ca-Request-Id", Value: out.CallID})
}

// Answer is [Reply] for a request that was not admitted.
func Answer(c *sdk.Call, status uint32, body sdk.JSON) *sdk.Accepted {
	return sdk.Answered(sdk.AnswerJSON(status, body, sdk.Header{Name: "X-Ca-Request-Id", Value: c.Nonce()}))
}
