package console

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/manifest"
)

// nothing is an object without members.
var nothing = &object{}

// member returns a member that is an object, or else an empty object.
func (o *object) member(name string) *object {
	if inner, ok := o.of[name].(*object); ok {
		return inner
	}
	return nothing
}

// in returns the texts that a schema has in a language, a tag such as "zh-Hans": those of the tag, of its language alone, or of
// another region or script. It returns an empty object if there are none.
func (o *object) in(language string) *object {
	languages := o.member(manifest.TextsKey)
	base, _, _ := strings.Cut(language, "-")
	for _, tag := range []string{language, base} {
		if texts, ok := languages.of[tag].(*object); ok {
			return texts
		}
	}
	for _, tag := range languages.names {
		if strings.HasPrefix(tag, base+"-") {
			return languages.member(tag)
		}
	}
	return nothing
}

// titleIn and descriptionIn return texts of a schema in a language, or else its own.
func (o *object) titleIn(language string) string {
	return bounded(cmp.Or(text(o.in(language), "title"), text(o, "title")), manifest.MaxTitle)
}

func (o *object) descriptionIn(language string) string {
	return bounded(cmp.Or(text(o.in(language), "description"), text(o, "description")), manifest.MaxDescription)
}

// pluginTexts are the texts of a plugin in a language, or else its own. Title is empty if it has none.
type pluginTexts struct {
	Title, Description, DescriptionLang string

	secrets *object
}

func textsOf(d *abi.Descriptor, language string) *pluginTexts {
	if d == nil {
		return &pluginTexts{secrets: nothing}
	}
	root, err := readSchema(d.ConfigSchema)
	if err != nil {
		root = nothing
	}
	own := root.in(language)
	t := &pluginTexts{
		Title: root.titleIn(language), Description: bounded(cmp.Or(text(own, "description"), d.Description), manifest.MaxDescription), secrets: own.member("secrets"),
	}
	t.DescriptionLang = tongueOf(t.Description)
	return t
}

func (t *pluginTexts) secret(s abi.SecretSpec) string {
	return bounded(cmp.Or(text(t.secrets, s.Name), s.Description), manifest.MaxDescription)
}

var errNoSchema = errors.New("the schema is no object")

// readSchema reads a schema that is an object.
func readSchema(schema []byte) (*object, error) {
	dec := json.NewDecoder(bytes.NewReader(schema))
	dec.UseNumber()
	v, err := readOrdered(dec, 0)
	if err != nil {
		return nil, err
	}
	root, ok := v.(*object)
	if !ok {
		return nil, errNoSchema
	}
	return root, nil
}

// bounded returns a text of at most some characters, with an ellipsis if it was longer.
func bounded(s string, most int) string {
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return s
}
