package manifest

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// ParseError says that a text is no manifest.
type ParseError struct {
	// Path is where: "images.formats[0]"; empty for the whole text.
	Path string
	// Reason says what is wrong there.
	Reason string
	// Err is the cause, or nil.
	Err error
}

// Error says where the text is wrong, and how.
func (e *ParseError) Error() string {
	where := ""
	if e.Path != "" {
		where = e.Path + ": "
	}
	if e.Err != nil {
		return "manifest: " + where + e.Reason + ": " + e.Err.Error()
	}
	return "manifest: " + where + e.Reason
}

// Unwrap returns Err.
func (e *ParseError) Unwrap() error { return e.Err }

// Parse reads a manifest of at most [abi.MaxManifestBytes]. Names of enumerations are those that their String methods give.
//
// It is strict: a name that the contract does not have (names are case-sensitive), a name that comes twice, a wrong type
// and anything after the object are a [*ParseError]. If what is wrong may be due to a manifest that needs more than
// [abi.Major], [abi.Minor] has, the error is a [*VersionError] instead.
//
// The result is well formed but may not make sense: see [Validate].
func Parse(text []byte) (*abi.Descriptor, error) {
	if len(text) > abi.MaxManifestBytes {
		return nil, &ParseError{Reason: fmt.Sprintf("it has %d bytes, at most %d are allowed", len(text), abi.MaxManifestBytes)}
	}
	d, err := parse(text)
	if err != nil {
		if version := otherVersion(text); version != nil {
			return nil, version
		}
		return nil, err
	}
	return d, nil
}

func parse(text []byte) (*abi.Descriptor, error) {
	r := reader{json.NewDecoder(bytes.NewReader(text))}
	r.UseNumber()
	if err := r.check(reflect.TypeFor[abi.Descriptor](), ""); err != nil {
		return nil, err
	}
	if _, err := r.Token(); !errors.Is(err, io.EOF) {
		return nil, &ParseError{Reason: "something follows the JSON object; remove it"}
	}
	d := new(abi.Descriptor)
	if err := json.Unmarshal(text, d); err != nil {
		return nil, &ParseError{Reason: "cannot be read", Err: err}
	}
	return d, nil
}

// otherVersion returns the version error of a manifest that is not understood and asks for more than this host has.
func otherVersion(text []byte) error {
	var head struct {
		Name     string        `json:"name"`
		ABI      *abi.ABIRange `json:"abi"`
		Features []string      `json:"features"`
	}
	if json.Unmarshal(text, &head) != nil || head.ABI == nil || head.ABI.Major == 0 {
		return nil
	}
	return Compatible(&abi.Descriptor{Name: head.Name, ABI: head.ABI, Features: head.Features}, abi.Major, abi.Minor, nil)
}

// reader walks over a JSON text beside the Go type it is meant for. encoding/json alone would take names in any case and
// twice, and does not say where a wrong one is.
type reader struct{ *json.Decoder }

func (r reader) check(t reflect.Type, path string) error {
	if t == reflect.TypeFor[abi.RawJSON]() {
		var raw json.RawMessage
		if err := r.Decode(&raw); err != nil {
			return syntaxError(path, err)
		}
		return nil
	}
	token, err := r.Token()
	if err != nil {
		return syntaxError(path, err)
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	wrong := &ParseError{Path: path, Reason: "must be " + wanted(t)}
	if name, ok := reflect.New(t).Interface().(encoding.TextUnmarshaler); ok {
		text, ok := token.(string)
		if !ok {
			return wrong
		}
		if err := name.UnmarshalText([]byte(text)); err != nil {
			return &ParseError{Path: path, Reason: "is not a known name", Err: err}
		}
		return nil
	}
	ok := false
	switch t.Kind() {
	case reflect.Struct:
		if token == json.Delim('{') {
			return r.checkObject(t, path)
		}
	case reflect.Slice:
		if token == json.Delim('[') {
			return r.checkArray(t.Elem(), path)
		}
	case reflect.String:
		_, ok = token.(string)
	case reflect.Bool:
		_, ok = token.(bool)
	default:
		number, isNumber := token.(json.Number)
		_, err := strconv.ParseUint(number.String(), 10, t.Bits())
		ok = isNumber && err == nil
	}
	if !ok {
		return wrong
	}
	return nil
}

func (r reader) checkObject(t reflect.Type, path string) error {
	known := map[string]reflect.Type{}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		known[name] = t.Field(i).Type
	}
	seen := map[string]bool{}
	for r.More() {
		token, err := r.Token()
		if err != nil {
			return syntaxError(path, err)
		}
		name := token.(string) // the decoder gives nothing else as a member's name
		at := strings.TrimPrefix(path+"."+name, ".")
		memberType, ok := known[name]
		if !ok {
			return &ParseError{Path: at, Reason: "no such key; a manifest is strict so that a misspelt one is not lost"}
		}
		if seen[name] {
			return &ParseError{Path: at, Reason: "the key is there twice"}
		}
		seen[name] = true
		if err := r.check(memberType, at); err != nil {
			return err
		}
	}
	return r.closing(path)
}

func (r reader) checkArray(t reflect.Type, path string) error {
	for i := 0; r.More(); i++ {
		if err := r.check(t, fmt.Sprintf("%s[%d]", path, i)); err != nil {
			return err
		}
	}
	return r.closing(path)
}

func (r reader) closing(path string) error {
	if _, err := r.Token(); err != nil {
		return syntaxError(path, err)
	}
	return nil
}

func syntaxError(path string, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &ParseError{Path: path, Reason: "the JSON text ends too early"}
	}
	return &ParseError{Path: path, Reason: "is not JSON", Err: err}
}

// wanted says a type as an author of JSON knows it.
func wanted(t reflect.Type) string {
	if _, ok := reflect.New(t).Interface().(encoding.TextUnmarshaler); ok {
		return "a name of " + t.Name() + " as a string"
	}
	switch t.Kind() {
	case reflect.Struct:
		return "an object"
	case reflect.Slice:
		return "an array"
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	default:
		return fmt.Sprintf("a whole number from 0 with at most %d bits", t.Bits())
	}
}
