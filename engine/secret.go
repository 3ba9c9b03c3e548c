package engine

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a text that only its vendor gets to see. Printed, logged or marshalled it is "[secret]". The zero Secret is empty.
type Secret struct {
	text    string
	written bool
}

// NewSecret returns a secret with a text.
func NewSecret(text string) Secret { return Secret{text: text} }

// WrittenSecret returns a secret whose text is written into a configuration as it is. Open accepts it only for secrets that the plugin's
// manifest declares as identifiers.
func WrittenSecret(text string) Secret { return Secret{text: text, written: true} }

const hiddenSecret = "[secret]"

// Format hides the text from all verbs of package fmt but %p, which go vet rejects.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hiddenSecret) }

// String hides the text.
func (Secret) String() string { return hiddenSecret }

// MarshalText hides the text from encoders, such as JSON's.
func (Secret) MarshalText() ([]byte, error) { return []byte(hiddenSecret), nil }

// LogValue hides the text from package slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(hiddenSecret) }
