package engine

import (
	"time"

	"github.com/ocrmux/ocrmux/engine/idcard"
)

// Document is a kind of document the engine can normalise and check. Fields of a document it does not know pass through
// as read, flagged "unnormalized".
type Document interface {
	// Name, for example "cn.idcard".
	Name() string
	// Normalize turns texts as read into values, by field name.
	Normalize(text map[string]string) map[string]idcard.Field
	// Check makes the document's checks on normalised fields.
	Check(fields map[string]idcard.Field, at time.Time) map[string]idcard.State
}

type idCard struct{}

func (idCard) Name() string { return idcard.Document }

func (idCard) Normalize(text map[string]string) map[string]idcard.Field {
	return idcard.Normalize(text)
}

func (idCard) Check(fields map[string]idcard.Field, at time.Time) map[string]idcard.State {
	return idcard.Check(fields, at)
}

// passThrough is for documents nobody registered.
type passThrough struct{ name string }

func (p passThrough) Name() string { return p.name }

func (passThrough) Normalize(text map[string]string) map[string]idcard.Field {
	out := make(map[string]idcard.Field, len(text))
	for name, t := range text {
		out[name] = idcard.Field{Text: t, Flags: []string{idcard.FlagUnnormalized}}
	}
	return out
}

func (passThrough) Check(map[string]idcard.Field, time.Time) map[string]idcard.State { return nil }
