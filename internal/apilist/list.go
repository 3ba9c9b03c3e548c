package main

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// lister collects the lines of one package.
type lister struct {
	pkg    *types.Package
	module string
	lines  []string
	// exposed are the named types of internal packages that were listed, or wait in queue.
	exposed map[*types.TypeName]bool
	queue   []*types.TypeName
}

// list returns a sorted line for each exported declaration of a package, field of a struct, and method of a type.
func list(pkg *types.Package, module string) []string {
	l := &lister{pkg: pkg, module: module, exposed: make(map[*types.TypeName]bool)}
	for _, name := range pkg.Scope().Names() {
		if token.IsExported(name) {
			l.object(pkg.Scope().Lookup(name))
		}
	}
	for len(l.queue) > 0 {
		next := l.queue[0]
		l.queue = l.queue[1:]
		l.object(next)
	}
	slices.Sort(l.lines)
	return slices.Compact(l.lines)
}

func (l *lister) line(format string, args ...any) {
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

func (l *lister) object(o types.Object) {
	name := l.name(o)
	switch o := o.(type) {
	case *types.Const:
		l.line("const %s %s = %s", name, l.text(o.Type()), o.Val().ExactString())
	case *types.Var:
		l.line("var %s %s", name, l.text(o.Type()))
	case *types.Func:
		l.line("func %s%s", name, l.signature(o.Signature()))
	case *types.TypeName:
		if a, ok := o.Type().(*types.Alias); ok {
			l.line("type %s = %s", name, l.text(a.Rhs()))
			return
		}
		l.named(name, o.Type().(*types.Named))
	}
}

func (l *lister) named(name string, t *types.Named) {
	name += l.parameters(t.TypeParams())
	switch u := t.Underlying().(type) {
	case *types.Struct:
		l.line("type %s struct", name)
		for i := range u.NumFields() {
			if f := u.Field(i); f.Exported() {
				embedded := ""
				if f.Embedded() {
					embedded = "embedded "
				}
				l.line("type %s struct, %s%s %s%s", name, embedded, f.Name(), l.text(f.Type()), tag(u.Tag(i)))
			}
		}
	case *types.Interface:
		l.iface(name, u)
		return // its methods are listed
	default:
		l.line("type %s %s", name, l.text(u))
	}
	for m := range types.NewMethodSet(types.NewPointer(t)).Methods() {
		f := m.Obj().(*types.Func)
		if !f.Exported() {
			continue
		}
		receiver := "*" + name
		if types.NewMethodSet(t).Lookup(f.Pkg(), f.Name()) != nil {
			receiver = name
		}
		l.line("method (%s) %s%s", receiver, f.Name(), l.signature(f.Signature()))
	}
}

// iface also lists the names of all methods in one line: another method breaks every type that implements the interface.
// An interface with unexported methods is implemented by its own package only, and so may get more.
func (l *lister) iface(name string, u *types.Interface) {
	var names []string
	closed := false
	for m := range u.Methods() {
		if !m.Exported() {
			closed = true
			continue
		}
		names = append(names, m.Name())
		l.line("type %s interface, %s%s", name, m.Name(), l.signature(m.Signature()))
	}
	for e := range u.EmbeddedTypes() {
		if _, union := e.(*types.Union); union {
			names = append(names, l.text(e))
		}
	}
	if closed {
		names = []string{"unexported methods"}
	}
	l.line("type %s interface { %s }", name, strings.Join(names, ", "))
}

func tag(text string) string {
	if text == "" {
		return ""
	}
	return " `" + text + "`"
}

// signature returns a function's parameters and results without their names, which callers do not depend on.
func (l *lister) signature(s *types.Signature) string {
	bare := types.NewSignatureType(nil, nil, nil, unnamed(s.Params()), unnamed(s.Results()), s.Variadic())
	return l.parameters(s.TypeParams()) + strings.TrimPrefix(l.text(bare), "func")
}

func unnamed(t *types.Tuple) *types.Tuple {
	var vars []*types.Var
	for v := range t.Variables() {
		vars = append(vars, types.NewParam(token.NoPos, nil, "", v.Type()))
	}
	return types.NewTuple(vars...)
}

func (l *lister) parameters(list *types.TypeParamList) string {
	var out []string
	for p := range list.TypeParams() {
		out = append(out, p.Obj().Name()+" "+l.text(p.Constraint()))
	}
	if len(out) == 0 {
		return ""
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// text returns a type as it is written in this package.
func (l *lister) text(t types.Type) string {
	l.expose(t)
	return types.TypeString(t, func(p *types.Package) string {
		if p == l.pkg {
			return ""
		}
		return strings.TrimPrefix(p.Path(), l.module+"/")
	})
}

func (l *lister) name(o types.Object) string {
	if o.Pkg() == l.pkg {
		return o.Name()
	}
	return strings.TrimPrefix(o.Pkg().Path(), l.module+"/") + "." + o.Name()
}

// expose queues the types of internal packages that a type is made of.
func (l *lister) expose(t types.Type) {
	switch t := t.(type) {
	case *types.Alias:
		l.expose(t.Rhs())
	case *types.Named:
		o := t.Origin().Obj()
		if o.Pkg() != nil && o.Pkg() != l.pkg && strings.HasPrefix(o.Pkg().Path(), l.module+"/") && internal(o.Pkg().Path()) && !l.exposed[o] {
			l.exposed[o] = true
			l.queue = append(l.queue, o)
		}
		for arg := range t.TypeArgs().Types() {
			l.expose(arg)
		}
	case *types.Signature:
		for v := range t.Params().Variables() {
			l.expose(v.Type())
		}
		for v := range t.Results().Variables() {
			l.expose(v.Type())
		}
	case *types.Map:
		l.expose(t.Key())
		l.expose(t.Elem())
	case interface{ Elem() types.Type }: // pointer, slice, array, channel
		l.expose(t.Elem())
	}
}
