package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const (
	securityPage = "docs/security.md"
	tableHead    = "| promise | what holds | attacked in |"
)

// promise is a row of the table in docs/security.md.
type promise struct {
	id, text string
	packages []string // paths within the module
}

var inBackticks = regexp.MustCompile("`([^`]*)`")

// readPromises reads the table of the module in root.
func readPromises(root string) ([]promise, error) {
	page, err := os.ReadFile(filepath.Join(root, securityPage))
	if err != nil {
		return nil, err
	}
	_, table, found := strings.Cut(string(page), tableHead+"\n")
	if !found {
		return nil, fmt.Errorf("%s has no table that begins with %q", securityPage, tableHead)
	}
	var all []promise
	for line := range strings.Lines(table) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") {
			break
		}
		if strings.HasPrefix(line, "|-") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if len(cells) != 3 {
			return nil, fmt.Errorf("%s: the row %q has %d cells, want 3", securityPage, line, len(cells))
		}
		id, packages := quoted(cells[0]), quoted(cells[2])
		if len(id) != 1 {
			return nil, fmt.Errorf("%s: the row %q does not begin with an identifier in backticks", securityPage, line)
		}
		slices.Sort(packages)
		all = append(all, promise{id: id[0], text: strings.TrimSpace(cells[1]), packages: packages})
	}
	return all, nil
}

// quoted returns what a text has in backticks.
func quoted(s string) []string {
	var all []string
	for _, m := range inBackticks.FindAllStringSubmatch(s, -1) {
		all = append(all, m[1])
	}
	return all
}

// judge returns what is wrong with promises and attacks: promises that nobody attacks, attacks on no promise, and rows whose packages
// are not those of the attacks.
func judge(promises []promise, attacks []attack) []string {
	var problems []string
	places := make(map[string][]string)
	for _, p := range promises {
		if _, twice := places[p.id]; twice {
			problems = append(problems, fmt.Sprintf("%s: the promise %s stands there twice", securityPage, p.id))
		}
		places[p.id] = nil
	}
	for _, a := range attacks {
		if _, known := places[a.promise]; !known {
			problems = append(problems, fmt.Sprintf("%s: there is no promise %s in the table of %s: add its row, or name one of the table", a.place, a.promise, securityPage))
			continue
		}
		if a.text == "" {
			problems = append(problems, fmt.Sprintf("%s: the attack does not say what it tries", a.place))
		}
		places[a.promise] = append(places[a.promise], a.pkg)
	}
	for _, p := range promises {
		in := places[p.id]
		slices.Sort(in)
		in = slices.Compact(in)
		switch {
		case len(in) == 0:
			problems = append(problems, fmt.Sprintf("%s: the promise %s is attacked by nobody", securityPage, p.id))
		case !slices.Equal(in, p.packages):
			problems = append(problems, fmt.Sprintf("%s: the promise %s is attacked in %v, but the table says %v", securityPage, p.id, in, p.packages))
		}
	}
	return problems
}

// writePlaces writes the last column of the table: the packages in which a promise is attacked.
func writePlaces(root string, attacks []attack) error {
	at := filepath.Join(root, securityPage)
	page, err := os.ReadFile(at)
	if err != nil {
		return err
	}
	head, table, _ := strings.Cut(string(page), tableHead+"\n")
	var b strings.Builder
	b.WriteString(head + tableHead + "\n")
	within := true
	for line := range strings.Lines(table) {
		within = within && strings.HasPrefix(line, "|")
		if cells := strings.Split(line, "|"); within && len(cells) == 5 && len(quoted(cells[1])) == 1 {
			cells[3] = " " + strings.Join(packagesOf(quoted(cells[1])[0], attacks), ", ") + " "
			line = strings.Join(cells, "|")
		}
		b.WriteString(line)
	}
	return os.WriteFile(at, []byte(b.String()), 0o644)
}

// packagesOf returns the packages in which a promise is attacked, in backticks.
func packagesOf(id string, attacks []attack) []string {
	var in []string
	for _, a := range attacks {
		if a.promise == id {
			in = append(in, "`"+a.pkg+"`")
		}
	}
	slices.Sort(in)
	return slices.Compact(in)
}
