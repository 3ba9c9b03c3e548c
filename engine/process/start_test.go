package process

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/testenv"
)

//attack:process-address announcing a TCP port, an abstract socket, another folder, a file or nothing
func TestAPluginThatDoesNotStartIsExplained(t *testing.T) {
	noLeaks(t)
	cases := []struct {
		name, behaviour string
		cause           catalog.Cause
		code            message.Code
		says            []string
	}{
		{"it prints noise before its handshake", "noisy", catalog.StartFailed, message.ProcessNoise, []string{`"Loading model …"`}},
		{"it prints an empty line first", "blank", catalog.StartFailed, message.ProcessNoise, []string{`""`}},
		{"it prints without end", "endless", catalog.StartFailed, message.ProcessNoise, []string{`"xxxx`, "…"}},
		{"it exits at once", "exits", catalog.StartFailed, message.ProcessEndedEarly, []string{"exit status 7", "cannot find model.onnx"}},
		{"it is a plugin for another program", "foreign", catalog.StartFailed, message.ProcessHintForeign, []string{"exit status 1"}},
		{"it speaks a later protocol", "future", catalog.WrongABI, message.PluginABINewer, []string{"ABI 2"}},
		{"it speaks an earlier protocol", "past", catalog.WrongABI, message.PluginABIOlder, []string{"ABI 0"}},
		{"it speaks a protocol that is none", "vague", catalog.StartFailed, message.ProcessNoProtocol, []string{`"one"`}},
		{"it serves net/rpc", "netrpc", catalog.StartFailed, message.ProcessNetRPC, nil},
		{"it sends the host to another machine", "elsewhere", catalog.StartFailed, message.ProcessForeignAddress, []string{"192.0.2.1:80"}},
		{"it sends the host to a port of this machine", "local", catalog.StartFailed, message.ProcessForeignAddress, []string{"127.0.0.1:80"}},
		{"it sends the host to an abstract socket", "abstract", catalog.StartFailed, message.ProcessForeignAddress, []string{"@socket"}},
		{"it sends the host to a socket beside its folder", "beside", catalog.StartFailed, message.ProcessForeignAddress, []string{"/../socket"}},
		{"it sends the host to a folder below its own", "below", catalog.StartFailed, message.ProcessForeignAddress, []string{"/x/socket"}},
		{"it sends the host to the folder that the host runs in", "relative", catalog.StartFailed, message.ProcessForeignAddress, []string{"unix socket"}},
		{"it sends the host to nothing", "nowhere", catalog.StartFailed, message.ProcessForeignAddress, []string{"/nowhere"}},
		{"it sends the host to a file", "file", catalog.StartFailed, message.ProcessForeignAddress, []string{"/file"}},
		{"it does not listen where it says", "deaf", catalog.StartFailed, message.Literal, []string{"does not answer"}},
		{"it dies after its handshake", "dies", catalog.StartFailed, message.Literal, []string{"does not answer"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			e := failToLoad(t, Config{}, pluginOf(t, "rude", c.behaviour))
			if e.Cause != c.cause || e.Plugin != c.behaviour || !e.Detail.Has(c.code) {
				t.Errorf("cause %s of plugin %s: %q; want %s, %s", e.Cause, e.Plugin, e.Detail, c.cause, c.code)
			}
			for _, want := range c.says {
				if !strings.Contains(e.Error(), want) {
					t.Errorf("%q does not say %q", e.Error(), want)
				}
			}
			if len(e.Error()) > 1000 {
				t.Errorf("the error has %d bytes", len(e.Error()))
			}
		})
	}
}

func TestAFileThatCannotBeExecutedIsExplained(t *testing.T) {
	noLeaks(t)
	good, err := os.ReadFile(program(t, "rude"))
	if err != nil {
		t.Fatal(err)
	}
	otherArch := bytes.Clone(good)
	machine := elf.EM_AARCH64
	if describe(good) == "an ELF executable for "+machine.String() {
		machine = elf.EM_X86_64
	}
	binary.LittleEndian.PutUint16(otherArch[18:], uint16(machine)) // e_machine

	cases := []struct {
		name string
		file []byte
		code message.Code
		says string
	}{
		{"it is empty", nil, message.PluginFileEmpty, ""},
		{"it is a script", []byte("#!/bin/sh\nexit 0\n"), message.ProcessScript, ""},
		{"it is a text", []byte("hello"), message.ProcessOtherFormat, "no executable of a known format"},
		{"it is for another architecture", otherArch, message.ProcessOtherFormat, machine.String()},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			e := failToLoad(t, Config{}, pluginWith(filepath.Join(t.TempDir(), "x"), "x", c.file))
			if e.Cause != catalog.StartFailed || !e.Detail.Has(c.code) || !strings.Contains(e.Error(), c.says) {
				t.Errorf("got %q, want %s and %q", e.Error(), c.code, c.says)
			}
		})
	}
}

func TestAnExecutableThatLacksALibraryIsExplained(t *testing.T) {
	noLeaks(t)
	const file, library = "/bin/sleep", "libc.so.6"
	f, err := elf.Open(file)
	if err != nil {
		testenv.Missing(t, "a dynamically linked program: %v", err)
	}
	defer f.Close()
	loader := strings.TrimPrefix(interpreter(f), " loaded by ")
	code, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if loader == "" || !bytes.Contains(code, []byte(library)) {
		testenv.Missing(t, "%s does not use %s", file, library)
	}
	missing := func(name string) string { return name[:len(name)-1] + "?" }
	for what, c := range map[string]struct {
		lacks string
		code  message.Code
		says  []string
	}{
		"a library":  {library, message.ProcessHintLibrary, []string{missing(library), "exit status 127"}},
		"its loader": {loader, message.ProcessMissingLoader, []string{missing(loader)}},
	} {
		t.Run(what, func(t *testing.T) {
			e := failToLoad(t, Config{}, pluginWith(file, "x", bytes.ReplaceAll(code, []byte(c.lacks), []byte(missing(c.lacks)))))
			for _, want := range c.says {
				if e.Cause != catalog.StartFailed || !e.Detail.Has(c.code) || !strings.Contains(e.Error(), want) {
					t.Errorf("%q does not say %q", e.Error(), want)
				}
			}
		})
	}
}

//attack:process-failure a child that never serves
func TestAPluginThatNeverServesIsGivenUp(t *testing.T) {
	noLeaks(t)
	clock := newAlarms()
	cfg := Config{Now: clock.now, After: clock.after}.withDefaults()
	go clock.ring(cfg.StartTimeout)
	e := failToLoad(t, cfg, pluginOf(t, "rude", "silent"))
	if e.Cause != catalog.StartFailed || e.Detail.Code() != message.ProcessSlow || e.Detail.Param("timeout") != cfg.StartTimeout {
		t.Errorf("got %v", e)
	}
}

func TestLoadingEndsWithItsContext(t *testing.T) {
	noLeaks(t)
	r := New(Config{})
	defer func() { _ = r.Close(context.Background()) }()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := r.Load(ctx, pluginOf(t, "rude", "silent"))
	if e := pluginError(t, err); e.Cause != catalog.Cancelled || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestAClosedRuntimeLoadsNothing(t *testing.T) {
	r := New(Config{})
	if err := r.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := r.Load(t.Context(), pluginOf(t, "rude", "exits"))
	if e := pluginError(t, err); e.Cause != catalog.Unavailable {
		t.Errorf("got %v", err)
	}
}
