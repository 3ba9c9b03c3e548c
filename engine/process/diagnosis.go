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
	"github.com/ocrmux/ocrmux/internal/message"
)

// shownBytes bounds how much of a child's output one error repeats.
const shownBytes = 400

// explain returns why a child did not start and what would help. Nothing of a card can be in what the child printed, since it
// has not been called.
func (l *launcher) explain(ctx context.Context, p *proc, out *outputLog, err error) *catalog.PluginError {
	e := &catalog.PluginError{Plugin: l.name, Cause: catalog.StartFailed, Err: err}
	var foreign *AddressError
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errSlow):
		e.Err, e.Detail = errSlow, message.New(message.ProcessSlow, "timeout", l.cfg.StartTimeout)
	case errors.Is(cause, context.DeadlineExceeded):
		e.Cause, e.Err, e.Detail = catalog.TimedOut, cause, message.New(message.ProcessStartOverdue)
	case cause != nil:
		e.Cause, e.Err, e.Detail = catalog.Cancelled, cause, message.New(message.ProcessStartCancel)
	case errors.Is(p.startErr, errRuntimeClosed):
		e.Cause, e.Detail = catalog.Unavailable, message.Error(p.startErr)
	case p.startErr != nil:
		e.Detail = l.notExecuted(p.startErr)
	case errors.As(err, &foreign):
		e.Detail = foreign.Message()
	default:
		e.Cause, e.Detail = l.notServing(p, err)
	}
	if said := out.last(); said != "" {
		quoted := strconv.Quote(cut(said, shownBytes))
		if hint := hintFor(said); hint != "" {
			e.Detail = message.New(message.ProcessPrintedHint, "problem", e.Detail, "said", quoted, "hint", message.New(hint))
		} else {
			e.Detail = message.New(message.ProcessPrinted, "problem", e.Detail, "said", quoted)
		}
	}
	return e
}

// notExecuted returns why the system refused to execute the file.
func (l *launcher) notExecuted(err error) message.Message {
	var unconfined *confineError
	switch {
	case errors.As(err, &unconfined):
		return unconfined.Message()
	case errors.Is(err, syscall.ENOEXEC):
		return message.New(message.ProcessOtherFormat, "file", l.file, "platform", runtime.GOOS+"/"+runtime.GOARCH)
	case errors.Is(err, syscall.ENOENT):
		return message.New(message.ProcessMissingLoader, "file", l.file)
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		return message.New(message.ProcessForbidden)
	}
	return message.New(message.ProcessNotExecuted, "reason", err.Error())
}

// notServing returns why a process that ran did not come to serve.
func (l *launcher) notServing(p *proc, err error) (catalog.Cause, message.Message) {
	line, complete := p.stdout.first()
	parts := strings.Split(line, "|")
	switch {
	case !complete && line == "":
		return catalog.StartFailed, message.New(message.ProcessEndedEarly, "status", p.fate())
	case len(parts) < 4:
		return catalog.StartFailed, message.New(message.ProcessNoise, "said", strconv.Quote(cut(line, shownBytes)))
	case parts[0] != "1":
		return catalog.StartFailed, message.New(message.ProcessCoreProtocol, "version", strconv.Quote(cut(parts[0], 20)))
	case parts[1] != fmt.Sprint(abirpc.ProtocolVersion):
		major, err := strconv.ParseUint(parts[1], 10, 32)
		if err != nil {
			return catalog.StartFailed, message.New(message.ProcessNoProtocol, "version", strconv.Quote(cut(parts[1], 20)))
		}
		other := manifest.OtherMajor("", uint32(major), abirpc.ProtocolVersion)
		return catalog.WrongABI, message.New(message.ProcessOtherABI, "reason", other.Message())
	case len(parts) < 5 || parts[4] != "grpc":
		return catalog.StartFailed, message.New(message.ProcessNetRPC)
	}
	return catalog.StartFailed, message.Text(cut(printable(err.Error()), shownBytes))
}

// hintFor returns the code of what would help against a well-known complaint, or an empty code.
func hintFor(said string) message.Code {
	for _, k := range []struct {
		words string
		hint  message.Code
	}{
		{"This binary is a plugin", message.ProcessHintForeign},
		{"is not run by hand", message.ProcessHintOldSDK},
		{"loading shared librar", message.ProcessHintLibrary},
		{"permission denied", message.ProcessHintReadable},
		{"Permission denied", message.ProcessHintReadable},
		{"Library not loaded", message.ProcessHintDylib},
		{"version `GLIBC_", message.ProcessHintGLIBC},
	} {
		if strings.Contains(said, k.words) {
			return k.hint
		}
	}
	return ""
}

// unsuitable returns the code of the message about a file that can be no provider, or an empty code.
func unsuitable(code []byte) message.Code {
	switch {
	case len(code) == 0:
		return message.PluginFileEmpty
	case bytes.HasPrefix(code, []byte("#!")):
		return message.ProcessScript
	}
	return ""
}

// describe returns what kind of file it is, in English.
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

// interpreter returns the dynamic loader of an executable, for people.
func interpreter(f *elf.File) string {
	if name := loaderOf(f); name != "" {
		return " loaded by " + printable(name)
	}
	return ""
}

// loaderOf returns the path of the dynamic loader of an executable, or "".
func loaderOf(f *elf.File) string {
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			if name, err := io.ReadAll(io.LimitReader(p.Open(), 256)); err == nil {
				return strings.TrimRight(string(name), "\x00")
			}
		}
	}
	return ""
}
