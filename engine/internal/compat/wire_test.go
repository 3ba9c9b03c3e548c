package compat_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/process"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/plugintest"
)

// messages are a call's input and output, of today's types.
func (c call) messages(t *testing.T) (in, out abi.Message) {
	t.Helper()
	switch c.Call {
	case "step":
		in, out = new(abi.StepRequest), new(abi.Action)
	case "accept":
		in, out = new(abi.AcceptRequest), new(abi.Accepted)
	case "reply":
		in, out = new(abi.ReplyRequest), new(abi.InboundResponse)
	case "host":
		in, out = new(abi.HostCall), new(abi.HostReply)
	default:
		t.Fatalf("%q is no call", c.Call)
	}
	for m, wire := range map[abi.Message][]byte{in: c.In, out: c.Out} {
		if err := m.UnmarshalWire(wire); err != nil {
			t.Fatal(err)
		}
	}
	return in, out
}

// A field that was not known any more would be missing from what is written again.
func TestEveryKeptMessageIsReadAndWrittenAsItWas(t *testing.T) {
	eachVersion(t, func(t *testing.T, dir string) {
		for i, c := range calls(t, dir) {
			in, out := c.messages(t)
			if !bytes.Equal(in.AppendWire(nil), c.In) || !bytes.Equal(out.AppendWire(nil), c.Out) {
				t.Errorf("message %d, of a %s, is written in another way", i+1, c.Call)
			}
		}
	})
}

func TestASubprocessOfTodaySaysWhatWasSaidThen(t *testing.T) {
	eachVersion(t, func(t *testing.T, dir string) {
		out := t.TempDir()
		path := plugintest.Process(t, filepath.Join("testdata", "replayer"), out)
		brought := path + catalog.BroughtSuffix
		if err := os.Mkdir(brought, 0o700); err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(brought, callsFile), readFile(t, filepath.Join(dir, callsFile)))
		repeat(t, load(t, process.New(process.Config{}), path), calls(t, dir), map[string]int{})
	})
}

// repeat makes every call again for which a module has an entry point, and counts them.
func repeat(t *testing.T, m catalog.Module, calls []call, said map[string]int) {
	t.Helper()
	for i, c := range calls {
		in, want := c.messages(t)
		var got abi.Message
		var err error
		switch in := in.(type) {
		case *abi.StepRequest:
			got, err = m.Step(t.Context(), in, nil)
		case *abi.AcceptRequest:
			got, err = m.Accept(t.Context(), in, nil)
		case *abi.ReplyRequest:
			got, err = m.Reply(t.Context(), in, nil)
		default:
			continue
		}
		if failure := (*catalog.PluginError)(nil); errors.As(err, &failure) && failure.Cause == catalog.Unavailable && c.Call != "step" {
			continue // a provider may have no front door
		}
		if err != nil {
			t.Fatalf("call %d, a %s: %v", i+1, c.Call, err)
		}
		said[c.Call]++
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("call %d, a %s (-then +now):\n%s", i+1, c.Call, diff)
		}
	}
}

// load loads the plugin in a file, as the engine does; all is closed with the test.
func load(t *testing.T, r catalog.Runtime, path string) catalog.Module {
	t.Helper()
	t.Cleanup(func() { _ = r.Close(context.Background()) })
	found := catalog.File(path)
	if found.Err != nil {
		t.Fatal(found.Err)
	}
	m, err := r.Load(t.Context(), found.Plugin)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return m
}
