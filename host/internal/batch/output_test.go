package batch_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/host/internal/batch"
)

func TestOutputBelongsToOneRun(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "cards.jsonl")
	o, err := batch.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := batch.Run(t.Context(), batch.Config{Recognize: recognize}, list("good 1"), o); err != nil {
		t.Fatal(err)
	}
	if _, _, err := batch.Continue(name); !errors.Is(err, batch.ErrInUse) {
		t.Errorf("a second run gets %v", err)
	}
	if _, err := batch.Create(name); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a new run gets %v", err)
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	o, earlier, err := batch.Continue(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := batch.Run(t.Context(), batch.Config{Recognize: recognize, Earlier: earlier}, list("good 1", "good 2"), o)
	if err := errors.Join(err, o.Close()); err != nil || s.Before != 1 || s.Read != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	text, err := os.ReadFile(name)
	if err != nil || len(lines(t, string(text))) != 2 || strings.Count(string(text), "\n") != 2 {
		t.Errorf("%v:\n%s", err, text)
	}
}

func TestOutputDropsALineThatWasCutOff(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "cards.jsonl")
	const whole = `{"picture":"good 1","recognition":{"document":"cn.idcard"}}` + "\n"
	if err := os.WriteFile(name, []byte(whole+`{"picture":"good 2","recogn`), 0o600); err != nil {
		t.Fatal(err)
	}
	o, _, err := batch.Continue(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(name); err != nil || string(text) != whole {
		t.Errorf("%q, %v", text, err)
	}
}

func TestBatchTakesNamesAsBytesAndOneFileOnce(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("file names are not bytes on this system")
	}
	dir := t.TempDir()
	t.Chdir(dir)
	const first, second = "good \xd5\xc5\xc8\xfd.jpg", "good \xc0\xee\xcb\xc4.jpg" // 张三 and 李四 in GBK
	for _, name := range []string{first, second} {
		if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(resume bool) batch.Summary {
		t.Helper()
		var earlier *batch.Earlier
		o, err := batch.Create("cards.jsonl")
		if resume {
			o, earlier, err = batch.Continue("cards.jsonl")
		}
		if err != nil {
			t.Fatal(err)
		}
		s, err := batch.Run(t.Context(), batch.Config{Recognize: recognize, Earlier: earlier}, batch.Pictures([]string{first, second, filepath.Join(dir, first)}, nil), o)
		if err := errors.Join(err, o.Close()); err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := run(false); s.Read != 2 || s.Repeated != 1 {
		t.Errorf("%+v", s)
	}
	if s := run(true); s.Read != 0 || s.Before != 2 || s.Repeated != 1 {
		t.Errorf("the second run: %+v", s)
	}
}

func TestBatchReadsAFileAgainThatHasChangedSinceItFailed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	picture, output := filepath.Join(dir, "none.jpg"), filepath.Join(dir, "cards.jsonl")
	if err := os.WriteFile(picture, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func() batch.Summary {
		t.Helper()
		o, earlier, err := batch.Continue(output)
		if err != nil {
			t.Fatal(err)
		}
		s, err := batch.Run(t.Context(), batch.Config{Recognize: recognize, Earlier: earlier}, batch.Pictures([]string{picture}, nil), o)
		if err := errors.Join(err, o.Close()); err != nil {
			t.Fatal(err)
		}
		return s
	}
	if s := run(); s.Failed[abi.FailureKindNoDocument] != 1 {
		t.Errorf("%+v", s)
	}
	if s := run(); s.Failures() != 0 || s.FailedBefore[abi.FailureKindNoDocument] != 1 {
		t.Errorf("the same file: %+v", s)
	}
	if err := os.WriteFile(picture, []byte("the whole picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s := run(); s.Failed[abi.FailureKindNoDocument] != 1 || s.Before != 0 {
		t.Errorf("the changed file: %+v", s)
	}
}

func TestPicturesCountsWhatItPassesOver(t *testing.T) {
	t.Chdir(t.TempDir())
	write := func(name, text string) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"scans/a.jfif", "scans/b.HEIC", "scans/c.pdf", "elsewhere/d.jpg"} {
		write(name, "x")
	}
	write("scans/e", "\xff\xd8\xff\xe0 a picture without an extension")
	write("scans/f.dat", "%PDF-1.7")
	write("scans/notes.txt", "no picture")
	for link, to := range map[string]string{"scans/g.jpg": "../elsewhere/d.jpg", "scans/h.jpg": "gone.jpg", "scans/i": "../elsewhere"} {
		if err := os.Symlink(to, link); err != nil {
			t.Skip("this system has no links:", err)
		}
	}
	locked := os.Getuid() != 0 && runtime.GOOS != "windows"
	if locked {
		write("scans/locked/z.jpg", "x")
		if err := os.Chmod("scans/locked", 0); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod("scans/locked", 0o700) })
	}
	var read []string
	over := map[string]int{}
	for p, err := range batch.Pictures([]string{"scans"}, nil) {
		if err != nil {
			t.Fatal(err)
		}
		if p.PassedOver != "" {
			over[p.PassedOver]++
		} else {
			read = append(read, filepath.ToSlash(p.Name))
		}
	}
	if want := []string{"scans/a.jfif", "scans/e", "scans/g.jpg"}; !slices.Equal(read, want) {
		t.Errorf("read %v, want %v", read, want)
	}
	want := map[string]int{".heic": 1, ".pdf": 2, "link": 2}
	if locked {
		want["folder"] = 1
	}
	if diff := cmp.Diff(want, over); diff != "" {
		t.Errorf("passed over (-want +got):\n%s", diff)
	}
}
