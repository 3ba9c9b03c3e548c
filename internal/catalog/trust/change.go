package trust

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/internal/catalog"
)

// shownFiles is how many files a change lists for people.
const shownFiles = 20

// Change is how a plugin differs from what the lock approves.
type Change struct {
	Name string
	// Before is the entry in the lock, nil for a new plugin. After is that of the file, nil for a plugin that is gone.
	Before, After *Entry
	// Granted are capabilities that the lock does not approve, Dropped those that the plugin no longer wants.
	Granted, Dropped []string
	// Files are those that the plugin brings along and that are new, gone or other than approved.
	Files []FileChange
}

// FileChange is how one file that a plugin brings along differs from what the lock approves. Before or After is empty where there is none.
type FileChange struct{ Path, Before, After string }

// Change compares a plugin with its entry in the lock; ok is false when it is as the lock says.
func (l *Lock) Change(p catalog.Plugin) (c Change, ok bool) {
	after := NewEntry(p)
	c = Change{Name: after.Name, After: &after, Granted: after.Capabilities, Files: fileChanges(nil, after.Files)}
	before, known := l.Entry(after.Name)
	if !known {
		return c, true
	}
	c.Before = &before
	c.Files = fileChanges(before.Files, after.Files)
	c.Granted, c.Dropped = without(after.Capabilities, before.Capabilities), without(before.Capabilities, after.Capabilities)
	return c, len(c.Granted) > 0 || len(c.Dropped) > 0 || !after.sameBytes(before)
}

// fileChanges compares lists of files, in the order of the paths.
func fileChanges(before, after []FileEntry) []FileChange {
	found := make(map[string]FileChange)
	for _, f := range before {
		found[f.Path] = FileChange{Path: f.Path, Before: f.SHA256}
	}
	for _, f := range after {
		found[f.Path] = FileChange{Path: f.Path, Before: found[f.Path].Before, After: f.SHA256}
	}
	var out []FileChange
	for _, path := range slices.Sorted(maps.Keys(found)) {
		if c := found[path]; c.Before != c.After {
			out = append(out, c)
		}
	}
	return out
}

// String returns the change as an operator reads it.
func (c FileChange) String() string {
	switch {
	case c.Before == "":
		return "+ brings along " + c.Path
	case c.After == "":
		return "- brings along " + c.Path
	default:
		return "~ brings along " + c.Path + ", with other bytes"
	}
}

// Changes compares a folder with its lock, in the order of the names. Plugins that cannot be used are passed over, and so
// keep what the lock says of them.
func (l *Lock) Changes(found []catalog.Found) []Change {
	var out []Change
	there := make(map[string]bool)
	for _, f := range found {
		there[f.Name] = true
		if f.Err != nil {
			continue
		}
		if c, ok := l.Change(f.Plugin); ok {
			out = append(out, c)
		}
	}
	for _, e := range l.Entries {
		if !there[e.Name] {
			out = append(out, Change{Name: e.Name, Before: &e, Dropped: e.Capabilities, Files: fileChanges(e.Files, nil)})
		}
	}
	sortByName(out)
	return out
}

// String returns the change as an operator reads it: a heading, then a line for each capability that comes ("+") or goes ("-").
func (c Change) String() string {
	var b strings.Builder
	switch {
	case c.After == nil:
		fmt.Fprintf(&b, "%s %s is gone\n", c.Name, c.Before.Version)
	case c.Before == nil:
		fmt.Fprintf(&b, "%s %s (%s) is new\n", c.Name, c.After.Version, c.After.Kind)
	case c.After.sameCode(*c.Before) && len(c.Files) > 0:
		fmt.Fprintf(&b, "%s %s (%s) brings along other files\n", c.Name, c.After.Version, c.After.Kind)
	case c.After.sameBytes(*c.Before):
		fmt.Fprintf(&b, "%s %s (%s) is listed with other capabilities\n", c.Name, c.After.Version, c.After.Kind)
	case c.Before.Version == c.After.Version:
		fmt.Fprintf(&b, "%s %s (%s) has other bytes under the same version\n", c.Name, c.After.Version, c.After.Kind)
	default:
		fmt.Fprintf(&b, "%s %s (%s), was %s\n", c.Name, c.After.Version, c.After.Kind, c.Before.Version)
	}
	for _, s := range c.Granted {
		fmt.Fprintf(&b, "  + %s\n", s)
	}
	if c.After == nil {
		return b.String()
	}
	for i, f := range c.Files {
		if i == shownFiles {
			fmt.Fprintf(&b, "  and %d more files\n", len(c.Files)-i)
			break
		}
		fmt.Fprintf(&b, "  %s\n", f)
	}
	for _, s := range c.Dropped {
		fmt.Fprintf(&b, "  - %s\n", s)
	}
	switch {
	case c.Before != nil && len(c.Granted) == 0 && len(c.Dropped) == 0:
		b.WriteString("  its capabilities are the same\n")
	case len(c.Granted) == 0:
		b.WriteString("  it may do nothing that it could not do before\n")
	}
	return b.String()
}
