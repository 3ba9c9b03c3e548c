package compat_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Names in the folder of a version.
const (
	guestsDir    = "guests"
	exchangesDir = "exchanges"
	callsFile    = "calls.jsonl"
	builtFile    = "BUILT.txt"
	sumsFile     = "SHA256SUMS"
)

// call is a line of calls.jsonl: a message that went in and the one that came out.
type call struct {
	// Call is step, accept or reply, or host for a HostCall and its HostReply.
	Call string `json:"call"`
	In   []byte `json:"in"`
	Out  []byte `json:"out"`
}

// eachVersion runs a test for the folder of every version that is kept.
func eachVersion(t *testing.T, test func(t *testing.T, dir string)) {
	t.Helper()
	dirs, err := filepath.Glob("testdata/v*")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("nothing is kept: %v", err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) { test(t, dir) })
	}
}

func TestEveryKeptFileIsThereAsItWas(t *testing.T) {
	eachVersion(t, func(t *testing.T, dir string) {
		if diff := cmp.Diff(string(readFile(t, filepath.Join(dir, sumsFile))), sums(t, dir)); diff != "" {
			t.Errorf("what a release has made never changes (-kept +there):\n%s", diff)
		}
	})
}

// sums are the checksums of all files of a folder but their own list, as sha256sum writes them.
func sums(t *testing.T, dir string) string {
	t.Helper()
	var out strings.Builder
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && path != sumsFile {
			fmt.Fprintf(&out, "%x  %s\n", sha256.Sum256(readFile(t, filepath.Join(dir, path))), path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// guests copies the modules of a version to a folder of the test and gives their paths.
func guests(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, guestsDir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no guests are kept: %v", err)
	}
	var out []string
	for _, file := range files {
		code := readFile(t, file)
		name, compressed := strings.CutSuffix(filepath.Base(file), ".gz")
		if compressed {
			code = inflate(t, code)
		}
		path := filepath.Join(t.TempDir(), name)
		writeFile(t, path, code)
		out = append(out, path)
	}
	return out
}

func inflate(t *testing.T, data []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func calls(t *testing.T, dir string) []call {
	t.Helper()
	lines := bufio.NewScanner(bytes.NewReader(readFile(t, filepath.Join(dir, callsFile))))
	lines.Buffer(nil, 1<<20)
	var out []call
	for lines.Scan() {
		var c call
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		out = append(out, c)
	}
	if lines.Err() != nil || len(out) == 0 {
		t.Fatalf("no calls are kept: %v", lines.Err())
	}
	return out
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func writeFile(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
