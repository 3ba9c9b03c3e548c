// Command unruly is a provider for a made-up vendor. Its setting misbehave breaks one rule of the conformance kit. Without
// the setting it keeps all of them.
package main

import (
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/sdk"
)

type provider struct{}

// A provider must not have such variables: in a subprocess they outlive a step, and in a module they do not.
var (
	steps int
	kept  [][]byte
	sum   uint64
)

func (provider) Start(c *sdk.Call, in *sdk.Start) *sdk.Action {
	misbehave := c.Option("misbehave", "")
	vendor := "https://api.example.com"
	steps++
	switch misbehave {
	case "leaky":
		kept = append(kept, make([]byte, 600))
	case "bloated":
		kept = append(kept, make([]byte, 10<<20))
	case "hungry":
		for i := range uint64(5_000_000) {
			sum = sum*31 + i ^ sum>>7
		}
	case "elsewhere":
		vendor = "https://other.example.com"
	}
	key, now := sdk.Secret("app_key"), sdk.Text(c.Millis())
	r := sdk.Post(c.Endpoint(vendor)+"/idcard").Form(
		sdk.Param("key", key),
		sdk.Param("now", now),
		sdk.Param("sign", sdk.Hash(sdk.SHA256, sdk.Hex, sdk.Secret("app_secret"), now)),
		sdk.Param("image", sdk.Image(sdk.Base64)),
	)
	switch misbehave {
	case "impure":
		r.State([]byte(strconv.Itoa(steps)))
	case "indiscreet":
		r.Header(sdk.Param("X-Debug", sdk.Text("correct horse battery staple")))
	}
	return sdk.Send(r)
}

func (provider) Response(c *sdk.Call, r *sdk.Response) *sdk.Action {
	misbehave := c.Option("misbehave", "")
	l := r.Leaf("/code")
	if misbehave == "brittle" && l != nil && l.Value == "" && l.Type != 0 {
		panic("no code")
	}
	code := r.Text("/code")
	if code == "" && strings.HasPrefix(misbehave, "asks again") {
		again := sdk.Get(c.Endpoint("https://api.example.com") + "/idcard")
		if misbehave == "asks again and says what it cost" {
			again.BilledBefore(sdk.BilledNo)
		}
		return sdk.Send(again)
	}
	if code == "" {
		f := sdk.NoAnswer(r, "code")
		f.Retryable = f.Retryable || misbehave == "wasteful"
		return sdk.Failed(f)
	}
	if code != "0" {
		f := codes().Fail(code, r.Text("/message"))
		switch {
		case misbehave == "unmapped" && code == "2":
			f.Kind = sdk.ProviderError
		case misbehave == "hopeful" && f.VendorMessage == "no idea":
			f.Retryable = true
		}
		return sdk.Failed(f)
	}
	fields := sdk.Fields(sdk.Read(sdk.Name, r.Text("/name")), sdk.Read(sdk.IDNumber, r.Text("/number")))
	if len(fields) == 0 && misbehave != "empty" {
		return sdk.Failed(sdk.Fail{Kind: sdk.NoDocument, FailOver: true, Billed: sdk.BilledYes, Message: "no field was read"})
	}
	return sdk.Recognized(&sdk.Done{Side: sdk.Front, Billed: sdk.BilledYes, Fields: fields})
}

func codes() sdk.Table {
	return sdk.Table{
		"1": {Kind: sdk.Unreadable, FailOver: true, Billed: sdk.BilledYes, Fault: sdk.CallerFault, Message: "the card cannot be read"},
		"2": {Kind: sdk.RateLimited, Retryable: true, FailOver: true, Billed: sdk.BilledNo, Fault: sdk.OperatorFault, Message: "too many calls"},
	}
}

func (provider) Accept(c *sdk.Call, in *sdk.InboundRequest) *sdk.Accepted {
	image := in.Leaf("/image")
	if image == nil || c.Option("misbehave", "") == "shut" {
		return sdk.Answered(sdk.AnswerJSON(400, sdk.Object(sdk.Member("code", sdk.Number("3")))))
	}
	expected := sdk.Hash(sdk.SHA256, sdk.Hex, sdk.Secret("app_secret"), sdk.Text(in.Text("/now")))
	return sdk.Admitted(&sdk.Admit{
		Document: "cn.idcard",
		Picture:  sdk.PictureFrom(image, sdk.Base64),
		Client:   &sdk.ClientKey{Name: "app_key", Value: in.Text("/key")},
		Proofs:   []sdk.Proof{{Given: in.Text("/sign"), Expected: &expected, Otherwise: &sdk.Fail{Kind: sdk.Unauthenticated}}},
	})
}

func (provider) Reply(c *sdk.Call, out *sdk.ReplyRequest) *sdk.InboundResponse {
	misbehave := c.Option("misbehave", "")
	if f := out.Failure; f != nil {
		message := "failed"
		if misbehave == "talkative" {
			message = f.Message
		}
		return sdk.AnswerJSON(200, sdk.Object(sdk.Member("code", sdk.Number("1")), sdk.Member("message", sdk.StringText(message))))
	}
	card := sdk.CardOf(out.Recognition)
	if misbehave == "garbled" {
		return sdk.AnswerText(200, "text/plain", "name: "+card.Text(sdk.Name))
	}
	return sdk.AnswerJSON(200, sdk.Object(
		sdk.Member("code", sdk.Number("0")),
		sdk.Member("name", sdk.StringText(strings.TrimSpace(card.Text(sdk.Name)))),
		sdk.Member("number", sdk.StringText(card.Text(sdk.IDNumber))),
	))
}

func init() { sdk.Register(provider{}) }

func main() { sdk.Main() }
