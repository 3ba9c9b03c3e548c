package engine_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/idcard"
)

// permit is a document that the engine does not know.
type permit struct{}

func (permit) Name() string { return "cn.residence_permit" }

func (permit) Normalize(text map[string]string) map[string]idcard.Field {
	out := make(map[string]idcard.Field, len(text))
	for name, t := range text {
		out[name] = idcard.Field{Text: t, Value: strings.Join(strings.Fields(t), "")}
	}
	return out
}

func (permit) Check(fields map[string]idcard.Field, _ time.Time) map[string]idcard.State {
	if len(fields["number"].Value) == 18 {
		return map[string]idcard.State{"number_length": idcard.Pass}
	}
	return map[string]idcard.State{"number_length": idcard.Fail}
}

// A program teaches the engine a document of its own. What providers read of it is then normalised and checked like a card.
func ExampleDocument() {
	var document engine.Document = permit{}
	cfg := engine.Config{Plugins: "plugins", Documents: []engine.Document{document}}

	fields := cfg.Documents[0].Normalize(map[string]string{"number": "81000 01990 0307 1234"})
	fmt.Println(fields["number"].Value, document.Check(fields, time.Now())["number_length"])
	// Output: 810000199003071234 pass
}
