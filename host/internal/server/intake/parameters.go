package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/internal/spell"
)

// Limits of what is not the picture.
const (
	maxParameterBytes = 64 << 10 // of all parameters together
	maxText           = 2048     // of one text: an address has no more
	maxList           = 64       // words of a list
)

// Kind is how a parameter is written.
type Kind string

const (
	Text    Kind = "text"
	Words   Kind = "words" // a list in JSON; elsewhere with commas between them, or several times
	Switch  Kind = "switch"
	Mapping Kind = "mapping" // an object, as JSON everywhere
)

// Parameter is one that a caller may give.
type Parameter struct {
	Name string
	Kind Kind
	// Enum lists the words that are possible, if not all are.
	Enum []string
	Doc  string
	// BodyOnly ones are not taken from a query, which many programs log.
	BodyOnly bool
}

// ImageURL is the parameter that stands for a picture.
const ImageURL = "image_url"

// Parameters lists all of them.
func Parameters() []Parameter {
	return []Parameter{
		{Name: ImageURL, Kind: Text, BodyOnly: true, Doc: "Address of the picture, http or https, instead of the picture itself."},
		{Name: "document", Kind: Text, Doc: "What to look for. Default: cn.idcard."},
		{Name: "side", Kind: Text, Enum: []string{"front", "back"}, Doc: "Which side it is: front has the portrait, back the emblem."},
		{Name: "route", Kind: Text, Doc: "Route to take. Default: the caller's first one."},
		{Name: "provider", Kind: Text, Doc: "The only provider that is asked; no route is taken then."},
		{Name: "extras", Kind: Words, Doc: "What is wanted beyond the fields, such as portrait."},
		{Name: "fields", Kind: Words, Doc: "Fields that a provider must be able to read to be asked."},
		{Name: "signals", Kind: Words, Doc: "Signals that a provider must be able to give to be asked."},
		{Name: "labels", Kind: Words, Doc: "Labels that a provider must carry to be asked."},
		{Name: "options", Kind: Mapping, Doc: "Handed to the providers as they are."},
		{Name: "fetch", Kind: Switch, Doc: "The picture at image_url may be fetched here even for a provider that would fetch it itself."},
		{Name: "pass_url", Kind: Switch, Doc: "Only providers that fetch the picture at image_url themselves are asked."},
	}
}

// parameters are those of one request.
type parameters struct {
	request  engine.Request
	imageURL string
	given    map[string]bool
}

// target is where a parameter goes; nil when there is no such parameter.
func (p *parameters) target(name string) any {
	r := &p.request
	switch name {
	case ImageURL:
		return &p.imageURL
	case "document":
		return &r.Document
	case "side":
		return &r.Side
	case "route":
		return &r.Route
	case "provider":
		return &r.Provider
	case "extras":
		return &r.Extras
	case "fields":
		return &r.Fields
	case "signals":
		return &r.Signals
	case "labels":
		return &r.Labels
	case "options":
		return &r.Options
	case "fetch":
		return &r.Fetch
	case "pass_url":
		return &r.PassURL
	}
	return nil
}

// take finds where a parameter goes, once.
func (p *parameters) take(name string) (any, error) {
	target := p.target(name)
	if target == nil {
		return nil, unknown(name)
	}
	if p.given[name] {
		return nil, malformed("%s is given twice", name)
	}
	if p.given == nil {
		p.given = make(map[string]bool)
	}
	p.given[name] = true
	return target, nil
}

func unknown(name string) error {
	var known []string
	for _, p := range Parameters() {
		known = append(known, p.Name)
	}
	known = append(known, imagePart, imageBase64)
	if near := spell.Nearest(name, known); near != "" {
		return malformed("there is a parameter that is not known; is %s meant?", near)
	}
	return malformed("there is a parameter that is not known; known are %s", strings.Join(known, ", "))
}

// setJSON takes a parameter as a JSON value; null is as if it was not given.
func (p *parameters) setJSON(name string, value []byte) error {
	target, err := p.take(name)
	if err != nil {
		return err
	}
	if string(value) == "null" {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(value))
	d.UseNumber()
	if err := d.Decode(target); err != nil {
		return wrong(name, target)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return wrong(name, target)
	}
	return check(name, target)
}

// setText takes a parameter as it stands in a query or a form. An empty one is as if it was not given: browsers send every field of a
// form.
func (p *parameters) setText(name string, values []string) error {
	target, err := p.take(name)
	if err != nil {
		return err
	}
	if words, ok := target.(*[]string); ok {
		for _, v := range values {
			for word := range strings.SplitSeq(v, ",") {
				if word = strings.TrimSpace(word); word != "" {
					*words = append(*words, word)
				}
			}
		}
		return check(name, target)
	}
	if len(values) != 1 {
		return malformed("%s is given twice", name)
	}
	value := values[0]
	if value == "" {
		return nil
	}
	switch target := target.(type) {
	case *string:
		*target = value
	case *engine.Side:
		if target.UnmarshalText([]byte(value)) != nil {
			return wrong(name, target)
		}
	case *bool:
		if value != "true" && value != "false" {
			return wrong(name, target)
		}
		*target = value == "true"
	case *map[string]any:
		delete(p.given, name)
		return p.setJSON(name, []byte(value))
	}
	return check(name, target)
}

// check bounds what was taken.
func check(name string, target any) error {
	switch target := target.(type) {
	case *string:
		if len(*target) > maxText {
			return malformed("%s is too long: at most %d bytes", name, maxText)
		}
	case *[]string:
		if len(*target) > maxList {
			return malformed("%s has too many words: at most %d", name, maxList)
		}
		for _, word := range *target {
			if len(word) > maxText {
				return malformed("%s has a word that is too long: at most %d bytes", name, maxText)
			}
		}
	case *engine.Side:
		if *target != engine.Front && *target != engine.Back {
			return wrong(name, target)
		}
	}
	return nil
}

// wrong says how a parameter is written.
func wrong(name string, target any) error {
	want := "a text"
	switch target.(type) {
	case *engine.Side:
		want = "front or back"
	case *[]string:
		want = "a list of texts"
	case *bool:
		want = "true or false"
	case *map[string]any:
		want = "a JSON object"
	}
	return malformed("%s is not valid: write %s", name, want)
}
