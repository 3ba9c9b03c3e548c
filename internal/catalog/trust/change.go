package trust

import (
	"fmt"
	"strings"

	"github.com/ocrmux/ocrmux/internal/catalog"
)

// Change is how a plugin differs from what the lock approves.
type Change struct {
	Name string
	// Before is the entry in the lock, nil for a new plugin. After is that of the file, nil for a plugin that is gone.
	Before, After *Entry
	// Granted are capabilities that the lock does not approve, Dropped those that the plugin no longer wants.
	Granted, Dropped []string
}

// Change compares a plugin with its entry in the lock; ok is false when it is as the lock says.
func (l *Lock) Change(p catalog.Plugin) (c Change, ok bool) {
	after := NewEntry(p)
	c = Change{Name: after.Name, After: &after, Granted: after.Capabilities}
	before, known := l.Entry(after.Name)
	if !known {
		return c, true
	}
	c.Before = &before
	c.Granted, c.Dropped = without(after.Capabilities, before.Capabilities), without(before.Capabilities, after.Capabilities)
	return c, len(c.Granted) > 0 || len(c.Dropped) > 0 || !after.sameBytes(before)
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
			out = append(out, Change{Name: e.Name, Before: &e, Dropped: e.Capabilities})
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
