package config

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/internal/jsonpointer"
	"github.com/ocrmux/ocrmux/internal/manifest"
)

// draft is the dialect of the file's schema; a schema of another dialect cannot be part of it.
const draft = "https://json-schema.org/draft/2020-12/schema"

// relocation moves a whole schema to a place within another one. Editors follow only pointers from the root, so every reference
// becomes such a pointer, and identifiers and anchors are removed.
type relocation struct {
	root      object
	resources map[string]string // pointers of schemas, by identifier
	anchors   map[string]string // pointers, by "identifier#anchor"
	dynamic   map[string]int    // schemas with a dynamic anchor, by its name
	visited   map[string]object // schemas by pointer
	refs      []foundRef        // in the order they were found
	problem   error
}

// foundRef is a reference and what it is relative to.
type foundRef struct {
	in      object
	keyword string
	base    *url.URL
}

// relocate rewrites a schema in place for the pointer of its new place, such as "#/$defs/x". recursive reports whether
// the schema refers to itself as a whole.
func relocate(schema object, to string) (recursive bool, err error) {
	r := relocation{root: schema, resources: map[string]string{}, anchors: map[string]string{}, dynamic: map[string]int{}, visited: map[string]object{}}
	base := &url.URL{Scheme: "manifest", Path: "/config_schema"}
	r.resources[base.String()] = ""
	r.visit(schema, "", base)
	for i := 0; i < len(r.refs) && r.problem == nil; i++ { // visiting a target can find more
		if r.rewrite(r.refs[i], to) == "" {
			recursive = true
		}
	}
	for _, s := range r.visited {
		for _, keyword := range []string{"$id", "$anchor", "$dynamicAnchor", "$schema", "$vocabulary"} {
			delete(s, keyword)
		}
	}
	return recursive, r.problem
}

// visit notes what can be referred to, and the references, in a schema and in all within it.
func (r *relocation) visit(v any, pointer string, base *url.URL) {
	s, ok := v.(object)
	if !ok || r.visited[pointer] != nil {
		return
	}
	r.visited[pointer] = s
	if dialect, ok := s["$schema"].(string); ok && strings.TrimSuffix(dialect, "#") != draft {
		r.fail(fmt.Errorf("it is written in %s", dialect))
		return
	}
	if id, ok := s["$id"].(string); ok {
		base = r.resolve(base, id)
		r.resources[withoutFragment(base)] = pointer
	}
	for _, keyword := range []string{"$anchor", "$dynamicAnchor"} {
		if name, ok := s[keyword].(string); ok {
			r.anchors[withoutFragment(base)+"#"+name] = pointer
			if keyword == "$dynamicAnchor" {
				r.dynamic[name]++
			}
		}
	}
	for _, keyword := range []string{"$ref", "$dynamicRef"} {
		if _, ok := s[keyword].(string); ok {
			r.refs = append(r.refs, foundRef{s, keyword, base})
		}
	}
	for keys, inner := range manifest.Subschemas(s) {
		r.visit(inner, jsonpointer.Join(pointer, keys...), base)
	}
}

// rewrite makes a reference a pointer. It returns the pointer as it was before the move.
func (r *relocation) rewrite(ref foundRef, to string) (target string) {
	text, _ := ref.in[ref.keyword].(string)
	u := r.resolve(ref.base, text)
	resource, known := r.resources[withoutFragment(u)]
	switch {
	case !known && strings.HasPrefix(u.String(), "https://json-schema.org/"):
		return u.String() // every validator has the schemas of JSON Schema itself
	case !known:
		r.fail(fmt.Errorf("it refers to %s", text))
		return u.String()
	case u.Fragment == "" || strings.HasPrefix(u.Fragment, "/"):
		target = resource + u.Fragment
	default:
		if target, known = r.anchors[withoutFragment(u)+"#"+u.Fragment]; !known {
			r.fail(fmt.Errorf("it refers to %s", text))
			return u.String()
		}
		if ref.keyword == "$dynamicRef" && r.dynamic[u.Fragment] > 1 {
			r.fail(fmt.Errorf("%s means different schemas at different times", text))
		}
	}
	if ref.keyword == "$dynamicRef" {
		if _, both := ref.in["$ref"]; both {
			r.fail(errors.New("it has $ref beside $dynamicRef"))
		}
		delete(ref.in, ref.keyword)
	}
	ref.in["$ref"] = to + (&url.URL{Fragment: target}).EscapedFragment()
	if r.visited[target] == nil {
		r.visit(r.at(target), target, r.resolve(ref.base, withoutFragment(u)))
	}
	return target
}

// at returns the value at a pointer, nil if there is none.
func (r *relocation) at(pointer string) any {
	var v any = r.root
	for _, key := range jsonpointer.Split(pointer) {
		switch inner := v.(type) {
		case object:
			v = inner[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(inner) {
				return nil
			}
			v = inner[i]
		default:
			return nil
		}
	}
	return v
}

func (r *relocation) resolve(base *url.URL, text string) *url.URL {
	u, err := base.Parse(text)
	if err != nil {
		r.fail(fmt.Errorf("%q is no reference", text))
		return base
	}
	return u
}

func (r *relocation) fail(err error) {
	if r.problem == nil {
		r.problem = err
	}
}

func withoutFragment(u *url.URL) string {
	bare := *u
	bare.Fragment, bare.RawFragment = "", ""
	return bare.String()
}
