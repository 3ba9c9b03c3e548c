package engine

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a text that shows itself to nobody but the vendor it is for: however it is printed, logged or marshalled,
// "[secret]" is what comes out. The zero Secret is empty.
type Secret struct {
	text    string
	written bool
}

// NewSecret wraps a text.
func NewSecret(text string) Secret { return Secret{text: text} }

// WrittenSecret wraps a text that stands in a configuration as it is. Open takes it only for what the plugin's manifest
// calls an identifier.
func WrittenSecret(text string) Secret { return Secret{text: text, written: true} }

const hiddenSecret = "[secret]"

// Format hides the text from the verbs of package fmt (%p, which fmt asks nobody about and go vet refuses, excepted).
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hiddenSecret) }

// String hides the text.
func (Secret) String() string { return hiddenSecret }

// MarshalText hides the text from encoders, such as JSON's.
func (Secret) MarshalText() ([]byte, error) { return []byte(hiddenSecret), nil }

// LogValue hides the text from package slog.
func (Secret) LogValue() slog.Value { return slog.StringValue(hiddenSecret) }
