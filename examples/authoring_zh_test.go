package examples

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/internal/testenv"
)

// guideBlock is a file, after a line with its name, or commands.
var guideBlock = regexp.MustCompile("(?ms)^(?:`([^`\n]+)`：\n\n)?```(\\w+)\n(.*?)^```$")

// TestTheChineseGuideWorks writes the files and runs the commands of docs/zh/authoring.md, in their order.
func TestTheChineseGuideWorks(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the program and a plugin")
	}
	testenv.Need(t, "bash")
	page, err := os.ReadFile("../docs/zh/authoring.md")
	if err != nil {
		t.Fatal(err)
	}
	repository, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	dir, bin := t.TempDir(), t.TempDir()
	run := func(dir, name string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "OCRMUX="+repository, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	run("..", "go", "build", "-o", filepath.Join(bin, "ocrmux"), "./host/cmd/ocrmux")
	files, commands := 0, 0
	for _, m := range guideBlock.FindAllStringSubmatch(string(page), -1) {
		name, language, text := m[1], m[2], m[3]
		switch {
		case name != "":
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			files++
		case language == "sh" && !strings.HasPrefix(text, "export OCRMUX="): // what is set up there is set up here
			run(dir, "bash", "-euo", "pipefail", "-c", text)
			commands++
		}
	}
	if files < 8 || commands < 9 {
		t.Errorf("the page has %d files and %d blocks of commands", files, commands)
	}
}
