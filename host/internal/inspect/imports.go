package inspect

import (
	"encoding/binary"
	"errors"
	"fmt"
)

const (
	wasmHeaderSize = 8
	importSection  = 2
	exportSection  = 7
	maxEntries     = 10_000
)

// errCut is the error for a module that ends too early.
var errCut = errors.New("the module is cut off")

// wasmImports returns the imports of a module as "module.name", in the order of the file.
func wasmImports(module []byte) ([]string, error) {
	body, err := wasmSection(module, importSection)
	if body == nil || err != nil {
		return nil, err
	}
	return body.list("imports", func() (string, error) {
		from, err := body.name()
		if err != nil {
			return "", err
		}
		name, err := body.name()
		if err != nil {
			return "", err
		}
		return from + "." + name, body.skipDescription()
	})
}

// wasmExports returns the names that a module exports, in the order of the file.
func wasmExports(module []byte) ([]string, error) {
	body, err := wasmSection(module, exportSection)
	if body == nil || err != nil {
		return nil, err
	}
	return body.list("exports", func() (string, error) {
		name, err := body.name()
		if err != nil {
			return "", err
		}
		if len(body.b) == 0 {
			return "", errCut
		}
		body.take(1) // its kind: function, table, memory, global or tag
		_, err = body.number()
		return name, err
	})
}

// wasmSection returns the body of a module's first section with the id, nil if there is none.
func wasmSection(module []byte, id byte) (*cursor, error) {
	if len(module) < wasmHeaderSize {
		return nil, errCut
	}
	rest := &cursor{module[wasmHeaderSize:]}
	for len(rest.b) > 0 {
		found := rest.take(1)[0]
		size, err := rest.number()
		if err != nil {
			return nil, err
		}
		if size > uint64(len(rest.b)) {
			return nil, errCut
		}
		if body := rest.take(int(size)); found == id {
			return &cursor{body}, nil
		}
	}
	return nil, nil
}

// cursor reads bytes of a module from the front.
type cursor struct{ b []byte }

func (c *cursor) take(n int) []byte {
	out := c.b[:n]
	c.b = c.b[n:]
	return out
}

// number reads an unsigned LEB128.
func (c *cursor) number() (uint64, error) {
	v, n := binary.Uvarint(c.b)
	if n <= 0 {
		return 0, errCut
	}
	c.b = c.b[n:]
	return v, nil
}

func (c *cursor) name() (string, error) {
	size, err := c.number()
	if err != nil {
		return "", err
	}
	if size > uint64(len(c.b)) {
		return "", errCut
	}
	return string(c.take(int(size))), nil
}

// list reads a section that consists of a count and entries. what names the entries in errors.
func (c *cursor) list(what string, entry func() (string, error)) ([]string, error) {
	count, err := c.number()
	if err != nil {
		return nil, err
	}
	if count > maxEntries {
		return nil, fmt.Errorf("the module claims %d %s", count, what)
	}
	var out []string
	for range count {
		name, err := entry()
		if err != nil {
			return nil, err
		}
		out = append(out, name)
	}
	return out, nil
}

// skipDescription skips the description of an import: function, table, memory, global or tag.
func (c *cursor) skipDescription() error {
	if len(c.b) == 0 {
		return errCut
	}
	kind := c.take(1)[0]
	switch kind {
	case 0: // function: type index
		_, err := c.number()
		return err
	case 1, 3, 4: // a byte for the type of a table, global or tag, then limits, mutability or a type index
		if len(c.b) == 0 {
			return errCut
		}
		c.take(1)
		if kind != 1 {
			_, err := c.number()
			return err
		}
		return c.skipLimits()
	case 2: // memory
		return c.skipLimits()
	default:
		return fmt.Errorf("the module has an import of unknown kind %d", kind)
	}
}

func (c *cursor) skipLimits() error {
	flags, err := c.number()
	if err != nil {
		return err
	}
	if _, err = c.number(); err == nil && flags&1 != 0 {
		_, err = c.number()
	}
	return err
}
