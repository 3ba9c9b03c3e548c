package process

import (
	"bytes"
	"context"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"github.com/ocrmux/ocrmux/internal/abirpc"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/manifest"
)

// shownBytes bounds how much of a child's words one error repeats.
const shownBytes = 400

// explain says why a child did not start and what would help. Nothing of a card can be in what the child printed, since it
// has not been called.
func (l *launcher) explain(ctx context.Context, p *proc, out *outputLog, err error) *catalog.PluginError {
	e := &catalog.PluginError{Plugin: l.name, Cause: catalog.StartFailed, Err: err}
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errSlow):
		e.Err = errSlow
		e.Detail = fmt.Sprintf("it was not ready within %v; a provider calls sdk.Main first and loads what takes long when it is called", l.cfg.StartTimeout)
	case errors.Is(cause, context.DeadlineExceeded):
		e.Cause, e.Err, e.Detail = catalog.TimedOut, cause, "the time to start it ran out"
	case cause != nil:
		e.Cause, e.Err, e.Detail = catalog.Cancelled, cause, "its start was cancelled"
	case errors.Is(p.startErr, errRuntimeClosed):
		e.Cause, e.Detail = catalog.Unavailable, p.startErr.Error()
	case p.startErr != nil:
		e.Detail = l.notExecuted(p.startErr)
	default:
		e.Cause, e.Detail = l.notServing(p, err)
	}
	if said := out.last(); said != "" {
		e.Detail += fmt.Sprintf("; it printed to stderr: %q", cut(said, shownBytes)) + hint(said)
	}
	return e
}

// notExecuted explains why the system refused to execute the file.
func (l *launcher) notExecuted(err error) string {
	var unconfined *confineError
	switch {
	case errors.As(err, &unconfined):
		return unconfined.Error()
	case errors.Is(err, syscall.ENOEXEC):
		return fmt.Sprintf("the system cannot execute it: it is %s, and this is %s/%s", l.file, runtime.GOOS, runtime.GOARCH)
	case errors.Is(err, syscall.ENOENT):
		return fmt.Sprintf("the system cannot execute it: it is %s, and something it needs to be loaded is missing; "+
			"build it without cgo (CGO_ENABLED=0) or for the C library of this system", l.file)
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return "the system forbids to execute it: allow executable memory files (vm.memfd_noexec) or a temporary folder that is not mounted noexec"
	}
	return fmt.Sprintf("the system cannot execute it: %v", err)
}

// notServing explains a process that ran, but did not come to serve.
func (l *launcher) notServing(p *proc, err error) (catalog.Cause, string) {
	line, complete := p.stdout.first()
	parts := strings.Split(line, "|")
	switch {
	case !complete && line == "":
		return catalog.StartFailed, fmt.Sprintf("it ended before its handshake, with %s", p.fate())
	case len(parts) < 4:
		return catalog.StartFailed, fmt.Sprintf("it printed %q to stdout before its handshake: "+
			"a provider prints nothing there before sdk.Main, and what it has to say to stderr", cut(line, shownBytes))
	case parts[0] != "1":
		return catalog.StartFailed, fmt.Sprintf("its go-plugin speaks core protocol %q and this host's speaks 1: rebuild the plugin", cut(parts[0], 20))
	case parts[1] != fmt.Sprint(abirpc.ProtocolVersion):
		major, err := strconv.ParseUint(parts[1], 10, 32)
		if err != nil {
			return catalog.StartFailed, fmt.Sprintf("its handshake names the protocol %q, which is no version of the ABI: rebuild the plugin with the SDK", cut(parts[1], 20))
		}
		return catalog.WrongABI, "by its handshake " + manifest.OtherMajor("", uint32(major), abirpc.ProtocolVersion).Error()
	case len(parts) < 5 || parts[4] != "grpc":
		return catalog.StartFailed, "it serves net/rpc: a provider serves gRPC"
	}
	return catalog.StartFailed, cut(printable(err.Error()), shownBytes)
}

// hint says what would help against well-known complaints.
func hint(said string) string {
	for _, k := range []struct{ words, help string }{
		{"This binary is a plugin", "it is a plugin for another program: its handshake cookie is not that of ocrmux"},
		{"is not run by hand", "it does not recognise this host: rebuild it with the host's version of the SDK"},
		{"loading shared librar", "install that library, name its folder in plugins.readable if it is an unusual one, or build the plugin without cgo (CGO_ENABLED=0)"},
		{"permission denied", "a confined plugin reads its own folder: name others in plugins.readable"},
		{"Permission denied", "a confined plugin reads its own folder: name others in plugins.readable"},
		{"Library not loaded", "install that library, or build the plugin without cgo (CGO_ENABLED=0)"},
		{"version `GLIBC_", "build the plugin on an older system, or without cgo (CGO_ENABLED=0)"},
	} {
		if strings.Contains(said, k.words) {
			return "; " + k.help
		}
	}
	return ""
}

// judge says why a file can be no provider; "" when it might be one.
func judge(code []byte) string {
	switch {
	case len(code) == 0:
		return "the file is empty"
	case bytes.HasPrefix(code, []byte("#!")):
		return "it is a script: its interpreter would be outside the checksum, so a provider is a compiled executable"
	}
	return ""
}

// describe says what kind of file it is, for people.
func describe(code []byte) string {
	r := bytes.NewReader(code)
	if f, err := elf.NewFile(r); err == nil {
		return "an ELF executable for " + f.Machine.String() + interpreter(f)
	}
	if f, err := macho.NewFile(r); err == nil {
		return "a Mach-O executable for " + f.Cpu.String()
	}
	if f, err := pe.NewFile(r); err == nil {
		return fmt.Sprintf("a Windows executable for machine %#x", f.Machine)
	}
	return "no executable of a known format"
}

// interpreter names the dynamic loader of an executable.
func interpreter(f *elf.File) string {
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			if name, err := io.ReadAll(io.LimitReader(p.Open(), 256)); err == nil {
				return " loaded by " + printable(string(name))
			}
		}
	}
	return ""
}
