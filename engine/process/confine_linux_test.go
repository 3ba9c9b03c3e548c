package process

import (
	"bytes"
	"errors"
	"log/slog"
	"maps"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/testenv"
)

// try has the hostile provider try something, and gives what came of it.
func try(t *testing.T, m catalog.Module, what, at string) string {
	t.Helper()
	a, err := m.Step(t.Context(), &abi.StepRequest{Start: &abi.Start{Document: what, Options: []abi.Leaf{{Path: "/at", Value: at}}}}, noHost{})
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	return extra(t, a.Done, "outcome")
}

// confinable skips a test where the system cannot confine.
func confinable(t *testing.T) {
	t.Helper()
	if err := CanConfine(); err != nil {
		testenv.Missing(t, "%v", err)
	}
}

// refused is how the system says no; a link from one place to another is "across devices".
var refused = regexp.MustCompile("permitted|denied|cross-device")

//attacks:testdata/hostile
func TestAHostileChildGetsNothing(t *testing.T) {
	confinable(t)
	network, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer network.Close()
	dir := t.TempDir()
	socket, err := net.Listen("unix", filepath.Join(dir, "socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	abstract, err := net.Listen("unix", "@ocrmux-"+filepath.Base(filepath.Dir(dir)))
	if err != nil {
		t.Fatal(err)
	}
	defer abstract.Close()
	file, allowed := filepath.Join(dir, "secret"), filepath.Join(dir, "allowed")
	for _, f := range []string{file, allowed} {
		if err := os.WriteFile(f, []byte("s3cret"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	hostile := pluginOf(t, "hostile", "hostile")
	confined := loadPlugin(t, Config{Confinement: ConfineRequired, Readable: []string{allowed}}, hostile)
	alone := loadPlugin(t, Config{Confinement: ConfineRequired, Readable: []string{allowed}, noNamespaces: true}, hostile)
	free := loadPlugin(t, Config{Confinement: ConfineOff}, hostile)

	// depends are those that some systems forbid to everybody.
	depends := []string{"read the host's memory", "trace the host", "make a namespace", "fork into a namespace", "ask the kernel unseen", "make a link to a file"}
	host := strconv.Itoa(os.Getpid())
	tries := map[string]string{
		"connect to the network": network.Addr().String(), "send a datagram": "", "connect to a socket of the user": socket.Addr().String(),
		"connect to an abstract socket": abstract.Addr().String(), "read a file of the user": file, "list a folder of the user": dir, "write a file of the user": file,
		"change a file of its own folder": "", "make a link to a file": file, "start a program": "", "read the host's environment": host, "list processes": "",
		"read the host's memory": host, "trace the host": host, "signal the host": host, "signal a thread of the host": host, "limit the host": host, "make a namespace": "",
		"fork into a namespace": "", "ask the kernel unseen": "", "open a raw socket": "", "attach to shared memory": "",
	}
	for _, what := range slices.Sorted(maps.Keys(tries)) {
		t.Run(what, func(t *testing.T) {
			if got := try(t, confined, what, tries[what]); !refused.MatchString(got) {
				t.Errorf("a confined child: %s", got)
			}
			if got := try(t, alone, what, tries[what]); !refused.MatchString(got) {
				t.Errorf("a confined child without namespaces: %s", got)
			}
			if got := try(t, free, what, tries[what]); got != "done" && !slices.Contains(depends, what) {
				t.Errorf("a child that is not confined: %s, so that the test proves nothing", got)
			}
		})
	}
	if b, err := os.ReadFile(file); err != nil || string(b) != "was here" { // by the one that is not confined
		t.Errorf("the file holds %q, %v", b, err)
	}
	for what, at := range map[string]string{"read its own folder": "", "use a temporary folder": "", "read what it was allowed": allowed} {
		if got := try(t, confined, what, at); got != "done" {
			t.Errorf("%s: %s", what, got)
		}
	}
}

func TestAChildThatCannotBeConfinedDoesNotStartWhereItMust(t *testing.T) {
	e := failToLoad(t, Config{Confinement: ConfineRequired, Readable: []string{"/no/such/folder"}}, pluginOf(t, "actor", "actor"))
	if e.Cause != catalog.StartFailed || !strings.Contains(e.Error(), "/no/such/folder") {
		t.Errorf("got %v", e)
	}
}

func TestWhatIsMissingIsSaidOrRefused(t *testing.T) {
	lacks := &unconfinedError{missing: []string{"it has no Landlock", "it has no seccomp"}}
	if got := lacks.Error(); !strings.Contains(got, "it has no Landlock; it has no seccomp") {
		t.Error(got)
	}
	var log bytes.Buffer
	c := Config{Logger: slog.New(slog.NewTextHandler(&log, nil))}
	if err := c.allowUnconfined("actor", lacks); err != nil || !strings.Contains(log.String(), "it has no seccomp") {
		t.Errorf("got %v, and the log %s", err, &log)
	}
	c.Confinement = ConfineRequired
	if err := c.allowUnconfined("actor", lacks); !errors.As(err, new(*unconfinedError)) {
		t.Errorf("got %v", err)
	}
}

func TestTheFilterOfSystemCallsAssembles(t *testing.T) {
	code, self := filter(1)
	if _, err := bpf.Assemble(code); err != nil {
		t.Error(err)
	}
	if _, err := bpf.NewVM(code); err != nil { // which also follows its jumps
		t.Error(err)
	}
	if _, isJump := code[self].(bpf.JumpIf); !isJump {
		t.Errorf("the number of the process would go into %v", code[self])
	}
}
