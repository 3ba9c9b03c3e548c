package manifest

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// TextsKey is the annotation of a config schema that gives texts in other languages: {"zh": {"title": "…", "description": "…"}}.
// Any schema within it may have one. "enum" in a language names the values of the enum beside it. At the root, title and
// description are those of the plugin, and "secrets" describes its secrets. Validation of a config ignores the annotation.
const TextsKey = "x-i18n"

// Limits of the texts in the annotation [TextsKey], in characters. Names of values have the limit of titles.
const (
	MaxTitle       = 100
	MaxDescription = 1000
)

var languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{1,8})*$`)

// texts checks the annotation [TextsKey] of a schema and of all schemas within it. Languages that the program does not speak
// are good, and so are members that a later version may add. d is nil except at the root.
func (c *checker) texts(path string, schema any, d *abi.Descriptor) {
	s, ok := schema.(map[string]any)
	if !ok {
		return
	}
	languages := c.object(path+"."+TextsKey, s[TextsKey])
	for _, language := range slices.Sorted(maps.Keys(languages)) {
		at := path + "." + TextsKey + "." + language
		if !languageTag.MatchString(language) {
			c.add(at, "must be a language tag such as zh or en")
		}
		texts := c.object(at, languages[language])
		c.line(at+".title", texts["title"], MaxTitle)
		c.text(at+".description", texts["description"], MaxDescription)
		names := c.object(at+".enum", texts["enum"])
		values, isEnum := s["enum"].([]any)
		for _, value := range slices.Sorted(maps.Keys(names)) {
			if isEnum && !slices.ContainsFunc(values, func(v any) bool { return fmt.Sprint(v) == value }) {
				c.add(at+".enum."+value, "is no value of the enum")
			}
			c.line(at+".enum."+value, names[value], MaxTitle)
		}
		c.secretTexts(at+".secrets", texts["secrets"], d)
	}
	for keys, inner := range Subschemas(s) {
		c.texts(path+inPath(keys), inner, nil)
	}
}

func (c *checker) secretTexts(at string, texts any, d *abi.Descriptor) {
	secrets := c.object(at, texts)
	if len(secrets) > 0 && d == nil {
		c.add(at, "belongs into the root of the schema")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		if !slices.ContainsFunc(d.Secrets, func(s abi.SecretSpec) bool { return s.Name == name }) {
			c.add(at+"."+name, "is not declared in secrets")
		}
		c.text(at+"."+name, secrets[name], MaxDescription)
	}
}

// object returns a value that must be an object where it is given.
func (c *checker) object(at string, v any) map[string]any {
	o, ok := v.(map[string]any)
	if !ok && v != nil {
		c.add(at, "must be an object")
	}
	return o
}

// line checks a value that must be a text of one line where it is given.
func (c *checker) line(at string, v any, most int) {
	if s, _ := v.(string); strings.ContainsFunc(s, unicode.IsControl) {
		c.add(at, "must be one line")
	}
	c.text(at, v, most)
}

// text checks a value that must be a text where it is given.
func (c *checker) text(at string, v any, most int) {
	s, ok := v.(string)
	switch {
	case !ok && v != nil:
		c.add(at, "must be a string")
	case utf8.RuneCountInString(s) > most:
		c.add(at, "has %d characters; at most %d are allowed", utf8.RuneCountInString(s), most)
	}
}

// inPath writes the keys of [Subschemas] as in [Problem.Path].
func inPath(keys []string) string {
	if slices.Contains(listSchemas, keys[0]) {
		return "." + keys[0] + "[" + keys[1] + "]"
	}
	return "." + strings.Join(keys, ".")
}
