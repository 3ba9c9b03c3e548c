// Replayer is a provider that repeats what was said in the calls that are kept beside it.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"sync"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/sdk"
)

// replayer knows an answer by what it is to: see key.
type replayer struct {
	answers func() (map[string][]byte, error)
}

func (p replayer) Start(c *sdk.Call, in *sdk.Start) *sdk.Action { return p.step(c, in) }

func (p replayer) Response(c *sdk.Call, r *sdk.Response) *sdk.Action { return p.step(c, r.Response) }

func (p replayer) step(c *sdk.Call, event abi.Message) *sdk.Action {
	out := new(sdk.Action)
	if err := p.answer(c, event, out); err != nil {
		return sdk.Failed(sdk.Fail{Kind: sdk.Internal, Message: err.Error()})
	}
	return out
}

func (p replayer) Accept(c *sdk.Call, in *sdk.InboundRequest) *sdk.Accepted {
	out := new(sdk.Accepted)
	_ = p.answer(c, in.InboundRequest, out) // without an answer it stays empty, which the test sees
	return out
}

func (p replayer) Reply(c *sdk.Call, in *sdk.ReplyRequest) *sdk.InboundResponse {
	out := new(sdk.InboundResponse)
	_ = p.answer(c, in.ReplyRequest, out) // without an answer it stays empty, which the test sees
	return out
}

func (p replayer) answer(c *sdk.Call, event, out abi.Message) error {
	answers, err := p.answers()
	if err != nil {
		return err
	}
	return out.UnmarshalWire(answers[key(c.UnixMilli(), c.Nonce(), c.Config(), event)])
}

// key is what a provider receives: the event, and the part of its context that the SDK shows.
func key(now int64, nonce string, config []abi.Leaf, event abi.Message) string {
	context := abi.Context{NowUnixMs: now, Nonce: nonce, Config: config}
	return string(event.AppendWire(context.AppendWire(nil)))
}

// readCalls reads calls.jsonl in the folder that the plugin brings along, beside it in the working directory.
func readCalls() (map[string][]byte, error) {
	file, err := os.Open("replayer.d/calls.jsonl")
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	out := map[string][]byte{}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c struct {
			Call    string
			In, Out []byte
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return nil, err
		}
		context, event, err := parts(c.Call, c.In)
		if err != nil {
			return nil, err
		}
		if event != nil {
			out[key(context.NowUnixMs, context.Nonce, context.Config, event)] = c.Out
		}
	}
	return out, lines.Err()
}

// parts are the context and the event of a call's message; of a host call there are none.
func parts(call string, wire []byte) (context *abi.Context, event abi.Message, err error) {
	switch call {
	case "step":
		m := new(abi.StepRequest)
		err = m.UnmarshalWire(wire)
		if context, event = m.Context, m.Response; m.Start != nil {
			event = m.Start
		}
	case "accept":
		m := new(abi.AcceptRequest)
		err = m.UnmarshalWire(wire)
		context, event = m.Context, m.Request
	case "reply":
		m := new(abi.ReplyRequest)
		err = m.UnmarshalWire(wire)
		context, event = m.Context, m
	}
	if context == nil {
		context = new(abi.Context)
	}
	return context, event, err
}

func init() { sdk.Register(replayer{sync.OnceValues(readCalls)}) }
func main() { sdk.Main() }
