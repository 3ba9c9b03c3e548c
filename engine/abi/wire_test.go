package abi_test

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/bufbuild/protocompile"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// messages of the contract that cross the boundary by themselves; the others are parts of these.
func roots() map[string]func() abi.Message {
	return map[string]func() abi.Message{
		"StepRequest":     func() abi.Message { return new(abi.StepRequest) },
		"Action":          func() abi.Message { return new(abi.Action) },
		"AcceptRequest":   func() abi.Message { return new(abi.AcceptRequest) },
		"Accepted":        func() abi.Message { return new(abi.Accepted) },
		"ReplyRequest":    func() abi.Message { return new(abi.ReplyRequest) },
		"InboundResponse": func() abi.Message { return new(abi.InboundResponse) },
		"HostCall":        func() abi.Message { return new(abi.HostCall) },
		"HostReply":       func() abi.Message { return new(abi.HostReply) },
		"Descriptor":      func() abi.Message { return new(abi.Descriptor) },
	}
}

func compile(t testing.TB, file string) protoreflect.FileDescriptor {
	t.Helper()
	c := protocompile.Compiler{Resolver: &protocompile.SourceResolver{}}
	files, err := c.Compile(context.Background(), file)
	if err != nil {
		t.Fatal(err)
	}
	return files[0]
}

// fill sets every field reachable within depth levels to something that is not its zero value; of a oneof's members only
// the pick-th.
func fill(v reflect.Value, d protoreflect.MessageDescriptor, depth, pick int) {
	for i := range d.Fields().Len() {
		fd, f := d.Fields().Get(i), v.Field(i)
		if o := fd.ContainingOneof(); o != nil && !o.IsSynthetic() {
			if o.Fields().Get(pick%o.Fields().Len()).Number() != fd.Number() {
				continue
			}
		}
		if fd.Kind() == protoreflect.MessageKind && depth == 0 {
			continue
		}
		set(f, fd, depth, pick+i)
	}
}

func set(f reflect.Value, fd protoreflect.FieldDescriptor, depth, pick int) {
	switch f.Kind() {
	case reflect.Pointer:
		f.Set(reflect.New(f.Type().Elem()))
		set(f.Elem(), fd, depth, pick)
	case reflect.Struct:
		fill(f, fd.Message(), depth-1, pick)
	case reflect.Slice:
		if f.Type().Elem().Kind() == reflect.Uint8 {
			f.SetBytes([]byte{1, 0, 255})
			return
		}
		f.Set(reflect.MakeSlice(f.Type(), 2, 2))
		for i := range 2 {
			set(f.Index(i), fd, depth, pick+i)
		}
	case reflect.String:
		f.SetString("样本 SPECIMEN")
	case reflect.Float64:
		f.SetFloat(0.25)
	case reflect.Bool:
		f.SetBool(true)
	case reflect.Int64:
		f.SetInt(1763758231000)
	case reflect.Uint32:
		f.SetUint(uint64(1 + pick%3))
	case reflect.Uint64:
		f.SetUint(300)
	}
}

func TestTheCodecSpeaksOrdinaryProtobuf(t *testing.T) {
	file := compile(t, "provider.proto")
	for name, newMessage := range roots() {
		d := file.Messages().ByName(protoreflect.Name(name))
		for pick := range 10 {
			want := newMessage()
			fill(reflect.ValueOf(want).Elem(), d, 5, pick)
			ours := want.AppendWire(nil)

			theirs := dynamicpb.NewMessage(d)
			if err := proto.Unmarshal(ours, theirs); err != nil {
				t.Fatalf("%s: the reference cannot read what we write: %v", name, err)
			}
			if len(theirs.GetUnknown()) > 0 {
				t.Fatalf("%s: the reference finds unknown fields", name)
			}
			back, err := proto.MarshalOptions{Deterministic: true}.Marshal(theirs)
			if err != nil {
				t.Fatal(err)
			}
			got := newMessage()
			if err := got.UnmarshalWire(back); err != nil {
				t.Fatalf("%s: we cannot read what the reference writes: %v", name, err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s changed on the way (-want +got):\n%s", name, diff)
			}
		}
	}
}

func TestTheLastOneofMemberOnTheWireWins(t *testing.T) {
	first := (&abi.Action{Done: &abi.Done{VendorRequestID: "a"}}).AppendWire(nil)
	second := (&abi.Action{Fail: &abi.Fail{VendorCode: "b"}}).AppendWire(nil)
	var got abi.Action
	if err := got.UnmarshalWire(append(first, second...)); err != nil {
		t.Fatal(err)
	}
	if got.Done != nil || got.Fail == nil {
		t.Fatalf("got %+v", got)
	}
}

func TestHostileBytesGiveATypedError(t *testing.T) {
	deep := []byte{}
	for range abi.MaxDepth { // Value → Part → Digest → Value …
		for _, field := range []byte{3, 4, 1} {
			deep = append([]byte{field<<3 | 2}, append(uvarint(len(deep)), deep...)...)
		}
	}
	cases := map[string][]byte{
		"a tag that is cut short":         {0x80},
		"field number 0":                  {0x00, 0x01},
		"a length that passes the end":    {0x0a, 0x7f, 0x01},
		"a huge length":                   {0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
		"a varint of eleven bytes":        bytes.Repeat([]byte{0xff}, 11),
		"a group":                         {0x0b, 0x0c},
		"digests nested too deep":         deep,
		"more parts than a message holds": bytes.Repeat([]byte{0x0a, 0x00}, abi.MaxMessages+1),
		"a text that is not UTF-8":        {0x0a, 0x03, 0x12, 0x01, 0xff},
	}
	for name, b := range cases {
		var v abi.Value
		if err := v.UnmarshalWire(b); !errors.Is(err, abi.ErrWire) {
			t.Errorf("%s: got %v, want ErrWire", name, err)
		}
	}
}

func uvarint(n int) []byte {
	var b []byte
	for ; n >= 0x80; n >>= 7 {
		b = append(b, byte(n)|0x80)
	}
	return append(b, byte(n))
}

func FuzzUnmarshal(f *testing.F) {
	f.Add((&abi.Action{Exchange: &abi.Exchange{Request: &abi.HTTPRequest{Method: "POST"}}}).AppendWire(nil))
	f.Add([]byte{0x0a, 0x7f, 0x01})
	f.Fuzz(func(t *testing.T, b []byte) {
		for name, newMessage := range roots() {
			m := newMessage()
			if m.UnmarshalWire(b) != nil {
				continue
			}
			again := newMessage()
			wire := m.AppendWire(nil)
			if err := again.UnmarshalWire(wire); err != nil {
				t.Fatalf("%s: cannot read its own bytes: %v", name, err)
			}
			if !bytes.Equal(wire, again.AppendWire(nil)) {
				t.Fatalf("%s: its bytes change on a second trip", name)
			}
		}
	})
}
