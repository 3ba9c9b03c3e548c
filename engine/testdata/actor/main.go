// Command actor is a provider that does what the option "act" tells it to, right or wrong.
package main

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/sdk"
)

type actor struct{}

func init() { sdk.Register(actor{}) }

func main() { sdk.Main() }

// Start plays the act. Its name travels in the state, with a counter.
func (actor) Start(c *sdk.Call, in *sdk.Start) *sdk.Action {
	act := sdk.Leaves(in.Options).Text("/act")
	read := sdk.Post(c.Endpoint("") + "/read").State([]byte(act + " 1")).
		Header(sdk.Param("X-Key", sdk.Secret("key"))).
		Raw(sdk.Image(sdk.Raw))
	switch act {
	case "no action":
		return &sdk.Action{}
	case "two actions":
		return &sdk.Action{Done: &sdk.Done{}, Fail: &sdk.Fail{}}
	case "an exchange of nothing":
		a := sdk.Send(read)
		a.Exchange.Request = nil
		return a
	case "done without fields":
		return sdk.Recognized(&sdk.Done{Fields: []sdk.Field{{Name: "name", Text: " "}, {Text: "nameless"}}})
	case "fail at once":
		return sdk.Failed(sdk.Fail{Kind: sdk.Unreadable, FailOver: true, VendorCode: "E1", VendorMessage: "bad", Message: strings.Repeat("m", 10_000)})
	case "fail for good":
		return sdk.Failed(sdk.Fail{Kind: sdk.InvalidRequest, Retryable: true, Fault: sdk.CallerFault})
	case "fail in no known way":
		return sdk.Failed(sdk.Fail{Kind: 4711, Billed: 4711, Fault: 4711})
	case "panic":
		panic("on purpose")
	case "huge state":
		return sdk.Send(read.State(make([]byte, 64<<10+1)))
	case "inner secret in plain":
		return sdk.Send(read.Header(sdk.Param("X-Inner", sdk.Secret("inner"))))
	case "unknown secret":
		return sdk.Send(read.Header(sdk.Param("X-Other", sdk.Secret("other"))))
	case "secret for another host":
		return sdk.Send(sdk.Get("https://other.example/").Query(sdk.Param("k", sdk.Secret("bound"))))
	case "secret for its host":
		return sdk.Send(sdk.Get("https://bound.example/").Query(sdk.Param("k", sdk.Secret("bound"))))
	case "unknown host":
		return sdk.Send(sdk.Get("https://unknown.example/"))
	case "pass the URL on":
		return sdk.Send(sdk.Get(c.Endpoint("") + "/read").State([]byte("read 1")).Query(sdk.Param("u", sdk.Text(in.Picture.URL))))
	case "read the picture":
		b, err := c.ReadImage(0)
		return sdk.Failed(sdk.Fail{Message: fmt.Sprintf("%d bytes, %v", len(b), err)})
	case "get":
		return sdk.Send(sdk.Get(c.Endpoint("") + "/read").State([]byte("read 1")))
	case "capture without cache":
		return sdk.Send(read.Capture("/access_token", "token"))
	case "capture what is not declared":
		return sdk.Send(read.Capture("/access_token", "key").Cache(sdk.CacheRule{Key: "k", TTLSeconds: 60}))
	case "long cache key":
		return sdk.Send(read.Cache(sdk.CacheRule{Key: strings.Repeat("k", 2000), TTLSeconds: 60}))
	case "token":
		return fetchToken(c, "token 1")
	case "cached":
		return sdk.Send(read.State([]byte("read 1")).Cache(sdk.CacheRule{Key: "answer", TTLSeconds: 60}))
	case "two exchanges, yes", "two exchanges, no", "two exchanges, unknown":
		return sdk.Send(sdk.Get(c.Endpoint("") + "/first").State([]byte(strings.Replace(act, ", ", " ", 1))))
	case "two exchanges, cached":
		return sdk.Send(sdk.Get(c.Endpoint("") + "/first").State([]byte("two exchanges unknown")).Cache(sdk.CacheRule{Key: "first", TTLSeconds: 60}))
	case "host functions":
		return sdk.Failed(sdk.Fail{Message: useHost(c), Billed: sdk.BilledNo})
	case "send in a loop":
		n := 0
		for ; ; n++ {
			if _, err := c.Do(sdk.Get(c.Endpoint("") + "/read")); err != nil {
				return sdk.Failed(sdk.Fail{Message: fmt.Sprintf("%d sent, then %v", n, err)})
			}
		}
	case "call in a loop":
		for n := 0; ; n++ {
			if _, err := c.InspectImage(0, nil); err != nil {
				return sdk.Failed(sdk.Fail{Message: fmt.Sprintf("%d calls, then %v", n, err)})
			}
		}
	}
	return sdk.Send(read)
}

// fetchToken captures a token; the state says how often.
func fetchToken(c *sdk.Call, state string) *sdk.Action {
	r := sdk.Get(c.Endpoint("")+"/token").State([]byte(state)).
		Cache(sdk.CacheRule{Key: "token", TTLPointer: "/expires_in", MarginSeconds: 60}).
		Capture("/access_token", "token")
	if state == "token 2" {
		r.Forget("token")
	}
	return sdk.Send(r)
}

// Response goes on with the act.
func (actor) Response(c *sdk.Call, r *sdk.Response) *sdk.Action {
	act, count, _ := strings.Cut(string(r.State), " ")
	switch {
	case strings.HasPrefix(string(r.State), "loop"):
		n, _ := strconv.Atoi(count)
		return sdk.Send(sdk.Get(c.Endpoint("") + "/read").State([]byte("loop " + strconv.Itoa(n+1))))
	case act == "token":
		if !c.HasSecret("token") {
			return sdk.Failed(sdk.Fail{Kind: sdk.Unauthenticated, Message: "no token in " + r.Text("/access_token")})
		}
		if shown := r.Text("/access_token"); shown != "***" {
			return sdk.Failed(sdk.Fail{Kind: sdk.Internal, VendorMessage: "saw the token " + shown})
		}
		return sdk.Send(sdk.Post(c.Endpoint("") + "/read").State([]byte("use " + count)).
			Header(sdk.Param("Authorization", sdk.Join(sdk.Text("Bearer "), sdk.Secret("token")))))
	case act == "two":
		var before sdk.Billed
		if err := before.UnmarshalText([]byte(strings.TrimPrefix(count, "exchanges "))); err != nil {
			return sdk.Failed(sdk.Fail{Kind: sdk.Internal, Message: err.Error()})
		}
		return sdk.Send(sdk.Get(c.Endpoint("") + "/read").State([]byte("read 2")).BilledBefore(before))
	case act == "use" && r.Status == 401 && count == "1":
		return fetchToken(c, "token 2")
	case act == "echo" && count == "1":
		return sdk.Failed(sdk.Fail{VendorMessage: r.Text("/echo"), VendorCode: r.HeaderText("x-echo"), Message: "read " + r.Text("/fields/name")})
	case strings.HasPrefix(string(r.State), "echo twice"):
		return sdk.Failed(sdk.Fail{Message: "read " + strings.Repeat(r.Text("/fields/name"), 2)})
	case act == "log":
		for _, l := range r.Leaves {
			c.Logf(0, "%s is %s", l.Path, l.Value)
		}
	}
	if r.Has("/kind") {
		return sdk.Failed(refusal(r))
	}
	if r.Status != 200 {
		return sdk.Failed(sdk.NoAnswer(r, "status 200"))
	}
	if !r.Has("/fields") {
		return sdk.Failed(sdk.NoAnswer(r, "fields"))
	}
	return sdk.Recognized(done(r))
}

// refusal is a failure that the vendor dictates, by the operator's fault.
func refusal(r *sdk.Response) sdk.Fail {
	f := sdk.Fail{Fault: sdk.OperatorFault, FailOver: true, Billed: sdk.BilledNo, VendorRequestID: r.Text("/id"), Message: r.Text("/message")}
	if f.Kind.UnmarshalText([]byte(r.Text("/kind"))) != nil {
		f.Kind = sdk.Internal
	}
	return f
}

// done is what the vendor dictates.
func done(r *sdk.Response) *sdk.Done {
	d := &sdk.Done{Side: sdk.Front, VendorRequestID: r.Text("/id"), Portrait: polygon(r.Text("/portrait"))}
	if r.Text("/billed") == "yes" {
		d.Billed = sdk.BilledYes
	}
	for _, l := range r.Below("/fields") {
		f := sdk.Read(l.Path[1:], l.Value)
		if v, ok := r.Float("/confidence"); ok {
			f.Confidence = &v
		}
		f.Polygon = polygon(r.Text("/polygon"))
		if l.Handle != 0 {
			f.Text = "long"
		}
		if flag := r.Text("/flag"); flag != "" {
			f.Flags = []string{flag}
		}
		d.Fields = append(d.Fields, f)
	}
	for _, l := range r.Below("/signals") {
		d.Signals = append(d.Signals, sdk.Signal{Name: l.Path[1:], State: 2, VendorCode: l.Value})
	}
	for _, l := range r.Below("/checks") {
		d.Checks = append(d.Checks, sdk.VendorCheck{Name: l.Path[1:], State: 1, VendorCode: l.Value})
	}
	for _, l := range r.Below("/extras") {
		d.Extras = append(d.Extras, sdk.Extra{Name: l.Path[1:], Value: l.Value})
	}
	if v, ok := r.Float("/rotation"); ok {
		d.Rotation = &v
	}
	return d
}

// polygon reads numbers with spaces between, NaN and Inf included.
func polygon(text string) *sdk.Polygon {
	if text == "" {
		return nil
	}
	p := &sdk.Polygon{}
	for _, word := range strings.Fields(text) {
		v, _ := strconv.ParseFloat(word, 64)
		p.Points = append(p.Points, v)
	}
	return p
}

// useHost calls every host function and reports, a line each.
func useHost(c *sdk.Call) string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	mac, err := c.Sign(sdk.HMAC(sdk.SHA256, sdk.Raw, sdk.Secret("inner"), sdk.Text("data")))
	say("sign: %s %v", hex.EncodeToString(mac), err)
	_, err = c.Sign(sdk.Hash(sdk.MD5, sdk.Hex, sdk.Secret("inner")))
	say("sign with a use that is not listed: %v", err)
	in, err := c.InspectImage(0, &sdk.ImageLimits{MaxSide: 10, MaxBytes: 20})
	if err == nil {
		say("inspect: %v %dx%d, %d violations, first %s %s > %s", in.Picture.Format, in.Picture.Width, in.Picture.Height, len(in.Violations), in.Violations[0].Limit, in.Violations[0].Value, in.Violations[0].Allowed)
	}
	fit, err := c.FitImage(0, &sdk.ImageLimits{MaxSide: 50})
	if err == nil {
		say("fit: %v %dx%d handle %d", fit.Format, fit.Width, fit.Height, fit.Handle)
	}
	_, err = c.FitImage(77, nil)
	say("fit nothing: %v", err)
	_, err = c.ReadImage(0)
	say("read: %v", err)
	_, err = c.Do(sdk.Get("https://unknown.example/"))
	say("send to an unknown host: %v", err)
	_, err = c.Do(sdk.Get("https://other.example/").Query(sdk.Param("k", sdk.Secret("bound"))))
	say("send a secret to another host: %v", err)
	_, err = c.Do(sdk.Get(c.Endpoint("") + "/read").Header(sdk.Param("X-Inner", sdk.Secret("inner"))))
	say("send an inner secret in plain: %v", err)
	r, err := c.Do(sdk.Post(c.Endpoint("") + "/read").Raw(sdk.Blob(fit.Handle, sdk.Raw)))
	if err == nil {
		say("send: %d %s", r.Status, r.Text("/id"))
	}
	return strings.Join(out, "\n")
}
