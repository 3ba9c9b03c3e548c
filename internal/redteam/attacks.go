package main

import (
	"bufio"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// attack is one thing that a test tries.
type attack struct {
	promise string
	text    string // what is tried
	pkg     string // path within the module
	place   string // file and line, for messages
	tests   []string

	within string // the declaration of the test file, or the path of the file within the package
}

// maker is a test that makes the attacks of another declaration or file.
type maker struct{ pkg, test, of, place string }

var (
	attackLine = regexp.MustCompile(`(?://|;;|#)attack:(\S*)[ \t]*(.*)`)
	eachLine   = regexp.MustCompile(`^//attack-each:(\S*)`)
	makerLine  = regexp.MustCompile(`^//attacks:(\S+)`)
	testName   = regexp.MustCompile(`^(Test|Fuzz)[A-Z_]`)
)

// readAttacks returns every attack below root. The error names those that no test makes.
func readAttacks(root string) ([]attack, error) {
	var attacks []attack
	var makers []maker
	err := filepath.WalkDir(root, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		rel, err := filepath.Rel(root, at)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		pkg, data, inData := strings.Cut(rel, "/testdata/")
		switch {
		case d.IsDir():
			if rel != "." && strings.HasPrefix(name, ".") || rel == "bin" || name == "node_modules" || name == "target" {
				return fs.SkipDir
			}
		case inData && path.Ext(name) == ".go":
			found, _, err := attacksOfGo(at, pkg)
			for i := range found {
				found[i].within = "testdata/" + data
			}
			attacks = append(attacks, found...)
			return err
		case inData && slices.Contains([]string{".wat", ".c", ".rs", ".ts", ".yaml", ".txt"}, path.Ext(name)):
			found, err := attacksOfData(at, pkg, "testdata/"+data)
			attacks = append(attacks, found...)
			return err
		case strings.HasSuffix(name, "_test.go") && rel != "internal/redteam/redteam_test.go":
			found, tests, err := attacksOfGo(at, path.Dir(rel))
			attacks, makers = append(attacks, found...), append(makers, tests...)
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return attacks, join(attacks, makers)
}

// attacksOfData reads a file below testdata.
func attacksOfData(file, pkg, within string) ([]attack, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // opened for reading
	var all []attack
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		if m := attackLine.FindStringSubmatch(lines.Text()); m != nil {
			all = append(all, attack{promise: m[1], text: strings.TrimSpace(m[2]), pkg: pkg, place: fmt.Sprintf("%s:%d", file, n), within: within})
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return all, nil // no text that people write
	}
	return all, lines.Err()
}

// attacksOfGo reads a file in Go.
func attacksOfGo(file, pkg string) ([]attack, []maker, error) {
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, nil, err
	}
	var attacks []attack
	var makers []maker
	for _, group := range parsed.Comments {
		for _, c := range group.List {
			place := func(at token.Pos) string { return fmt.Sprintf("%s:%d", file, set.Position(at).Line) }
			within := declaration(parsed, c.Pos())
			if m := makerLine.FindStringSubmatch(c.Text); m != nil {
				makers = append(makers, maker{pkg, within, m[1], place(c.Pos())})
			} else if m := eachLine.FindStringSubmatch(c.Text); m != nil {
				if m[1] == "" {
					continue // the end of a list
				}
				for _, e := range entries(parsed, c.Pos()) {
					attacks = append(attacks, attack{promise: m[1], text: e.name, pkg: pkg, place: place(e.at), within: within})
				}
			} else if m := attackLine.FindStringSubmatch(c.Text); m != nil && strings.HasPrefix(c.Text, "//attack:") {
				attacks = append(attacks, attack{promise: m[1], text: strings.TrimSpace(m[2]), pkg: pkg, place: place(c.Pos()), within: within})
			}
		}
	}
	return attacks, makers, nil
}

// declaration returns the name of the top-level declaration that a comment is in, above or, on the same line, behind.
func declaration(file *ast.File, at token.Pos) string {
	for _, d := range file.Decls {
		if d.End() <= at {
			continue
		}
		switch d := d.(type) {
		case *ast.FuncDecl:
			return d.Name.Name
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if v, ok := spec.(*ast.ValueSpec); ok && v.End() > at {
					return v.Names[0].Name
				}
			}
		}
	}
	return ""
}

// join gives each attack the tests that make it.
func join(attacks []attack, makers []maker) error {
	var errs []error
	idle := slices.Clone(makers)
	for i := range attacks {
		a := &attacks[i]
		if testName.MatchString(a.within) {
			a.tests = []string{a.within}
		}
		for _, m := range makers {
			if m.pkg == a.pkg && covers(m.of, a.within) {
				a.tests = append(a.tests, m.test)
				idle = slices.DeleteFunc(idle, func(other maker) bool { return other == m })
			}
		}
		if len(a.tests) == 0 {
			errs = append(errs, fmt.Errorf("%s: no test makes this attack: put it in a test, or write //attacks:%s above the one that makes it", a.place, a.within))
		}
	}
	for _, m := range idle {
		errs = append(errs, fmt.Errorf("%s: //attacks:%s names nothing that has an attack", m.place, m.of))
	}
	for _, m := range makers {
		if !testName.MatchString(m.test) {
			errs = append(errs, fmt.Errorf("%s: //attacks: belongs above a test or fuzzer", m.place))
		}
	}
	return errors.Join(errs...)
}

// covers reports whether a maker's name is that of a declaration, or of a file or one of its folders, or a pattern of files.
func covers(of, within string) bool {
	matched, err := path.Match(of, within)
	return within == of || strings.HasPrefix(within, of+"/") || err == nil && matched
}
