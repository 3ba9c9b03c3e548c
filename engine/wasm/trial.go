package wasm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/ocrmux/ocrmux/engine/wasm/internal/fuel"
)

// TrialError says that compiling a module takes more than it may.
type TrialError struct {
	// Seconds of a processor and bytes of memory that it may take.
	Seconds, Bytes int64
	// Err is how the trial ended.
	Err error
}

// Error says what the module may take.
func (e *TrialError) Error() string {
	return fmt.Sprintf("compiling it takes more than %d s of a processor or %d MiB of memory", e.Seconds, e.Bytes>>20)
}

// Unwrap returns Err.
func (e *TrialError) Unwrap() error { return e.Err }

// Try does with a module what [Runtime.Load] does up to its first instance, and keeps the compiled code in the cache folder of the
// configuration. It returns nil also if the module does not compile: Load will say so. It heeds no context, and what a hostile module
// makes it take only the system bounds. See Config.Trial.
func Try(cfg Config, code []byte) error {
	cfg.Trial = nil
	r, err := New(cfg)
	if err != nil {
		return err
	}
	ctx := context.Background()
	if metered, err := fuel.Instrument(code); err == nil {
		if compiled, err := r.compileCached(ctx, metered.Code); err == nil {
			_, _ = r.validate(compiled)
			_ = compiled.Close(ctx) // the runtime is closed anyway
		}
	}
	return r.Close(ctx)
}

// try has a module tried, unless the cache folder says that it was. Modules that were tried have the cost of the trial, so what this
// process does with them is bounded, also if their compiled code is gone.
func (r *Runtime) try(ctx context.Context, code []byte) error {
	if r.cfg.Trial == nil {
		return nil
	}
	note := ""
	if r.cfg.CacheDir != "" {
		note = filepath.Join(r.cfg.CacheDir, "tried", triedName(code))
		if _, err := os.Lstat(note); err == nil {
			return nil
		}
	}
	if err := r.cfg.Trial(ctx, code); err != nil {
		return errors.Join(ctx.Err(), err)
	}
	if note != "" { // a note that cannot be written costs another trial
		if err := os.MkdirAll(filepath.Dir(note), 0o700); err == nil {
			_ = os.WriteFile(note, nil, 0o600)
		}
	}
	return nil
}

// triedName is that of a module with this very program: another compiler may take longer.
func triedName(code []byte) string {
	h := sha256.New()
	if built, ok := debug.ReadBuildInfo(); ok {
		h.Write([]byte(built.String()))
	}
	h.Write([]byte{0})
	h.Write(code)
	return hex.EncodeToString(h.Sum(nil))
}
