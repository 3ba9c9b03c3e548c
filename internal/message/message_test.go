package message_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/message/messagetest"
)

// shouting is a language of one code.
type shouting struct{}

func (shouting) Template(c message.Code) string {
	if c == message.FirstInRoute {
		return "{route}, AS THE FIRST"
	}
	return ""
}

func (shouting) Value(v any) (string, bool) {
	if d, ok := v.(time.Duration); ok {
		return d.Round(time.Second).String() + "!", true
	}
	return "", false
}

func TestMessageIsWrittenInEnglishAndInTheLanguageOfItsReader(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 8*3600)
	for name, c := range map[string]struct {
		m                message.Message
		english, another string
	}{
		"none":         {message.Message{}, "", ""},
		"code":         {message.New(message.FirstInRoute, "route", "default"), "first in route default", "default, AS THE FIRST"},
		"literal":      {message.Text("{route} 余额不足"), "{route} 余额不足", "{route} 余额不足"},
		"nested":       {message.New(message.FirstInRoute, "route", message.New(message.FirstInRoute, "route", "b")), "first in route first in route b", "b, AS THE FIRST, AS THE FIRST"},
		"list":         {message.New(message.FirstInRoute, "route", []message.Message{message.Text("a"), message.Text("b")}), "first in route a; b", "a; b, AS THE FIRST"},
		"time":         {message.New(message.FirstInRoute, "route", time.Date(2026, 11, 29, 1, 2, 3, 0, zone)), "first in route 2026-11-29 01:02:03 +08:00", "2026-11-29 01:02:03 +08:00, AS THE FIRST"},
		"numbers":      {message.New(message.FirstInRoute, "route", message.List{-1234567, int64(100), int64(1000)}), "first in route -1,234,567, 100, 1,000", "-1,234,567, 100, 1,000, AS THE FIRST"},
		"names":        {message.New(message.FirstInRoute, "route", message.ListOf[message.Field]([]string{"name", "sex"})), "first in route name, sex", "name, sex, AS THE FIRST"},
		"milliseconds": {message.New(message.FirstInRoute, "route", 1500*time.Millisecond), "first in route 1,500 ms", "2s!, AS THE FIRST"},
		"optional":     {message.New(message.FirstInRoute, "route", message.Message{}), "first in route ", ", AS THE FIRST"},
		"duration":     {message.New(message.FirstInRoute, "route", time.Minute), "first in route 1m0s", "1m0s!, AS THE FIRST"},
		"no parameter": {message.New(message.FirstInRoute), "first in route ", ", AS THE FIRST"},
		"unknown code": {message.New("what.is.this", "route", "x"), "what.is.this", "what.is.this"},
	} {
		if got := c.m.String(); got != c.english {
			t.Errorf("%s in English: %q, want %q", name, got, c.english)
		}
		if got := c.m.Format(shouting{}); got != c.another {
			t.Errorf("%s in another language: %q, want %q", name, got, c.another)
		}
	}
}

func TestHasLooksIntoParameters(t *testing.T) {
	inner := message.New(message.FirstInRoute, "route", "a")
	for name, c := range map[string]struct {
		m    message.Message
		want bool
	}{
		"itself":  {inner, true},
		"nested":  {message.New(message.PluginSignatureBad, "file", "f", "reason", inner), true},
		"in list": {message.New(message.PluginSignatureBad, "reason", []message.Message{message.Text("x"), inner}), true},
		"other":   {message.New(message.PluginSignatureBad, "reason", "route.first"), false},
		"none":    {message.Message{}, false},
	} {
		if got := c.m.Has(message.FirstInRoute); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestNewErrorCarriesItsMessageAndItsCause(t *testing.T) {
	m := message.New(message.FirstInRoute, "route", "a")
	err := message.NewError(m, errors.ErrUnsupported)
	if !errors.Is(err, errors.ErrUnsupported) || err.Error() != m.String() || !message.Error(err).Equal(m) {
		t.Errorf("%v", err)
	}
}

type carrier struct{}

func (carrier) Error() string            { return "carried" }
func (carrier) Message() message.Message { return message.New(message.FirstInRoute, "route", "r") }

func TestErrorGivesTheMessageThatAnErrorCarries(t *testing.T) {
	t.Parallel()
	if m := message.Error(fmt.Errorf("around: %w", carrier{})); m.Code() != message.FirstInRoute {
		t.Errorf("%q", m)
	}
	if m := message.Error(errors.New("plain")); m.Code() != message.Literal || m.String() != "plain" {
		t.Errorf("%q", m)
	}
	if !message.Error(nil).IsZero() {
		t.Error("no error has a message")
	}
}

func TestMessageIsATextInJSON(t *testing.T) {
	t.Parallel()
	type line struct {
		Reason message.Message `json:"reason,omitzero"`
	}
	text, err := json.Marshal([]line{{message.New(message.FirstInRoute, "route", "a")}, {}})
	if want := `[{"reason":"first in route a"},{}]`; err != nil || string(text) != want {
		t.Fatalf("%s, %v; want %s", text, err, want)
	}
	var back []line
	if err := json.Unmarshal(text, &back); err != nil || back[0].Reason.String() != "first in route a" || !back[1].Reason.IsZero() {
		t.Errorf("%v, %v", back, err)
	}
}

func TestCodeWritesCodesAndParameters(t *testing.T) {
	t.Parallel()
	m := message.New(message.NextSince, "provider", "a", "why", message.New(message.RateLimit))
	if got, want := messagetest.Code(m), "route.next_since(provider=a why=route.rate_limit)"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestEveryCodeHasATextWhoseBracesClose(t *testing.T) {
	t.Parallel()
	for _, c := range message.Codes() {
		text := message.English{}.Template(c)
		if text == "" || strings.Count(text, "{") != strings.Count(text, "}") {
			t.Errorf("%s: %q", c, text)
		}
	}
}
