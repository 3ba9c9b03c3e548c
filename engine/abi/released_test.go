package abi_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// A guest built with any released file must go on working: nothing released may vanish or change its number, its type or
// its name. To release a minor version, copy provider.proto to released/ under its version.
func TestNothingReleasedHasChanged(t *testing.T) {
	files, err := filepath.Glob("released/*.proto")
	if err != nil || len(files) == 0 {
		t.Fatalf("no released files: %v", err)
	}
	now := compile(t, "provider.proto")
	for _, file := range files {
		for _, breach := range breaches(compile(t, file), now) {
			t.Errorf("%s: %s", file, breach)
		}
	}
}

func TestTheBreakingChangeCheckNoticesEveryKindOfBreach(t *testing.T) {
	const head = "syntax = \"proto3\"; package p;\n"
	released := head + "message M { string a = 1; repeated uint32 b = 2; } enum E { E_A = 0; E_B = 1; }"
	cases := map[string]string{
		"a message that is gone":    head + "enum E { E_A = 0; E_B = 1; }",
		"a field that is gone":      head + "message M { string a = 1; } enum E { E_A = 0; E_B = 1; }",
		"a field with a new number": head + "message M { string a = 3; repeated uint32 b = 2; } enum E { E_A = 0; E_B = 1; }",
		"a field with a new type":   head + "message M { bytes a = 1; repeated uint32 b = 2; } enum E { E_A = 0; E_B = 1; }",
		"a list made single":        head + "message M { string a = 1; uint32 b = 2; } enum E { E_A = 0; E_B = 1; }",
		"an enum value that moved":  head + "message M { string a = 1; repeated uint32 b = 2; } enum E { E_A = 0; E_B = 2; }",
		"a field put into a oneof":  head + "message M { oneof o { string a = 1; } repeated uint32 b = 2; } enum E { E_A = 0; E_B = 1; }",
	}
	t.Chdir(t.TempDir())
	write := func(name, text string) string {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	old := compile(t, write("released.proto", released))
	for name, text := range cases {
		if len(breaches(old, compile(t, write("now.proto", text)))) == 0 {
			t.Errorf("%s goes unnoticed", name)
		}
	}
	added := head + "message M { string a = 1; repeated uint32 b = 2; string c = 3; } enum E { E_A = 0; E_B = 1; E_C = 2; } message N {}"
	if got := breaches(old, compile(t, write("now.proto", added))); len(got) > 0 {
		t.Errorf("additions are allowed, but got %v", got)
	}
}

// breaches lists what a guest that was built with old cannot find in now.
func breaches(old, now protoreflect.FileDescriptor) []string {
	var out []string
	for i := range old.Messages().Len() {
		o := old.Messages().Get(i)
		n := now.Messages().ByName(o.Name())
		if n == nil {
			out = append(out, fmt.Sprintf("message %s is gone", o.Name()))
			continue
		}
		for j := range o.Fields().Len() {
			of := o.Fields().Get(j)
			nf := n.Fields().ByNumber(of.Number())
			if nf == nil || shape(of) != shape(nf) {
				out = append(out, fmt.Sprintf("field %s.%s = %d was %s, is %s", o.Name(), of.Name(), of.Number(), shape(of), shape(nf)))
			}
		}
	}
	for i := range old.Enums().Len() {
		o := old.Enums().Get(i)
		n := now.Enums().ByName(o.Name())
		if n == nil {
			out = append(out, fmt.Sprintf("enum %s is gone", o.Name()))
			continue
		}
		for j := range o.Values().Len() {
			ov := o.Values().Get(j)
			if nv := n.Values().ByNumber(ov.Number()); nv == nil || nv.Name() != ov.Name() {
				out = append(out, fmt.Sprintf("enum value %s = %d is gone or renamed", ov.Name(), ov.Number()))
			}
		}
	}
	return out
}

func shape(f protoreflect.FieldDescriptor) string {
	if f == nil {
		return "nothing"
	}
	s := fmt.Sprint(f.Name(), " ", f.Cardinality(), " ", f.Kind(), " optional=", f.HasOptionalKeyword())
	if f.Message() != nil {
		s += " " + string(f.Message().Name())
	}
	if f.Enum() != nil {
		s += " " + string(f.Enum().Name())
	}
	if o := f.ContainingOneof(); o != nil && !o.IsSynthetic() {
		s += " in " + string(o.Name())
	}
	return s
}
