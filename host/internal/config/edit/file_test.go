package edit_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/ocrmux/ocrmux/host/internal/config/edit"
)

func put(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	if err := errors.Join(os.WriteFile(path, []byte(text), 0o600), os.Chmod(path, mode)); err != nil {
		t.Fatal(err)
	}
}

func hold(t *testing.T, path, text string, mode os.FileMode) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || string(got) != text {
		t.Errorf("the file holds %q (%v), want %q", got, err, text)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != mode {
		t.Errorf("its mode is %v (%v), want %v", info.Mode(), err, mode)
	}
}

func nothingElse(t *testing.T, dir string, names int) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != names {
		t.Errorf("the folder has %v (%v), want %d files", entries, err, names)
	}
}

func TestAFileIsReplacedWithItsMode(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "ocrmux.yaml")
	put(t, path, "old", 0o640)
	text, sum, err := edit.Read(path)
	if err != nil || string(text) != "old" {
		t.Fatalf("%q, %v", text, err)
	}
	parsed, err := edit.ParseSum(sum.String())
	if err != nil || parsed != sum {
		t.Fatalf("the sum is not what it was: %v", err)
	}
	if err := edit.Write(path, []byte("new"), parsed); err != nil {
		t.Fatal(err)
	}
	hold(t, path, "new", 0o640)
	nothingElse(t, dir, 1)
}

func TestAFileThatIsNotThereIsMadeForItsOwner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ocrmux.yaml")
	text, sum, err := edit.Read(path)
	if err != nil || text != nil {
		t.Fatalf("%q, %v", text, err)
	}
	if err := edit.Write(path, []byte("new"), sum); err != nil {
		t.Fatal(err)
	}
	hold(t, path, "new", 0o600)
}

func TestAFileThatHasChangedIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "ocrmux.yaml")
	for name, now := range map[string]string{"changed": "another", "made": "another", "gone": ""} {
		t.Run(name, func(t *testing.T) {
			before := edit.SumOf([]byte("old"))
			if name == "made" {
				before = edit.Sum{}
			}
			_ = os.Remove(path) // of the last case
			if now != "" {
				put(t, path, now, 0o600)
			}
			err := edit.Write(path, []byte("new"), before)
			var changed *edit.ChangedError
			if !errors.As(err, &changed) || now != "" && changed.Now != edit.SumOf([]byte(now)) {
				t.Fatalf("got %v, want an *edit.ChangedError", err)
			}
			if now != "" {
				hold(t, path, now, 0o600)
			}
		})
	}
}

func TestALinkStaysAndItsTargetIsReplaced(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	target, link := filepath.Join(elsewhere, "real.yaml"), filepath.Join(dir, "ocrmux.yaml")
	put(t, target, "old", 0o644)
	if err := os.Symlink(target, link); err != nil {
		t.Skip(err)
	}
	if err := edit.Write(link, []byte("new"), edit.SumOf([]byte("old"))); err != nil {
		t.Fatal(err)
	}
	hold(t, target, "new", 0o644)
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v (%v)", info, err)
	}
	nothingElse(t, dir, 1)
	nothingElse(t, elsewhere, 1)
}

func TestWhatCannotBeWrittenIsSaidWithWhatWouldHelp(t *testing.T) {
	dir := t.TempDir()
	lost := filepath.Join(dir, "lost.yaml")
	if err := os.Symlink(filepath.Join(dir, "nowhere"), lost); err != nil {
		t.Skip(err)
	}
	for name, path := range map[string]string{
		"a folder": dir, "a link that leads nowhere": lost, "a folder that is not there": filepath.Join(dir, "no", "ocrmux.yaml"),
	} {
		t.Run(name, func(t *testing.T) {
			err := edit.Write(path, []byte("new"), edit.Sum{})
			var wrong *edit.FileError
			if !errors.As(err, &wrong) || wrong.Want == "" {
				t.Errorf("got %v, want an *edit.FileError that says what would help", err)
			}
		})
	}
	if os.Getuid() == 0 {
		return // root may write everywhere
	}
	path := filepath.Join(dir, "ocrmux.yaml")
	put(t, path, "old", 0o600)
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	var wrong *edit.FileError
	if err := edit.Write(path, []byte("new"), edit.SumOf([]byte("old"))); !errors.As(err, &wrong) {
		t.Errorf("got %v, want an *edit.FileError", err)
	}
	hold(t, path, "old", 0o600)
}
