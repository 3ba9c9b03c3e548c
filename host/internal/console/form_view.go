package console

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/manifest"
)

// formView is the data of the page "configure".
type formView struct {
	Name, NameProblem   string
	New                 bool
	Path                string // of this page
	Plugin              *abi.Descriptor
	Texts               *pluginTexts
	Version             string // of the files
	File                string // the console's; empty if there is no place for it
	Writable, Automatic bool
	// Origins say where the provider is set. Overlaid reports whether the console sets it, InFile whether the configuration
	// file does.
	Origins          []string
	Overlaid, InFile bool
	Settings         *fieldView // nil if the plugin takes none
	Secrets          []secretSet
	SecretsProblem   *problemView
	Labels, Fit      *fieldView
	// Problems without a control.
	Problems []problemView
	Draft    *draftView
	fields   []*fieldView
}

// secretSet is a set of secrets that are needed together. One set is enough.
type secretSet struct {
	Name   string
	Fields []*fieldView
}

// fieldView is one control.
type fieldView struct {
	ID, Name string
	Kind     kind
	// Label and Help are the plugin's words; Help is the console's if HelpLang is empty. Key is the name of the setting if Label
	// is not that.
	Label, Key, Help, HelpLang, Hint string
	Required, Focus                  bool
	Value                            string
	Options                          []optionView
	Unset                            string // label of the option that chooses none
	Members                          []*fieldView
	Rest                             *fieldView
	Problem                          *problemView
	// Override says which variable sets the setting above the files; empty for none.
	Override string

	path []string // of the setting within the provider
}

type optionView struct {
	Value, Label string
	Selected     bool
}

// problemView is a problem: Text in the page's language, Detail in the program's words.
type problemView struct{ Text, Detail string }

// formBuilder makes views of controls.
type formBuilder struct {
	v      *visitor
	values url.Values
	wrong  map[string]wrongValue
	fields []*fieldView
}

// view returns the form with some values.
func (f *form) view(v *visitor, values url.Values, wrong map[string]wrongValue) *formView {
	b := &formBuilder{v: v, values: values, wrong: wrong}
	out := &formView{Plugin: f.plugin, Texts: f.texts}
	shown := make(map[string]bool)
	add := func(title string, names []string) {
		set := secretSet{Name: title}
		for _, s := range f.secrets() {
			if slices.Contains(names, s.Name) && !shown[s.Name] {
				shown[s.Name] = true
				set.Fields = append(set.Fields, b.secret(s, f.texts.secret(s)))
			}
		}
		if len(set.Fields) > 0 {
			out.Secrets = append(out.Secrets, set)
		}
	}
	sets := manifest.SecretSets(f.plugin)
	var all []string
	for i, set := range sets {
		title := ""
		if len(sets) > 1 {
			title = v.T("configure.secret-set", i+1, strings.Join(set.Names, " + "))
		}
		add(title, set.Names)
	}
	for _, s := range f.secrets() {
		all = append(all, s.Name)
	}
	add(v.T("configure.secrets-rest"), all)
	if f.settings != nil {
		out.Settings = b.field(f.settings, settingsAt, []string{"config"}, "", false)
		out.Settings.Label = v.T("configure.settings")
		if x := out.Settings; x.Kind == groupKind && len(x.Members) == 0 && x.Rest == nil {
			out.Settings, b.fields = nil, b.fields[:len(b.fields)-1]
		}
	}
	out.Labels = b.own(f.labels, labelsAt)
	out.Fit = b.own(f.fit, fitAt)
	out.fields = b.fields
	return out
}

// own returns a control for a setting that every provider has.
func (b *formBuilder) own(s *spec, at string) *fieldView {
	x := b.field(s, at, []string{at}, at, false)
	x.Label, x.Help, x.HelpLang = b.v.T("configure."+at), b.v.T("configure."+at+"-help"), ""
	return x
}

func (b *formBuilder) secret(s abi.SecretSpec, description string) *fieldView {
	return b.field(&spec{kind: "source", description: description}, pointer(secretsAt, s.Name), []string{"secrets", s.Name}, s.Name, false)
}

// field returns the view of a control with its members.
func (b *formBuilder) field(s *spec, at string, path []string, label string, required bool) *fieldView {
	x := &fieldView{
		ID: "f" + strconv.Itoa(len(b.fields)), Name: at, Kind: s.kind, Label: cmp.Or(s.title, label), Help: s.description, Required: required, Value: b.values.Get(at), path: path,
	}
	if x.Label != label {
		x.Key = label
	}
	b.fields = append(b.fields, x)
	if _, raw := b.values[rawPrefix+at]; raw || s.kind == rawKind {
		x.Kind, x.Name, x.Value = rawKind, rawPrefix+at, b.values.Get(rawPrefix+at)
	}
	if label == plainHTTP && s.description == "" {
		x.Help = b.v.T("configure.plain-http")
	} else if x.Help != "" {
		x.HelpLang = tongueOf(x.Help)
	}
	if w := b.wrong[at]; w != "" {
		x.Problem = &problemView{Text: b.v.T(string(w))}
	}
	x.Hint, x.Unset = b.hint(s, x.Kind), s.unset(b.v)
	switch x.Kind {
	case choiceKind:
		for _, o := range s.options {
			x.Options = append(x.Options, optionView{o.json, o.shown, o.json == x.Value})
		}
	case flagKind:
		for _, o := range []string{"true", "false"} {
			x.Options = append(x.Options, optionView{o, b.v.T("configure." + o), o == x.Value})
		}
	case groupKind:
		for _, m := range s.members {
			x.Members = append(x.Members, b.field(m.spec, pointer(at, m.name), append(slices.Clip(path), m.name), m.name, m.required))
		}
		if rest := b.values.Get(restPrefix + at); s.open || rest != "" {
			x.Rest = &fieldView{ID: x.ID + "r", Name: restPrefix + at, Kind: rawKind, Label: b.v.T("configure.rest"), Hint: b.v.T("configure.json-object"), Value: rest, path: path}
			if w := b.wrong[restPrefix+at]; w != "" {
				x.Rest.Problem = &problemView{Text: b.v.T(string(w))}
			}
			b.fields = append(b.fields, x.Rest)
		}
	}
	return x
}

// hint returns the values that a control accepts, and the default.
func (b *formBuilder) hint(s *spec, k kind) string {
	var parts []string
	add := func(key string, values ...any) { parts = append(parts, b.v.T("configure."+key, values...)) }
	span := func(least, most, between, above, below string) {
		switch {
		case least != "" && most != "":
			add(between, least, most)
		case least != "":
			add(above, least)
		case most != "":
			add(below, most)
		}
	}
	switch k {
	case integerKind:
		add("integer")
	case numberKind:
		add("number")
	case rawKind:
		add("json")
	case listKind:
		add("lines")
		if s.item.kind == choiceKind {
			labels := make([]string, len(s.item.options))
			for i, o := range s.item.options {
				labels[i] = o.label
				if o.shown != o.label {
					labels[i] = b.v.T("configure.named-option", o.label, o.shown)
				}
			}
			add("one-of", strings.Join(labels, ", "))
		}
	}
	span(s.least, s.most, "between", "least", "most")
	span(s.shortest, s.longest, "length-between", "length-least", "length-most")
	if s.format == "uri" {
		add("uri")
	}
	if s.fallback != nil && k != flagKind && k != choiceKind {
		add("default", inline(s.fallback))
	}
	return strings.Join(parts, b.v.T("configure.then"))
}

// unset returns the label of the option that chooses none.
func (s *spec) unset(v *visitor) string {
	switch {
	case s.fallback == nil:
		return v.T("configure.unset")
	case s.kind == flagKind:
		return v.T("configure.unset-default", v.T(fmt.Sprintf("configure.%v", s.fallback)))
	}
	c, err := canonical(s.fallback)
	if err != nil {
		return v.T("configure.unset")
	}
	for _, o := range s.options {
		if o.json == c {
			c = o.shown
			break
		}
	}
	return v.T("configure.unset-default", c)
}

// inline writes a default in one line.
func inline(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case *object:
		return "{…}"
	case []any:
		items := make([]string, len(v))
		for i := range v {
			items[i] = inline(v[i])
		}
		return strings.Join(items, ", ")
	default:
		return fmt.Sprint(v)
	}
}

// tongueOf guesses the language of a text, for screen readers.
func tongueOf(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return "zh"
	}
	return "en"
}
