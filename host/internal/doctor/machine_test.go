package doctor_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ocrmux/ocrmux/engine/process"
	"github.com/ocrmux/ocrmux/host/internal/doctor"
	"github.com/ocrmux/ocrmux/internal/message"
)

func TestDoctorReportsAPluginFolderThatEverybodyCanWrite(t *testing.T) {
	t.Parallel()
	v := newVendor(t, nil)
	r := examine(t, v.settings(), v.trusted, func(c *doctor.Case) {
		if err := os.Chmod(c.Config.Engine.Plugins, 0o777); err != nil {
			t.Fatal(err)
		}
	})
	want(t, r, "folders", doctor.Bad, message.FindingPluginsOpen)
}

func TestDoctorReportsCompiledPluginsThatOthersCanChange(t *testing.T) {
	t.Parallel()
	v := newVendor(t, nil)
	for _, tt := range []struct {
		mode  os.FileMode
		state doctor.State
		code  message.Code
	}{{0o700, doctor.Good, message.FindingCacheGood}, {0o755, doctor.Good, message.FindingCacheGood}, {0o775, doctor.Bad, message.FindingCacheWritable}} {
		t.Run(fmt.Sprintf("%#o", tt.mode), func(t *testing.T) {
			dir := t.TempDir()
			if err := os.Chmod(dir, tt.mode); err != nil {
				t.Fatal(err)
			}
			r := examine(t, v.settings(), v.trusted, func(c *doctor.Case) { c.Config.WASM.CacheDir = dir })
			want(t, r, "folders", tt.state, tt.code)
		})
	}
}

func TestDoctorReportsSubprocessesWithoutConfinement(t *testing.T) {
	t.Parallel()
	v := newVendor(t, nil)
	withSubprocess := func(c *doctor.Case) {
		for _, name := range []string{"program", "program.manifest.json"} { // the content does not matter here
			if err := os.WriteFile(filepath.Join(c.Config.Engine.Plugins, name), []byte("{}"), 0o700); err != nil {
				t.Fatal(err)
			}
		}
	}
	r := examine(t, v.settings(), v.trusted, withSubprocess)
	if state := (map[bool]doctor.State{true: doctor.Good, false: doctor.Warn})[process.CanConfine() == nil]; !slices.ContainsFunc(r.Findings, func(f doctor.Finding) bool { return f.Subject == "confinement" && f.State == state }) {
		t.Errorf("no finding about confinement is %s: %+v", state, r.Findings)
	}
	r = examine(t, v.settings(), v.trusted, func(c *doctor.Case) {
		withSubprocess(c)
		c.Config.Process.Confinement = process.ConfineOff
	})
	want(t, r, "plugins", doctor.Warn, message.FindingConfinementOff)
	for _, subject := range []string{"memory", "lifetime"} {
		r = examine(t, v.settings(), v.trusted, withSubprocess)
		if !slices.ContainsFunc(r.Findings, func(f doctor.Finding) bool { return f.Subject == subject }) {
			t.Errorf("no finding about %s: %+v", subject, r.Findings)
		}
	}
}
