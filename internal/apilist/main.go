// Command apilist compares the exported declarations of this module's public packages with the listings in docs/api, and
// writes these listings again:
//
//	go run ./internal/apilist                       compare
//	go run ./internal/apilist -update               write what was added
//	go run ./internal/apilist -update -breaking     write what was removed or changed, too
//
// Public is every package below engine, sdk and host that other modules can import. A listing has one line for each declaration,
// field and method. Where a public package exposes a type of an internal package, as an alias or in a signature, the listing has
// that type's lines as well.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const folder = "docs/api"

func main() {
	update := flag.Bool("update", false, "write the listings")
	breaking := flag.Bool("breaking", false, "with -update: also where a declaration was removed or changed")
	flag.Parse()
	if err := run(*update, *breaking); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(update, breaking bool) error {
	now, err := listings()
	if err != nil {
		return err
	}
	before, err := read(folder)
	if err != nil {
		return err
	}
	c := compare(before, now)
	switch {
	case len(c.removed) > 0 && !(update && breaking):
		c.print(os.Stderr)
		return errors.New(`
The declarations marked with "-" were removed or changed. Programs that use them would no longer compile.
Version 1 keeps them: restore them, and add the new ones beside them; removing waits for version 2.
If no release has them yet, record the change: make api-update BREAKING=1`)
	case len(c.added) > 0 && !update:
		c.print(os.Stderr)
		return errors.New("\nThe declarations marked with \"+\" are new. If they belong to the public API, record them: make api-update")
	case !update:
		return nil
	}
	fmt.Printf("%s: %d lines added, %d removed\n", folder, len(c.added), len(c.removed))
	return write(folder, now)
}

// read returns the lines of each listing by the package's path within the module.
func read(dir string) (map[string][]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.txt"))
	if err != nil {
		return nil, err
	}
	out := make(map[string][]string)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		out[packageOf(file)] = strings.Split(strings.TrimSpace(string(text)), "\n")
	}
	return out, nil
}

func write(dir string, listings map[string][]string) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for pkg, lines := range listings {
		if err := os.WriteFile(filepath.Join(dir, fileOf(pkg)), []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func fileOf(pkg string) string { return strings.ReplaceAll(pkg, "/", "-") + ".txt" }

func packageOf(file string) string {
	return strings.ReplaceAll(strings.TrimSuffix(filepath.Base(file), ".txt"), "-", "/")
}

// changes are lines of listings, each with its package in front.
type changes struct {
	removed, added []string
}

func compare(before, now map[string][]string) changes {
	var c changes
	for pkg, lines := range before {
		c.removed = append(c.removed, missing(pkg, lines, now[pkg])...)
	}
	for pkg, lines := range now {
		c.added = append(c.added, missing(pkg, lines, before[pkg])...)
	}
	slices.Sort(c.removed)
	slices.Sort(c.added)
	return c
}

// missing returns the lines that other lacks.
func missing(pkg string, lines, other []string) []string {
	var out []string
	for _, line := range lines {
		if !slices.Contains(other, line) {
			out = append(out, pkg+": "+line)
		}
	}
	return out
}

func (c changes) print(w io.Writer) {
	for _, line := range c.removed {
		fmt.Fprintln(w, "- "+line)
	}
	for _, line := range c.added {
		fmt.Fprintln(w, "+ "+line)
	}
}
