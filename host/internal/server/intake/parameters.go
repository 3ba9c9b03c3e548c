package intake

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/spell"
)

// Limits of the parameters.
const (
	maxParameterBytes = 64 << 10 // of all parameters together
	maxText           = 2048     // of one text; addresses are not longer
	maxList           = 64       // words of a list
)

// Kind is how a parameter is written.
type Kind string

const (
	Text    Kind = "text"
	Words   Kind = "words" // a list in JSON; elsewhere separated by commas, or repeated
	Switch  Kind = "switch"
	Mapping Kind = "mapping" // a JSON object, also in queries and forms
)

// Parameter is a parameter of a request.
type Parameter struct {
	Name string
	Kind Kind
	// Enum lists the possible words. Empty means any.
	Enum []string
	Doc  string
	// BodyOnly parameters are refused in a query, which many programs log.
	BodyOnly bool
}

// ImageURL is the parameter with the address of a picture.
const ImageURL = "image_url"

// Parameters returns all parameters.
func Parameters() []Parameter {
	return []Parameter{
		{Name: ImageURL, Kind: Text, BodyOnly: true, Doc: "Address of the picture, http or https, instead of the picture itself."},
		{Name: "document", Kind: Text, Doc: "What to look for. Default: cn.idcard."},
		{Name: "side", Kind: Text, Enum: []string{"front", "back"}, Doc: "The side: front has the portrait, back the emblem."},
		{Name: "route", Kind: Text, Doc: "Route to use. Default: the caller's first one."},
		{Name: "provider", Kind: Text, Doc: "Ask only this provider, without a route."},
		{Name: "extras", Kind: Words, Doc: "What is wanted beyond the fields, such as portrait."},
		{Name: "fields", Kind: Words, Doc: "Ask only providers that read these fields."},
		{Name: "signals", Kind: Words, Doc: "Ask only providers that report these signals."},
		{Name: "labels", Kind: Words, Doc: "Ask only providers with these labels."},
		{Name: "options", Kind: Mapping, Doc: "Passed to the providers unchanged."},
		{Name: "fetch", Kind: Switch, Doc: "Fetch the picture at image_url even for providers that can fetch it themselves."},
		{Name: "pass_url", Kind: Switch, Doc: "Ask only providers that fetch the picture at image_url themselves."},
	}
}

// parameters holds the parameters of one request.
type parameters struct {
	request  engine.Request
	imageURL string
	given    map[string]bool
}

// target returns where a parameter is stored, nil if there is no such parameter.
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

// take returns where a parameter is stored. It fails if the parameter is given twice.
func (p *parameters) take(name string) (any, error) {
	target := p.target(name)
	if target == nil {
		return nil, unknown(name)
	}
	if p.given[name] {
		return nil, malformed(message.RefusedTwice, "name", name)
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
		return malformed(message.RefusedMisspelt, "near", near)
	}
	return malformed(message.RefusedUnknown, "known", strings.Join(known, ", "))
}

// setJSON stores a parameter that is a JSON value. null means that it is not given.
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

// setText stores a parameter of a query or a form. An empty one counts as not given, since browsers send every field of a form.
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
		return malformed(message.RefusedTwice, "name", name)
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

// check checks the limits of a parameter.
func check(name string, target any) error {
	switch target := target.(type) {
	case *string:
		if len(*target) > maxText {
			return malformed(message.RefusedLong, "name", name, "limit", maxText)
		}
	case *[]string:
		if len(*target) > maxList {
			return malformed(message.RefusedMany, "name", name, "limit", maxList)
		}
		for _, word := range *target {
			if len(word) > maxText {
				return malformed(message.RefusedLongWord, "name", name, "limit", maxText)
			}
		}
	case *engine.Side:
		if *target != engine.Front && *target != engine.Back {
			return wrong(name, target)
		}
	}
	return nil
}

// wrong returns the error for a value of the wrong type.
func wrong(name string, target any) error {
	code := message.RefusedNotText
	switch target.(type) {
	case *engine.Side:
		code = message.RefusedNotSide
	case *[]string:
		code = message.RefusedNotWords
	case *bool:
		code = message.RefusedNotSwitch
	case *map[string]any:
		code = message.RefusedNotObject
	}
	return malformed(code, "name", name)
}
