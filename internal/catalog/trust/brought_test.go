package trust_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
	"github.com/ocrmux/ocrmux/internal/message"
)

// bringing puts an executable into a new folder that brings two files along.
func bringing(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "x.d", "below"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "x.d", "library"), "code")
	write(t, filepath.Join(dir, "x.d", "below", "model"), "numbers")
	executable(t, dir, "x", "code", about("x", "1.0.0", ""))
	return dir
}

//attack:supply-approved a library with other bytes, a new one, one that is gone, one listed twice
func TestAPluginIsRefusedWhenWhatItBringsAlongDiffersFromTheLock(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(t *testing.T, dir string)
		cause  catalog.Cause
		code   message.Code
		file   string
	}{
		{"nothing", func(*testing.T, string) {}, "", "", ""},
		{"a library with other bytes", func(t *testing.T, dir string) { write(t, filepath.Join(dir, "x.d", "library"), "evil") }, catalog.WrongChecksum, message.PluginLockBrought, "x.d/library"},
		{"a file that is new", func(t *testing.T, dir string) { write(t, filepath.Join(dir, "x.d", "below", "a"), "") }, catalog.WrongChecksum, message.PluginLockBrought, "x.d/below/a"},
		{"a file that is gone", func(t *testing.T, dir string) { remove(t, filepath.Join(dir, "x.d", "below", "model")) }, catalog.WrongChecksum, message.PluginLockBrought, "x.d/below/model"},
		{"a lock of an earlier version, which lists no files", func(t *testing.T, dir string) {
			l, err := trust.ReadLock(dir)
			if err != nil {
				t.Fatal(err)
			}
			e, _ := l.Entry("x")
			e.Files = nil
			l.Put(e)
			if err := l.Write(dir); err != nil {
				t.Fatal(err)
			}
		}, catalog.WrongChecksum, message.PluginLockBrought, "x.d/below/model"},
		{"a file listed twice", func(t *testing.T, dir string) {
			l, err := trust.ReadLock(dir)
			if err != nil {
				t.Fatal(err)
			}
			e, _ := l.Entry("x")
			e.Files = append(e.Files, e.Files[1])
			l.Put(e)
			if err := l.Write(dir); err != nil {
				t.Fatal(err)
			}
		}, catalog.WrongChecksum, message.PluginLockBytes, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := bringing(t)
			if err := trust.Approve(dir); err != nil {
				t.Fatal(err)
			}
			tt.change(t, dir)
			found := find(t, dir)
			if err := (trust.Policy{}).Validate(dir, found); err != nil {
				t.Fatal(err)
			}
			cause, says := causeOf(t, found[0].Err)
			if cause != tt.cause || tt.code != "" && !message.Error(found[0].Err).Has(tt.code) || !strings.Contains(says, tt.file) {
				t.Errorf("%s: %s\nwant %s, %s: …%s…", cause, says, tt.cause, tt.code, tt.file)
			}
		})
	}
}

func TestAChangeShowsWhatAPluginBringsAlong(t *testing.T) {
	dir := bringing(t)
	l := new(trust.Lock)
	want := `x 1.0.0 (process) is new
  + runs as a program of this machine, outside the sandbox
  + brings along x.d/below/model
  + brings along x.d/library
`
	if diff := cmp.Diff(want, l.Changes(find(t, dir))[0].String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := trust.Approve(dir); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "x.d", "library"), "evil")
	write(t, filepath.Join(dir, "x.d", "new"), "")
	remove(t, filepath.Join(dir, "x.d", "below", "model"))
	l, err := trust.ReadLock(dir)
	if err != nil {
		t.Fatal(err)
	}
	want = `x 1.0.0 (process) brings along other files
  - brings along x.d/below/model
  ~ brings along x.d/library, with other bytes
  + brings along x.d/new
  its capabilities are the same
`
	if diff := cmp.Diff(want, l.Changes(find(t, dir))[0].String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestALongListOfFilesIsCut(t *testing.T) {
	dir := bringing(t)
	for c := range 30 {
		write(t, filepath.Join(dir, "x.d", "f"+string(rune('a'+c%26))+string(rune('a'+c/26))), "")
	}
	if got := new(trust.Lock).Changes(find(t, dir))[0].String(); !strings.Contains(got, "  and 12 more files\n") {
		t.Error(got)
	}
}
