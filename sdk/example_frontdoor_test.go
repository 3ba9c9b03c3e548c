package sdk_test

import (
	"fmt"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/sdk"
)

// door answers as a vendor whose form has a key, a signature and the picture as text.
type door struct{ sdk.Provider }

func (door) Accept(_ *sdk.Call, in *sdk.InboundRequest) *sdk.Accepted {
	image := in.Leaf("/image")
	if image == nil {
		return sdk.Answered(sdk.AnswerText(400, "text/plain", "image is missing"))
	}
	expected := sdk.Hash(sdk.SHA256, sdk.Hex, sdk.Secret("app_secret"), sdk.Text(in.Text("/time")))
	return sdk.Admitted(&sdk.Admit{
		Document: "cn.idcard",
		Picture:  sdk.PictureFrom(image, sdk.Base64),
		Client:   &sdk.ClientKey{Name: "app_key", Value: in.Text("/key")},
		Proofs:   []sdk.Proof{{Given: in.Text("/sign"), Expected: &expected}},
	})
}

func (door) Reply(_ *sdk.Call, out *sdk.ReplyRequest) *sdk.InboundResponse {
	if out.Failure != nil {
		return sdk.AnswerJSON(200, sdk.Object(sdk.Member("code", sdk.StringText(out.Failure.Kind.String()))), sdk.Header{Name: "X-Request-Id", Value: out.CallID})
	}
	return sdk.AnswerJSON(200, sdk.Object(sdk.Member("name", sdk.StringText(sdk.CardOf(out.Recognition).Text(sdk.Name)))))
}

// Accept returns what a request means and which proofs must hold; the host compares them. Reply returns the outcome.
func ExampleFrontDoor() {
	request := &abi.InboundRequest{Method: "POST", Path: "/idcard", Leaves: sdk.Leaves{{Path: "/key", Value: "demo"}, {Path: "/image", Value: "/9j/4AAQ"}}}
	accepted := sdk.Accept(door{}, &abi.AcceptRequest{Request: request}, nil)
	fmt.Println(accepted.Admit.Document, accepted.Admit.Client.Value, len(accepted.Admit.Proofs))

	response := sdk.Reply(door{}, &abi.ReplyRequest{Failure: &sdk.Fail{Kind: sdk.NoDocument}, CallID: "c0ffee"}, nil)
	fmt.Println(response.Status, response.Headers[0].Value)
	// Output:
	// cn.idcard demo 1
	// 200 c0ffee
}
