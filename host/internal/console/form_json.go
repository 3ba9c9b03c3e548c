package console

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// object is a JSON object that keeps the order of its members.
type object struct {
	names []string
	of    map[string]any
}

// readOrdered reads a JSON value whose objects keep their order.
func readOrdered(dec *json.Decoder, depth int) (any, error) {
	if depth > maxSchemaDepth {
		return nil, errors.New("the schema is nested too deeply")
	}
	t, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		o := &object{of: make(map[string]any)}
		for dec.More() {
			key, err := dec.Token()
			if err != nil {
				return nil, err
			}
			name, ok := key.(string)
			if !ok {
				return nil, fmt.Errorf("%v is no name", key)
			}
			value, err := readOrdered(dec, depth+1)
			if err != nil {
				return nil, err
			}
			if _, twice := o.of[name]; !twice {
				o.names = append(o.names, name)
			}
			o.of[name] = value
		}
		_, err = dec.Token()
		return o, err
	case json.Delim('['):
		list := []any{}
		for dec.More() {
			value, err := readOrdered(dec, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		_, err = dec.Token()
		return list, err
	}
	return t, nil
}

// canonical returns a value as JSON in which equal numbers are written alike.
func canonical(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	var again any
	if again, err = parseJSON(string(b)); err != nil {
		return "", err
	}
	b, err = json.Marshal(again)
	return string(b), err
}

// parseJSON reads one JSON value. Numbers become int64, uint64 or float64.
func parseJSON(text string) (any, error) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the value")
	}
	return plain(v)
}

// plain returns a decoded JSON value with its numbers as int64, uint64 or float64. It fails if a number is too large.
func plain(v any) (any, error) {
	switch v := v.(type) {
	case json.Number:
		if n, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
			return n, nil
		}
		if n, err := strconv.ParseUint(v.String(), 10, 64); err == nil {
			return n, nil
		}
		f, err := v.Float64()
		if err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
			return int64(f), nil
		}
		return f, err
	case []any:
		for i := range v {
			x, err := plain(v[i])
			if err != nil {
				return nil, err
			}
			v[i] = x
		}
	case map[string]any:
		for name := range v {
			x, err := plain(v[name])
			if err != nil {
				return nil, err
			}
			v[name] = x
		}
	}
	return v, nil
}

// equal reports whether two values are the same as JSON.
func equal(a, b any) bool {
	x, err := canonical(a)
	y, err2 := canonical(b)
	return err == nil && err2 == nil && x == y
}

// indented returns a value as indented JSON.
func indented(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return "" // a configuration holds nothing that is not JSON
	}
	return strings.TrimSuffix(b.String(), "\n")
}
