// Command redteam runs the tests that attack what docs/security.md promises:
//
//	go run ./internal/redteam          run them in their short form
//	go run ./internal/redteam -long    run them as long as they like, and every fuzzer for a minute
//	go run ./internal/redteam -list    print each promise with its attacks and their tests, and run nothing
//	go run ./internal/redteam -update  write into the table of docs/security.md in which packages each promise is attacked
//
// # How an attack is recorded
//
// The table in docs/security.md gives each promise an identifier. An attack names the promise and what it tries, in a comment in or
// above the test or fuzzer that makes it:
//
//	//attack:vendor-bounds an answer whose length is a lie
//
// Where the entries of a table in Go are attacks, each named by its key or its first string, one comment inside the table says so for
// all that follow it, up to the next such comment; one without a promise ends it:
//
//	//attack-each:vendor-bounds
//
// Attacks that are not in a test are in another declaration of a test file, such as a table, or in a file below testdata, where the
// comment may begin as that language's comments do (";;attack:", "#attack:"). Then the test that makes them says where they are:
//
//	//attacks:misbehaving         a function or variable of the package
//	//attacks:testdata/hostile    a file, a folder, or a pattern of files
package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
)

func main() {
	long := flag.Bool("long", false, "run the tests in their long form, and each fuzzer for a minute")
	update := flag.Bool("update", false, "write into the table where each promise is attacked, and run nothing")
	list := flag.Bool("list", false, "print promises, attacks and tests, and run nothing")
	flag.Parse()
	if err := run(*long, *list, *update); err != nil {
		fmt.Fprintln(os.Stderr, "redteam:", err)
		os.Exit(1)
	}
}

func run(long, list, update bool) error {
	promises, err := readPromises(".")
	if err != nil {
		return err
	}
	attacks, err := readAttacks(".")
	if err != nil {
		return err
	}
	switch {
	case list:
		return print(os.Stdout, promises, attacks)
	case update:
		return writePlaces(".", attacks)
	}
	failed := 0
	for _, args := range commands(attacks, long) {
		c := exec.Command("go", args...)
		c.Stdout, c.Stderr = os.Stdout, os.Stderr
		if err := c.Run(); err != nil {
			failed++
		}
	}
	fmt.Printf("%d attacks on %d promises\n", len(attacks), len(promises))
	if failed > 0 {
		return fmt.Errorf("%d runs failed", failed)
	}
	return nil
}

// commands returns the arguments of each "go test": one run for each package, and in the long form one more for each fuzzer.
func commands(attacks []attack, long bool) [][]string {
	tests := make(map[string][]string)
	for _, a := range attacks {
		tests[a.pkg] = append(tests[a.pkg], a.tests...)
	}
	var all [][]string
	for _, pkg := range slices.Sorted(maps.Keys(tests)) {
		names := tests[pkg]
		slices.Sort(names)
		names = slices.Compact(names)
		args := []string{"test", "-count=1"}
		if !long {
			args = append(args, "-short")
		}
		all = append(all, append(args, "-run", exactly(names...), "./"+pkg))
		for _, name := range names {
			if long && strings.HasPrefix(name, "Fuzz") {
				all = append(all, []string{"test", "-run", "^$", "-fuzz", exactly(name), "-fuzztime", "1m", "./" + pkg})
			}
		}
	}
	return all
}

func exactly(names ...string) string { return "^(" + strings.Join(names, "|") + ")$" }

// print writes each promise with its attacks.
func print(w io.Writer, promises []promise, attacks []attack) error {
	for _, p := range promises {
		if _, err := fmt.Fprintf(w, "%s: %s\n", p.id, p.text); err != nil {
			return err
		}
		of := slices.DeleteFunc(slices.Clone(attacks), func(a attack) bool { return a.promise != p.id })
		slices.SortStableFunc(of, func(a, b attack) int { return cmp.Compare(a.pkg, b.pkg) })
		for _, a := range of {
			if _, err := fmt.Fprintf(w, "  %s  (%s: %s)\n", a.text, a.pkg, strings.Join(a.tests, ", ")); err != nil {
				return err
			}
		}
	}
	_, err := fmt.Fprintf(w, "%d attacks on %d promises\n", len(attacks), len(promises))
	return err
}
