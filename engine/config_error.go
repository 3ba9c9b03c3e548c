package engine

import "strings"

// ConfigError says what is wrong in a configuration and what would be right. It never holds the text of a secret.
type ConfigError struct {
	// Provider, Route or FrontDoor that is wrong; all are empty for the engine's own settings.
	Provider, Route, FrontDoor string
	// Key is a JSON pointer within it, such as "/config/endpoint" or "/secrets/app_id".
	Key string
	// Problem says what is wrong, Want what would be right.
	Problem, Want string
	// Reason is Problem as a message, for other languages. It is zero if there is no message for the problem.
	Reason Message
}

func (e *ConfigError) Error() string {
	var b strings.Builder
	switch {
	case e.Provider != "":
		b.WriteString("provider " + e.Provider + ": ")
	case e.Route != "":
		b.WriteString("route " + e.Route + ": ")
	case e.FrontDoor != "":
		b.WriteString("front door " + e.FrontDoor + ": ")
	}
	if e.Key != "" {
		b.WriteString(e.Key + ": ")
	}
	b.WriteString(e.Problem)
	if e.Want != "" {
		b.WriteString("; want " + e.Want)
	}
	return b.String()
}

// oneOf lists the names that would be right. things says what they name, such as "providers".
func oneOf(things string, names []string) string {
	if len(names) == 0 {
		return "no name, because there are no " + things
	}
	return "one of " + quoted(names)
}

func quoted(names []string) string { return `"` + strings.Join(names, `", "`) + `"` }
