package declarative

import (
	"errors"
	"reflect"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/manifest"
	"github.com/ocrmux/ocrmux/internal/yamltree"
)

// Check returns everything that is wrong with a provider file, its manifest included: nil, or a [*yamltree.Error] that calls the
// file by the given name. It does not ask whether this host serves the ABI that the manifest wants. It is safe for concurrent
// use.
func Check(name string, code []byte) error {
	_, err := load(name, code, nil)
	return err
}

// load compiles a file. The descriptor is that of the file's manifest if a catalog has parsed and validated it, or else nil.
func load(name string, code []byte, descriptor *abi.Descriptor) (*program, error) {
	root, problems := yamltree.Read(code, yamltree.Limits{})
	if problems != nil {
		return nil, yamltree.AsError(name, problems)
	}
	d := decoder{shapes: make(shapes)}
	doc := new(document)
	d.into(root, reflect.ValueOf(doc).Elem())
	understood := d.problems == nil
	if doc.Manifest != nil && descriptor == nil {
		var err error
		if descriptor, err = manifest.Parse(doc.Manifest.node.JSON()); err == nil {
			err = manifest.Validate(descriptor)
		}
		d.problems = append(d.problems, catalog.ManifestProblems(doc.Manifest.node, err)...)
	}
	if !understood || descriptor == nil { // a compiler could not trust what it sees
		return nil, yamltree.AsError(name, d.problems)
	}
	p, problems := compile(doc, descriptor, d.shapes)
	if err := yamltree.AsError(name, append(d.problems, problems...)); err != nil {
		return nil, err
	}
	return p, nil
}

// errTooMuch means that a step compares too much with an answer.
var errTooMuch = errors.New("the step compares more of the answer than it may; use fewer conditions and pointers")

// errTooLarge means that an action does not fit into a message.
var errTooLarge = errors.New("the action would be larger than a message may be")
