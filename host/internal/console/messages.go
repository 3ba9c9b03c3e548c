package console

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
)

// messageFiles have the templates of messages by their codes, for each language but English, one file per subject. English is
// in the package message.
//
//go:embed messages/*/*.json
var messageFiles embed.FS

// readMessages reads the templates of one language; none for a language without a folder.
func readMessages(folder string) (map[message.Code]string, error) {
	out := make(map[message.Code]string)
	files, err := messageFiles.ReadDir(path.Join("messages", folder))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, f := range files {
		b, err := messageFiles.ReadFile(path.Join("messages", folder, f.Name()))
		if err != nil {
			return nil, err
		}
		var some map[message.Code]string
		if err := json.Unmarshal(b, &some); err != nil {
			return nil, fmt.Errorf("messages of %s in %s: %w", folder, f.Name(), err)
		}
		for code, text := range some {
			if _, twice := out[code]; twice {
				return nil, fmt.Errorf("messages of %s: %s is in two files", folder, code)
			}
			out[code] = text
		}
	}
	return out, nil
}

// speaker speaks the language of a page. It writes times in the console's zone and amounts in its currency.
type speaker struct {
	*words
	zone     *time.Location
	currency money.Currency
}

// said is a text that a page shows, with its language if that may differ from the page's.
type said struct{ Text, Lang string }

// say writes a message. Texts of providers, plugins and operators stay as they are.
func (s *speaker) say(m message.Message) said {
	text := m.Format(s)
	if m.Code() == message.Literal {
		return said{text, tongueOf(text)}
	}
	return said{Text: text}
}

// Template implements message.Language.
func (s *speaker) Template(c message.Code) string { return s.messages[c] }

// Value implements message.Language.
func (s *speaker) Value(v any) (string, bool) {
	switch v := v.(type) {
	case time.Time:
		return s.instant(v), true
	case time.Duration:
		return s.duration(v), true
	case money.Amount:
		return coins(s.currency, v), true
	case money.Scope:
		return s.named("scope", string(v)), true
	case money.Per:
		return s.named("period", string(v)), true
	case abi.FailureKind:
		return s.named("failure", v.String()), true
	case abi.Side:
		return s.named("side", v.String()), true
	case catalog.Kind:
		return s.T("providers.kind-" + string(v)), true
	case catalog.Cause:
		return s.named("cause", string(v)), true
	case message.Document:
		return s.named("document", string(v)), true
	case message.Field:
		return s.named("read.field", string(v)), true
	case message.Extra:
		return s.named("extra", string(v)), true
	case message.Signal:
		return s.named("read.signal", string(v)), true
	case message.Check:
		return s.named("read.check", string(v)), true
	case message.List:
		return join(s, v, s.T("providers.and")), true
	case []message.Message:
		return join(s, v, s.T("configure.then")), true
	default:
		return "", false
	}
}

func join[T any](s *speaker, values []T, separator string) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = message.Write(s, v)
	}
	return strings.Join(texts, separator)
}

// named returns the page's word for a name of the contract. A name that is newer than this program is shown as it is.
func (s *speaker) named(group, name string) string {
	if key := group + "." + name; s.Has(key) {
		return s.T(key)
	}
	return name
}

// instant writes a time with its date, in the console's zone, which the page names.
func (s *speaker) instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(s.zone).Format("2006-01-02 15:04:05")
}

// duration writes a length of time as people read it.
func (s *speaker) duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return s.T("read.milliseconds", d.Milliseconds())
	case d < 2*time.Minute:
		return s.T("read.seconds", d.Seconds())
	case d < 2*time.Hour:
		return s.T("read.minutes", d.Minutes())
	default:
		return s.T("read.hours", d.Hours())
	}
}
