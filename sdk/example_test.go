package sdk_test

import (
	"errors"
	"fmt"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/sdk"
)

// Time and randomness come with the call, so the same call always gives the same request.
func ExampleCall() {
	p := steps(func(c *sdk.Call, _ *sdk.Start) *sdk.Action {
		fmt.Println(c.Endpoint("https://api.acme.example"), c.Option("mode", "fast"), c.Seconds(), c.Nonce(), c.HasSecret("token"))
		return sdk.Recognized(new(sdk.Done))
	})
	sdk.Step(p, &abi.StepRequest{
		Context: &abi.Context{NowUnixMs: 1767323045678, Nonce: "0123456789abcdef0123456789abcdef", Config: []abi.Leaf{{Path: "/mode", Value: "precise"}}},
		Start:   new(sdk.Start),
	}, nil)
	// Output: https://api.acme.example precise 1767323045 0123456789abcdef0123456789abcdef false
}

// steps is a provider with a function as its first step.
type steps func(*sdk.Call, *sdk.Start) *sdk.Action

func (f steps) Start(c *sdk.Call, in *sdk.Start) *sdk.Action  { return f(c, in) }
func (f steps) Response(*sdk.Call, *sdk.Response) *sdk.Action { return nil }

func ExampleRequest() {
	r := sdk.Post("https://api.acme.example/v1/idcard").
		Query(sdk.Param("side", sdk.Text("front")), sdk.Param("lang", sdk.Text("zh"))).
		Header(sdk.Param("Authorization", sdk.Join(sdk.Text("APPCODE "), sdk.Secret("app_code")))).
		Multipart(
			sdk.FormField("type", sdk.Text("1")),
			sdk.FormFile("file", "card.jpg", "image/jpeg", sdk.Image(sdk.Raw)),
		).
		State([]byte("card"))

	x := sdk.Send(r).Exchange
	fmt.Println(x.Request.URL, len(x.Request.Query), x.Request.Headers[0].Name, x.Request.Body.Multipart.Fields[1].Filename, string(x.State))
	// Output: https://api.acme.example/v1/idcard 2 Authorization card.jpg card
}

// A JSON body keeps the order of its members. The host escapes its strings.
func ExampleJSON() {
	body := sdk.Object(
		sdk.Member("image", sdk.String(sdk.Image(sdk.Base64))),
		sdk.Member("options", sdk.Array(sdk.StringText("crop"), sdk.Bool(true), sdk.Number("1.5"))),
	)
	for _, m := range sdk.Send(sdk.Post("https://api.acme.example").JSON(body)).Exchange.Request.Body.JSON.Object.Members {
		fmt.Println(m.Name)
	}
	// Output:
	// image
	// options
}

// A signature is a value. The host computes it, so the provider never has the secret. This one derives a key for the
// day, as several clouds require.
func ExampleValue() {
	toSign := sdk.Join(sdk.Text("POST\n2026-01-02\n"), sdk.Hash(sdk.SHA256, sdk.Hex, sdk.BodyBytes()))
	day := sdk.HMAC(sdk.SHA256, sdk.Raw, sdk.Secret("secret_key"), sdk.Text("2026-01-02"))
	signed := sdk.Post("https://api.acme.example").Header(sdk.Param("X-Signature", sdk.HMAC(sdk.SHA256, sdk.Hex, day, toSign)))

	fmt.Println(sdk.Shown(toSign))
	fmt.Println(sdk.Send(signed).Exchange.Request.Headers[0].Name)
	// Output:
	// POST#2026-01-02#{sha256 of the body}
	// X-Signature
}

// The host keeps the answer with a token and makes the token a secret, which no provider sees.
func ExampleCacheRule() {
	x := sdk.Send(sdk.Post("https://api.acme.example/token").
		Form(sdk.Param("client_id", sdk.Secret("client_id")), sdk.Param("client_secret", sdk.Secret("client_secret"))).
		Cache(sdk.CacheRule{Key: "token", TTLPointer: "/expires_in", MarginSeconds: 60, Statuses: []uint32{200}}).
		Capture("/access_token", "access_token")).Exchange

	captured := x.Capture[0]
	fmt.Println(x.Cache.Key, captured.Pointer, captured.Secret)
	// Output: token /access_token access_token
}

// A table follows the vendor's document row by row. For a code that it does not list, billing is unknown.
func ExampleTable() {
	row := func(kind sdk.FailureKind, fault sdk.Fault, billed sdk.Billed, message string) sdk.Fail {
		return sdk.Fail{Kind: kind, Fault: fault, Billed: billed, Message: message, FailOver: true}
	}
	table := sdk.Table{
		"1001": row(sdk.Unreadable, sdk.CallerFault, sdk.BilledYes, "the card cannot be read"),
		"2003": row(sdk.QuotaExhausted, sdk.OperatorFault, sdk.BilledNo, "the account is empty"),
	}
	for _, code := range []string{"2003", "7777"} {
		f := table.Fail(code, "余额不足")
		fmt.Println(f.VendorCode, f.Kind, f.Fault, "billed:", f.Billed)
	}
	// Output:
	// 2003 quota_exhausted operator billed: no
	// 7777 provider_error vendor billed: unknown
}

// Leaves are the same for JSON, XML and forms.
func ExampleLeaves() {
	leaves, _ := sdk.FlattenJSON(`{"code": 0, "words": {"name": "样本张三"}, "score": "0.98", "hint": null}`)
	code, _ := leaves.Int("/code")
	score, _ := leaves.Float("/score")
	fmt.Println(code, score, leaves.Text("/words/name"), leaves.First("/nick", "/words/name"), leaves.Has("/words"))
	// Output: 0 0.98 样本张三 样本张三 true
}

func ExampleResponse() {
	r := &sdk.Response{Response: &abi.Response{Status: 429, Headers: []sdk.Header{{Name: "retry-after", Value: "2"}}}}
	f := sdk.NoAnswer(r, "code")
	fmt.Println(r.HeaderText("Retry-After"), r.RetryAfterMillis(), f.Kind, f.Retryable)
	// Output: 2 2000 rate_limited true
}

// A host function that fails returns an error with its status.
func ExampleHostError() {
	p := steps(func(c *sdk.Call, _ *sdk.Start) *sdk.Action {
		_, err := c.Sign(sdk.Hash(sdk.SHA256, sdk.Hex, sdk.Secret("app_secret")))
		var failure *sdk.HostError
		if errors.As(err, &failure) {
			fmt.Println(failure.Function, failure.Status)
		}
		return sdk.Failed(sdk.Fail{Kind: sdk.ProviderError, Message: "cannot sign"})
	})
	denies := func(*abi.HostCall) *abi.HostReply { return &abi.HostReply{Status: abi.HostStatusDenied} }
	sdk.Step(p, &abi.StepRequest{Start: new(sdk.Start)}, denies)
	// Output: sign denied
}

// A provider whose limits depend on the account fits the picture itself. Most providers have limits in the manifest.
func ExampleImageLimits() {
	p := steps(func(c *sdk.Call, _ *sdk.Start) *sdk.Action {
		limits := &sdk.ImageLimits{MaxSide: 1600, MaxBytes: 500_000}
		fitted, err := c.FitImage(0, limits)
		if err != nil {
			return sdk.Failed(sdk.Fail{Kind: sdk.InvalidImage, Message: err.Error()})
		}
		fmt.Println(fitted.Width, fitted.Height)
		return sdk.Send(sdk.Post("https://api.acme.example").Raw(sdk.Blob(fitted.Handle, sdk.Raw)))
	})
	host := func(*abi.HostCall) *abi.HostReply {
		return &abi.HostReply{ImageFit: &abi.ImageFitReply{Picture: &sdk.PictureInfo{Handle: 5, Width: 1600, Height: 1009}}}
	}
	sdk.Step(p, &abi.StepRequest{Start: new(sdk.Start)}, host)
	// Output: 1600 1009
}
