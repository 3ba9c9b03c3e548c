package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// enough is how many attacks the repository has at least.
const enough = 120

func TestPromisesAreAllAttackedAndAttacksNameAPromise(t *testing.T) {
	t.Parallel()
	promises, err := readPromises(root)
	if err != nil {
		t.Fatal(err)
	}
	attacks, err := readAttacks(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range judge(promises, attacks) {
		t.Error(problem)
	}
	if len(attacks) < enough {
		t.Errorf("there are %d attacks, want %d", len(attacks), enough)
	}
}

func TestJudgeFindsWhatDoesNotMatch(t *testing.T) {
	t.Parallel()
	promises := []promise{{id: "kept", text: "t", packages: []string{"a"}}, {id: "idle", text: "t", packages: []string{"a"}}, {id: "kept", text: "t"}}
	attacks := []attack{{promise: "kept", text: "t", pkg: "b", place: "b.go:1"}, {promise: "broken", text: "t", place: "b.go:2"}, {promise: "kept", pkg: "a", place: "b.go:3"}}
	got := strings.Join(judge(promises, attacks), "\n")
	for _, want := range []string{
		"idle is attacked by nobody", "kept stands there twice", "b.go:2: there is no promise broken", "b.go:3: the attack does not say what it tries",
		"kept is attacked in [a b], but the table says [a]",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in:\n%s", want, got)
		}
	}
}

func TestReadAttacksFindsThemWhereTheyMayBe(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("p/a_test.go", `package p

// TestAbove is a test.
//
//attack:one above
//attacks:table
func TestAbove(t *testing.T) {
	//attack:one inside
	_ = 1 //attack:one behind
}

var table = []int{
	1, //attack:one an entry
}

var named = map[string]int{
	"none": 1,
	//attack-each:one
	"by a key": 1,
	//attack-each:two
	"by another": 1,
	//attack-each:
	"no more": 1,
}

//attacks:named
//attacks:testdata/*.wat
//attacks:testdata/tries
func FuzzData(f *testing.F) {}
`)
	write("p/testdata/one.wat", ";;attack:one a module\n")
	write("p/testdata/tries/main.go", "package main\n\n\t//attack:one a program\n")
	attacks, err := readAttacks(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range attacks {
		got = append(got, a.promise+" "+a.text+" by "+strings.Join(a.tests, "+")+" in "+a.pkg)
	}
	want := []string{
		"one above by TestAbove in p", "one inside by TestAbove in p", "one behind by TestAbove in p", "one an entry by TestAbove in p",
		"one by a key by FuzzData in p", "two by another by FuzzData in p",
		"one a module by FuzzData in p", "one a program by FuzzData in p",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}

	write("p/b_test.go", "package p\n\n//attacks:nothing\nfunc TestIdle(t *testing.T) {}\n\nfunc helper() {\n\t//attack:one lost\n}\n\n//attacks:table\nfunc helps() {}\n")
	_, err = readAttacks(dir)
	for _, want := range []string{"b_test.go:3: //attacks:nothing names nothing", "b_test.go:7: no test makes this attack", "b_test.go:10: //attacks: belongs above a test"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in: %v", want, err)
		}
	}
}

func TestCommandsRunEachPackageOnceAndFuzzersAtLength(t *testing.T) {
	t.Parallel()
	attacks := []attack{{pkg: "b", tests: []string{"TestX", "FuzzY"}}, {pkg: "b", tests: []string{"TestX"}}, {pkg: "a", tests: []string{"TestZ"}}}
	lines := func(long bool) string {
		var all []string
		for _, args := range commands(attacks, long) {
			all = append(all, strings.Join(args, " "))
		}
		return strings.Join(all, "\n")
	}
	if got, want := lines(false), "test -count=1 -short -run ^(TestZ)$ ./a\ntest -count=1 -short -run ^(FuzzY|TestX)$ ./b"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got, want := lines(true), "test -run ^$ -fuzz ^(FuzzY)$ -fuzztime 1m ./b"; !strings.Contains(got, want) || strings.Contains(got, "-short") {
		t.Errorf("got\n%s\nwithout\n%s", got, want)
	}
}
