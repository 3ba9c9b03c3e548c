//go:build unix

package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/ocrmux/ocrmux/host/internal/cli"
	"github.com/ocrmux/ocrmux/internal/terminal"
)

// runIn runs a command line with a folder for its files, "DIR" in the arguments, and returns what it printed.
func runIn(t *testing.T, dir string, args ...string) (out string, status int) {
	t.Helper()
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "DIR", dir)
	}
	var b bytes.Buffer
	p := &cli.Program{Stdin: strings.NewReader(""), Stdout: &b, Stderr: &b, UserCacheDir: dir, UserStateDir: dir}
	status = p.Run(t.Context(), args)
	return b.String(), status
}

func TestCommandsRefuseANamedPipeInPlaceOfAFile(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, pipe string
		args       []string
	}{
		//attack-each:supply-files
		{"a lock for providers", "plugins/plugins.lock", []string{"providers", "--plugins-dir", "DIR/plugins"}},
		{"a lock for a pull", "plugins/plugins.lock", []string{"plugin", "pull", "--plugins-dir", "DIR/plugins"}},
		{"a lock for a lock", "plugins/plugins.lock", []string{"plugin", "lock", "--yes", "DIR/plugins"}},
		{"a configuration", "ocrmux.yaml", []string{"config", "validate", "--config", "DIR/ocrmux.yaml"}},
		{"a module", "plugins/x.wasm", []string{"plugin", "inspect", "DIR/plugins/x.wasm"}},
		{"a provider file", "plugins/x.provider.yaml", []string{"plugin", "inspect", "DIR/plugins/x.provider.yaml"}},
		{"a picture", "card.jpg", []string{"recognize", "--plugins-dir", "DIR/plugins", "--provider", "x", "DIR/card.jpg"}},
		{"the results of a batch", "out", []string{"batch", "--plugins-dir", "DIR/plugins", "--provider", "local", "--resume", "--output", "DIR/out", "DIR/card.jpg"}},
		{"a key", "key", []string{"plugin", "sign", "--key", "DIR/key", "DIR/plugins/x.wasm"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := os.Mkdir(filepath.Join(dir, "plugins"), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := syscall.Mkfifo(filepath.Join(dir, tt.pipe), 0o600); err != nil {
				t.Fatal(err)
			}
			out, status := runIn(t, dir, tt.args...)
			if status == cli.StatusOK || tt.pipe != "card.jpg" && !strings.Contains(out, "regular file") {
				t.Errorf("status %d: %s", status, out)
			}
		})
	}
}

func TestCommandsPrintNothingThatControlsATerminal(t *testing.T) {
	t.Parallel()
	const evil = "\x1b[2K\r\u202eocrmux\u009b"
	for name, args := range map[string][]string{
		//attack-each:supply-text
		"the name of a file":      {"plugin", "inspect", "DIR/" + evil},
		"an argument":             {evil},
		"a reference":             {"plugin", "pull", "--plugins-dir", "DIR", evil},
		"a text of configuration": {"config", "validate", "--config", "DIR/evil.yaml"},
		"a name in a folder":      {"plugin", "lock", "--yes", "DIR"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for file, text := range map[string]string{"evil.yaml": `providers: {"\e[2K\u202e": {}}`, evil + ".wasm": "\x00asm"} {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			out, _ := runIn(t, dir, args...)
			if text := strings.ReplaceAll(out, "\n", ""); text == "" || !terminal.Visible(text) {
				t.Errorf("printed %+q", out)
			}
		})
	}
}
