// Command porter keeps a front door, right or wrong, as the header X-Act tells it to. It reads no card.
package main

import (
	"strings"

	"github.com/ocrmux/ocrmux/sdk"
)

type porter struct{}

func init() { sdk.Register(porter{}) }

func main() { sdk.Main() }

func (porter) Start(*sdk.Call, *sdk.Start) *sdk.Action {
	return sdk.Failed(sdk.Fail{Kind: sdk.Internal})
}

func (porter) Response(*sdk.Call, *sdk.Response) *sdk.Action {
	return sdk.Failed(sdk.Fail{Kind: sdk.Internal})
}

// Accept admits whoever knows a code, with the picture of the form's field picture or url.
func (porter) Accept(c *sdk.Call, in *sdk.InboundRequest) *sdk.Accepted {
	code := sdk.Secret("code")
	admit := &sdk.Admit{
		Proofs: []sdk.Proof{{Given: in.HeaderText("X-Code"), Expected: &code}},
		State:  []byte(in.HeaderText("X-Act")),
	}
	if l := in.Leaf("/picture"); l != nil {
		admit.Picture = sdk.PictureFrom(l, sdk.Base64)
	}
	if url := in.Text("/url"); url != "" {
		admit.Picture = &sdk.InboundPicture{URL: url}
	}
	switch in.HeaderText("X-Act") {
	case "panic":
		panic("on purpose")
	case "say nothing":
		return &sdk.Accepted{}
	case "answer with a secret at once":
		return sdk.Answered(withSecret("code"))
	case "admit anybody":
		admit.Proofs = nil
	case "ask for bytes that are not there":
		admit.Picture = &sdk.InboundPicture{Blob: sdk.Blob(4711, sdk.Raw).Parts[0].Blob}
	case "ask for the body as the picture":
		admit.Picture = &sdk.InboundPicture{Blob: sdk.Blob(0, sdk.Raw).Parts[0].Blob}
	case "ask for no kind of picture":
		admit.Picture = new(sdk.InboundPicture)
	case "prove with a secret in plain":
		inner := sdk.Secret("inner")
		admit.Proofs[0].Expected = &inner
	case "prove over the body":
		sum := sdk.Hash(sdk.SHA256, sdk.Hex, sdk.BodyBytes(), sdk.Secret("inner"))
		admit.Proofs[0].Expected = &sum
	}
	return sdk.Admitted(admit)
}

// Reply says the kind of failure, or the name that was read.
func (porter) Reply(c *sdk.Call, out *sdk.ReplyRequest) *sdk.InboundResponse {
	switch string(out.State) {
	case "panic on the way out":
		panic("on purpose")
	case "reply nothing":
		return &sdk.InboundResponse{}
	case "reply with the status 99":
		return sdk.AnswerText(99, "text/plain", "")
	case "reply with a secret in plain":
		return withSecret("inner")
	case "reply with the code":
		return withSecret("code")
	case "reply with bad headers":
		r := sdk.AnswerText(200, "text/plain", "fine")
		r.Headers = append(r.Headers, sdk.Header{Name: "X-Good", Value: "a\r\nX-Evil: b"}, sdk.Header{Name: "X Bad:", Value: "c"})
		return r
	}
	if f := out.Failure; f != nil {
		return sdk.AnswerText(400, "text/plain; charset=utf-8", strings.Join([]string{f.Kind.String(), f.Message, f.VendorCode, f.VendorMessage}, "|"))
	}
	return sdk.AnswerText(200, "text/plain; charset=utf-8", sdk.CardOf(out.Recognition).Text(sdk.Name))
}

func withSecret(name string) *sdk.InboundResponse {
	r := sdk.AnswerText(200, "text/plain", "")
	v := sdk.Secret(name)
	r.Body.Raw = &v
	return r
}
