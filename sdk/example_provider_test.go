package sdk_test

import (
	"fmt"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/sdk"
)

// acme is a provider for a vendor that takes the picture in a form and a key in a header.
type acme struct{}

func (acme) Start(c *sdk.Call, _ *sdk.Start) *sdk.Action {
	return sdk.Send(sdk.Post(c.Endpoint("https://api.acme.example") + "/idcard").
		Header(sdk.Param("X-Key", sdk.Secret("key"))).
		Form(sdk.Param("image", sdk.Image(sdk.Base64))))
}

func (acme) Response(_ *sdk.Call, r *sdk.Response) *sdk.Action {
	if !r.Has("/card") {
		return sdk.Failed(sdk.NoAnswer(r, "card"))
	}
	return sdk.Recognized(&sdk.Done{
		Side:   sdk.Front,
		Fields: sdk.Fields(sdk.Read(sdk.Name, r.Text("/card/name")), sdk.Read(sdk.IDNumber, r.Text("/card/number"))),
		Billed: sdk.BilledYes,
	})
}

// Step does what the host does, so tests can run single steps.
func ExampleProvider() {
	action := sdk.Step(acme{}, &abi.StepRequest{Start: &sdk.Start{Document: "cn.idcard", Picture: &sdk.PictureInfo{Format: sdk.JPG}}}, nil)
	fmt.Println(action.Exchange.Request.Method, action.Exchange.Request.URL)

	leaves, _ := sdk.FlattenJSON(`{"card": {"name": "样本张三", "number": "11010119900307803X"}}`)
	action = sdk.Step(acme{}, &abi.StepRequest{Response: &abi.Response{Status: 200, Leaves: leaves}}, nil)
	for _, f := range action.Done.Fields {
		fmt.Println(f.Name, f.Text)
	}
	// Output:
	// POST https://api.acme.example/idcard
	// name 样本张三
	// id_number 11010119900307803X
}
