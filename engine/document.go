package engine

import (
	"time"

	"github.com/ocrmux/ocrmux/engine/idcard"
)

// Document is a kind of document that the engine can normalize and check. The fields of other documents are returned as they were read, with
// the flag "unnormalized". Its methods may be called concurrently.
type Document interface {
	// Name of the document, such as "cn.idcard".
	Name() string
	// Normalize turns texts as they were read into fields, by name.
	Normalize(text map[string]string) map[string]idcard.Field
	// Check checks normalized fields at a time, and returns the results by the names of the checks.
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

// passThrough is a document that the engine does not know.
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
