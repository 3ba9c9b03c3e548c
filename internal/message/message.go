// Package message represents what the program tells people as a code with parameters.
//
// A [Message] is made where something happens and written where somebody reads it: the command line, the HTTP API and the log
// write it in English ([Message.String]), the console in the language of its page ([Message.Format]). The codes and their English
// texts are in one file per subject of this package. A test of the console requires a Chinese text for every code.
package message

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Code names a message. Codes are stable: translations and programs refer to them.
type Code string

// Literal is the code of a message whose text somebody else wrote, for example a provider or an operator. Every language shows
// it as it is.
const Literal Code = "literal"

// textParam is the parameter that holds the text of a Literal.
const textParam = "text"

// Message is a code with its parameters. The zero value is no message: its text is empty. A Message does not change and is safe
// for concurrent use.
type Message struct {
	code   Code
	params []param
}

type param struct {
	name  string
	value any
}

// New returns the message with a code. pairs are alternately the name of a parameter and its value: a string, a number, a
// [time.Time] in the time zone in which it is to be written, a [time.Duration], a [Message], a slice of Messages, a [List],
// or a value of a type that languages have words for, such as [Field]. A zero Message writes nothing, which makes a part of
// a message optional.
//
// New panics if pairs is not a list of names and values, which is a mistake in the program.
func New(code Code, pairs ...any) Message {
	if len(pairs)%2 != 0 {
		panic("message: a parameter without a value in " + string(code))
	}
	m := Message{code: code, params: make([]param, 0, len(pairs)/2)}
	for i := 0; i < len(pairs); i += 2 {
		m.params = append(m.params, param{pairs[i].(string), pairs[i+1]})
	}
	return m
}

// Text returns a [Literal] message. The Message is zero if text is empty.
func Text(text string) Message {
	if text == "" {
		return Message{}
	}
	return New(Literal, textParam, text)
}

// Error returns the message that an error carries, or else its text as a [Literal] message.
func Error(err error) Message {
	var carrier interface{ Message() Message }
	if errors.As(err, &carrier) {
		return carrier.Message()
	}
	if err == nil {
		return Message{}
	}
	return Text(err.Error())
}

// Code returns the message's code, empty for no message.
func (m Message) Code() Code { return m.code }

// IsZero reports whether there is no message. Encoders leave a zero Message out where their tags say so.
func (m Message) IsZero() bool { return m.code == "" }

// Equal reports whether two messages have the same code and say the same.
func (m Message) Equal(other Message) bool {
	return m.code == other.code && m.String() == other.String()
}

// Param returns the value of a parameter, nil if there is none of that name.
func (m Message) Param(name string) any {
	for _, p := range m.params {
		if p.name == name {
			return p.value
		}
	}
	return nil
}

// Has reports whether a message has a code, or one of the messages in its parameters has it.
func (m Message) Has(c Code) bool { return !m.Find(c).IsZero() }

// Find returns the message that has a code: this one, or the first one in its parameters. It returns the zero Message if there is none.
func (m Message) Find(c Code) Message {
	if m.code == c {
		return m
	}
	for _, p := range m.params {
		if found := find(p.value, c); !found.IsZero() {
			return found
		}
	}
	return Message{}
}

// find looks for a code in a parameter.
func find(value any, c Code) Message {
	switch v := value.(type) {
	case Message:
		return v.Find(c)
	case []Message:
		for _, m := range v {
			if found := m.Find(c); !found.IsZero() {
				return found
			}
		}
	case List:
		for _, item := range v {
			if found := find(item, c); !found.IsZero() {
				return found
			}
		}
	}
	return Message{}
}

// Language writes messages in one language.
type Language interface {
	// Template returns the text of a code, with its parameters in braces: "next after {provider} was skipped". It returns an
	// empty text for a code that it does not know, which is then written in English.
	Template(Code) string
	// Value writes a parameter that is neither a text nor a message. ok is false if it is to be written as in English.
	Value(v any) (text string, ok bool)
}

// String writes the message in English.
func (m Message) String() string { return m.Format(English{}) }

// Format writes the message in a language.
func (m Message) Format(l Language) string {
	switch m.code {
	case "":
		return ""
	case Literal:
		text, _ := m.Param(textParam).(string)
		return text
	}
	template := cmp.Or(l.Template(m.code), English{}.Template(m.code), string(m.code))
	var b strings.Builder
	for template != "" {
		before, rest, found := strings.Cut(template, "{")
		b.WriteString(before)
		if !found {
			break
		}
		name, after, _ := strings.Cut(rest, "}")
		b.WriteString(Write(l, m.Param(name)))
		template = after
	}
	return b.String()
}

// Write returns the text of a parameter in a language.
func Write(l Language, value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case Message:
		return v.Format(l)
	}
	if text, ok := l.Value(value); ok {
		return text
	}
	switch v := value.(type) {
	case []Message:
		texts := make([]string, len(v))
		for i, m := range v {
			texts[i] = m.Format(l)
		}
		return strings.Join(texts, "; ")
	case List:
		texts := make([]string, len(v))
		for i, item := range v {
			texts[i] = Write(l, item)
		}
		return strings.Join(texts, ", ")
	case int:
		return number(int64(v))
	case int64:
		return number(v)
	case time.Time:
		return v.Format(timeLayout)
	case time.Duration:
		return duration(v)
	default:
		return fmt.Sprint(v)
	}
}

// number returns a whole number with its thousands separated: "1,000". All languages of the program write them so.
func number(n int64) string {
	sign, digits := "", strconv.FormatInt(n, 10)
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// duration returns whole milliseconds for less than a minute: that is how people compare what providers took.
func duration(d time.Duration) string {
	if d < time.Minute {
		return number(d.Milliseconds()) + " ms"
	}
	return d.Round(time.Second).String()
}

// timeLayout has the date and the offset from UTC, since a reader may be in another zone or look at an old message.
const timeLayout = "2006-01-02 15:04:05 -07:00"

// MarshalText returns the English text: messages in JSON are texts.
func (m Message) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText makes the message a [Literal] with the text.
func (m *Message) UnmarshalText(text []byte) error {
	*m = Text(string(text))
	return nil
}

// English writes messages in English.
type English struct{}

// Template implements Language.
func (English) Template(c Code) string {
	for _, subject := range subjects() {
		if text := subject[c]; text != "" {
			return text
		}
	}
	return ""
}

// Value implements Language.
func (English) Value(any) (string, bool) { return "", false }

// Codes returns all codes, in order.
func Codes() []Code {
	var all []Code
	for _, subject := range subjects() {
		all = slices.AppendSeq(all, maps.Keys(subject))
	}
	slices.Sort(all)
	return all
}

// subjects are the tables of all codes with their English texts.
func subjects() []map[Code]string {
	return []map[Code]string{engine, egress, route, money, picture, plugin, module, process, doctor, request}
}
