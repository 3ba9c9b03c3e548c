package console

import (
	"encoding/json"
	"errors"
	"maps"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ocrmux/ocrmux/internal/jsonpointer"
)

// A control is named by the pointer of its setting, as in "config/region". The name begins with rawPrefix if the setting is given
// as JSON, and with restPrefix if it holds the further members of a group. A form can hold every value: what a control cannot
// hold is given as JSON.
const (
	rawPrefix  = "json:"
	restPrefix = "rest:"
)

// wrongValue is the key of the words that say why a value is invalid.
type wrongValue string

func (e wrongValue) Error() string { return string(e) }

const (
	errNoInteger wrongValue = "configure.no-integer"
	errNoNumber  wrongValue = "configure.no-number"
	errNoOption  wrongValue = "configure.no-option"
	errNoJSON    wrongValue = "configure.no-json"
	errNoObject  wrongValue = "configure.no-object"
	errTwice     wrongValue = "configure.twice"
)

// pointer returns the name of a member's control.
func pointer(group, name string) string { return jsonpointer.Join(group, name) }

// encode adds a value to the values of a form.
func (s *spec) encode(form url.Values, at string, value any) {
	if s.kind == groupKind {
		if m, ok := value.(map[string]any); ok && len(m) > 0 {
			s.encodeGroup(form, at, m)
			return
		}
	}
	if text, ok := s.write(value); ok {
		form.Set(at, text)
		return
	}
	form.Set(rawPrefix+at, indented(value))
}

func (s *spec) encodeGroup(form url.Values, at string, m map[string]any) {
	rest := maps.Clone(m)
	for _, x := range s.members {
		if v, ok := m[x.name]; ok {
			x.encode(form, pointer(at, x.name), v)
			delete(rest, x.name)
		}
	}
	if len(rest) > 0 {
		form.Set(restPrefix+at, indented(rest))
	}
}

// write returns a value as its control holds it. ok is false if the control cannot hold it.
func (s *spec) write(value any) (text string, ok bool) {
	switch v := value.(type) {
	case string:
		text = v
		ok = (s.kind == textKind) && v != "" && utf8.ValidString(v) && !strings.ContainsFunc(v, func(r rune) bool { return r < ' ' })
	case []any:
		if s.kind != listKind {
			break
		}
		lines := make([]string, len(v))
		for i, item := range v {
			if lines[i], ok = s.item.write(item); !ok {
				return "", false
			}
			if s.item.kind == choiceKind { // people write the word, not JSON
				lines[i] = s.item.labelOf(lines[i])
			}
		}
		text, ok = strings.Join(lines, "\n"), len(lines) > 0
	case nil, map[string]any:
	default:
		b, err := canonical(v)
		text, ok = b, err == nil && slices.Contains([]kind{numberKind, integerKind, flagKind}, s.kind)
	}
	if s.kind == choiceKind {
		c, err := canonical(value)
		text, ok = c, err == nil && slices.ContainsFunc(s.options, func(o option) bool { return o.json == c })
	}
	if !ok {
		return "", false
	}
	again, err := s.parse(text)
	if err != nil || !equal(again, value) {
		return "", false
	}
	return text, true
}

// decode reads a value from a form. It notes invalid values by the name of their control.
func (s *spec) decode(form url.Values, at string, wrong map[string]wrongValue) (value any, present bool) {
	note := func(name string, err error) {
		var w wrongValue
		if errors.As(err, &w) {
			wrong[name] = w
		}
	}
	if raw, is := form[rawPrefix+at]; is || s.kind == rawKind {
		if !is || strings.TrimSpace(raw[0]) == "" {
			return nil, false
		}
		v, err := parseJSON(raw[0])
		if err != nil {
			note(at, errNoJSON)
		}
		return v, err == nil
	}
	if s.kind == groupKind {
		return s.decodeGroup(form, at, wrong)
	}
	text := form.Get(at)
	if text == "" {
		return nil, false
	}
	v, err := s.parse(text)
	note(at, err)
	return v, err == nil && v != nil
}

func (s *spec) decodeGroup(form url.Values, at string, wrong map[string]wrongValue) (value any, present bool) {
	m := make(map[string]any)
	for _, x := range s.members {
		name := pointer(at, x.name)
		v, ok := x.decode(form, name, wrong)
		if !ok && x.required && x.kind == groupKind {
			v, ok = map[string]any{}, true // so that missing members are reported
		}
		if ok {
			m[x.name] = v
		}
	}
	if rest := strings.TrimSpace(form.Get(restPrefix + at)); rest != "" {
		v, err := parseJSON(rest)
		others, ok := v.(map[string]any)
		switch {
		case err != nil:
			wrong[restPrefix+at] = errNoJSON
		case !ok:
			wrong[restPrefix+at] = errNoObject
		}
		for name, v := range others {
			if slices.ContainsFunc(s.members, func(x member) bool { return x.name == name }) {
				wrong[restPrefix+at] = errTwice
			}
			m[name] = v
		}
	}
	return m, len(m) > 0
}

var decimalNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$`)

// parse reads the value of a control. It fails with a wrongValue.
func (s *spec) parse(text string) (any, error) {
	switch s.kind {
	case textKind:
		return text, nil
	case flagKind:
		switch text {
		case "true", "false":
			return text == "true", nil
		}
		return nil, errNoOption
	case choiceKind:
		if !slices.ContainsFunc(s.options, func(o option) bool { return o.json == text }) {
			return nil, errNoOption
		}
		return parseJSON(text)
	case integerKind, numberKind:
		return s.parseNumber(strings.TrimSpace(text))
	case listKind:
		return s.parseList(text)
	default:
		return nil, errNoJSON
	}
}

func (s *spec) parseNumber(text string) (any, error) {
	wrong := errNoNumber
	if s.kind == integerKind {
		wrong = errNoInteger
	}
	if !decimalNumber.MatchString(text) {
		return nil, wrong
	}
	v, err := plain(json.Number(text))
	if err != nil {
		return nil, wrong
	}
	if f, ok := v.(float64); ok && s.kind == integerKind && f != math.Trunc(f) {
		return nil, wrong
	}
	return v, nil
}

// parseList reads one item per line.
func (s *spec) parseList(text string) (any, error) {
	list := []any{}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			continue
		}
		if s.item.kind == choiceKind {
			for _, o := range s.item.options {
				if o.label == line {
					line = o.json
					break
				}
			}
		}
		item, err := s.item.parse(line)
		if err != nil {
			return nil, err
		}
		list = append(list, item)
	}
	if len(list) == 0 {
		return nil, nil
	}
	return list, nil
}

// labelOf returns the label of an option.
func (s *spec) labelOf(text string) string {
	for _, o := range s.options {
		if o.json == text {
			return o.label
		}
	}
	return text
}
