package main

import (
	"net/url"

	"github.com/ocrmux/ocrmux/sdk"
)

// The vendor's address, and the names of the cached access token.
const (
	vendor    = "https://aip.baidubce.com"
	tokenPath = "/oauth/2.0/token"
	cardPath  = "/rest/2.0/ocr/v1/idcard"

	tokenKey    = "token"
	tokenSecret = "access_token"
)

// The exchanges of a call. If the vendor refuses the token, the provider fetches another and tries again.
const (
	stepToken      = "token"
	stepCard       = "card"
	stepTokenAgain = "token again"
	stepCardAgain  = "card again"
)

type provider struct{}

// Start fetches the access token. The host usually has it in its cache.
func (provider) Start(c *sdk.Call, in *sdk.Start) *sdk.Action {
	call, err := newCall(c, in)
	if err != nil {
		return sdk.Failed(sdk.Fail{Kind: sdk.InvalidRequest, Message: err.Error(), Billed: sdk.BilledNo, Fault: sdk.CallerFault})
	}
	return fetchToken(c, call, stepToken)
}

// Response continues after the exchange that the state names.
func (provider) Response(c *sdk.Call, r *sdk.Response) *sdk.Action {
	call, err := url.ParseQuery(string(r.State))
	if err != nil {
		return sdk.Failed(sdk.Fail{Kind: sdk.Internal, Message: "the state is not the one that was sent", Billed: sdk.BilledUnknown})
	}
	switch step := call.Get("step"); step {
	case stepToken, stepTokenAgain:
		if !c.HasSecret(tokenSecret) || r.Text("/error") != "" {
			return sdk.Failed(noToken(r))
		}
		return readCard(c, call, map[string]string{stepToken: stepCard, stepTokenAgain: stepCardAgain}[step])
	case stepCard:
		// These codes say that the token ended early.
		if code := r.Text("/error_code"); code == "110" || code == "111" {
			return fetchToken(c, call, stepTokenAgain)
		}
	}
	if r.Text("/error_code") != "" {
		return sdk.Failed(refusal(r))
	}
	if !r.Has("/words_result") && !r.Has("/image_status") {
		return sdk.Failed(sdk.NoAnswer(r, "words_result"))
	}
	return answer(call, r)
}

// fetchToken requests an access token. The vendor's document has the parameters in the query.
func fetchToken(c *sdk.Call, call url.Values, step string) *sdk.Action {
	call.Set("step", step)
	request := sdk.Post(c.Endpoint(vendor)+tokenPath).
		Query(
			sdk.Param("grant_type", sdk.Text("client_credentials")),
			sdk.Param("client_id", sdk.Secret("client_id")),
			sdk.Param("client_secret", sdk.Secret("client_secret")),
		).
		// A token lasts 30 days. The margin of an hour keeps it valid for calls in progress.
		Cache(sdk.CacheRule{Key: tokenKey, TTLPointer: "/expires_in", MarginSeconds: 3600}).
		Capture("/access_token", tokenSecret).
		State([]byte(call.Encode()))
	if step == stepTokenAgain {
		request.Forget(tokenKey).BilledBefore(sdk.BilledNo) // a refused token is not billed
	}
	return sdk.Send(request)
}

func readCard(c *sdk.Call, call url.Values, step string) *sdk.Action {
	call.Set("step", step)
	form := []sdk.NamedValue{sdk.Param("image", sdk.Image(sdk.Base64))}
	if address := call.Get("url"); address != "" {
		form[0] = sdk.Param("url", sdk.Text(address))
	}
	for _, name := range append([]string{sideParameter}, switches()...) {
		if value := call.Get(name); value != "" {
			form = append(form, sdk.Param(name, sdk.Text(value)))
		}
	}
	request := sdk.Post(c.Endpoint(vendor) + cardPath).
		Query(sdk.Param("access_token", sdk.Secret(tokenSecret))).
		Form(form...).
		State([]byte(call.Encode()))
	if call.Has(wantsPhoto) {
		request.WantBody()
	}
	return sdk.Send(request)
}
