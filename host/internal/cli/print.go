package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/host/internal/service"
	"github.com/ocrmux/ocrmux/internal/terminal"
)

// writeJSON prints one indented object.
func writeJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(terminal.NewJSONWriter(w))
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

// writeRecognition prints a document for a person.
func writeRecognition(w io.Writer, r *engine.Recognition) error {
	var b strings.Builder
	b.WriteString(headline(r) + "\n\n")
	b.WriteString(fieldTable(r.Fields).String())
	section(&b, "checks", checkTable(r.Checks))
	section(&b, "the vendor's checks", vendorCheckTable(r.VendorChecks))
	section(&b, "signals", signalTable(r.Signals))
	section(&b, "extras", extrasTable(r.Extras))
	section(&b, "attempts", attemptTable(r.Attempts))
	_, err := io.WriteString(w, b.String())
	return err
}

// writeAttempts prints attempts for a person.
func writeAttempts(w io.Writer, attempts []engine.Attempt) error {
	var b strings.Builder
	b.WriteString("attempts\n" + attemptTable(attempts).String())
	_, err := io.WriteString(w, b.String())
	return err
}

func section(b *strings.Builder, title string, t *terminal.Table) {
	if !t.Empty() {
		b.WriteString("\n" + title + "\n" + t.String())
	}
}

// headline returns the document, its side and rotation, and whether there is a portrait.
func headline(r *engine.Recognition) string {
	parts := []string{r.Document}
	if r.Side != abi.SideUnspecified {
		parts = append(parts, r.Side.String()+" side")
	}
	if r.Rotation != nil && *r.Rotation != 0 {
		parts = append(parts, fmt.Sprintf("rotated clockwise by %s°", strconv.FormatFloat(*r.Rotation, 'f', -1, 64)))
	}
	if r.Portrait != nil {
		parts = append(parts, "with a portrait")
	}
	return terminal.Clean(strings.Join(parts, ", "))
}

// fieldTable lists the value, confidence and flags of each field, and the text as read if it differs from the value.
func fieldTable(fields map[string]engine.Field) *terminal.Table {
	t := &terminal.Table{}
	for _, name := range service.KeysInOrder(fields, idcard.FieldNames()) {
		f := fields[name]
		value, read := f.Value, ""
		switch {
		case f.LongTerm:
			value = "long-term"
		case value == "":
			value = f.Text
		}
		if f.Text != value && f.Text != "" {
			read = "as read: " + f.Text
		}
		confidence := ""
		if f.Confidence != nil {
			confidence = strconv.FormatFloat(*f.Confidence, 'f', 2, 64)
		}
		t.Add(name, value, confidence, strings.Join(f.Flags, ", "), read)
	}
	return t
}

func checkTable(checks map[string]idcard.State) *terminal.Table {
	t := &terminal.Table{Indent: "  "}
	var open []string
	for _, name := range service.KeysInOrder(checks, idcard.CheckNames()) {
		if checks[name] == idcard.NotChecked {
			open = append(open, checkWords(name).subject)
			continue
		}
		t.Add(checkSentence(name, checks[name]))
	}
	if len(open) > 0 {
		t.Add("not checked: " + strings.Join(open, ", "))
	}
	return t
}

type words struct{ subject, pass, fail string }

// checkWords describes a check.
func checkWords(name string) words {
	switch name {
	case idcard.CheckIDNumberChecksum:
		return words{"check digit of the number", "the check digit of the number is correct", "the check digit of the number is wrong"}
	case idcard.CheckBirthDateMatchesNumber:
		return words{"birth date and number", "the birth date matches the number", "the birth date does not match the number"}
	case idcard.CheckSexMatchesNumber:
		return words{"sex and number", "the sex matches the number", "the sex does not match the number"}
	case idcard.CheckRegionKnown:
		return words{"region of the number", "the region of the number is known", "the region of the number is unknown"}
	case idcard.CheckValiditySpan:
		return words{"validity period", "the validity period is one that the law defines", "the validity period is not one that the law defines"}
	case idcard.CheckExpired:
		return words{"expiry", "the card is still valid", "the card has expired"}
	default:
		return words{name, name + ": pass", name + ": fail"}
	}
}

func checkSentence(name string, s idcard.State) string {
	switch w := checkWords(name); s {
	case idcard.Pass:
		return "✓ " + w.pass
	case idcard.Fail:
		return "✗ " + w.fail
	default:
		return "? " + w.subject + ": " + s.String()
	}
}

func vendorCheckTable(checks map[string]engine.VendorCheck) *terminal.Table {
	t := &terminal.Table{Indent: "  "}
	for _, name := range slices.Sorted(maps.Keys(checks)) {
		t.Add(name, checks[name].State.String(), vendorCode(checks[name].VendorCode))
	}
	return t
}

func signalTable(signals map[string]engine.Signal) *terminal.Table {
	t := &terminal.Table{Indent: "  "}
	for _, name := range slices.Sorted(maps.Keys(signals)) {
		t.Add(name, strings.ReplaceAll(signals[name].State.String(), "_", " "), vendorCode(signals[name].VendorCode))
	}
	return t
}

func vendorCode(code string) string {
	if code == "" {
		return ""
	}
	return "vendor: " + code
}

func extrasTable(extras map[string]string) *terminal.Table {
	t := &terminal.Table{Indent: "  "}
	for _, name := range slices.Sorted(maps.Keys(extras)) {
		t.Add(name, extras[name])
	}
	return t
}

// attemptTable lists the outcome, duration, cost and reasons of each attempt.
func attemptTable(attempts []engine.Attempt) *terminal.Table {
	t := &terminal.Table{Indent: "  "}
	for _, a := range attempts {
		why := []string{a.Reason.String()}
		if a.Failure != nil {
			f := *a.Failure
			f.Provider = "" // is in the first column
			why = append(why, f.String())
		}
		if a.VendorRequestID != "" {
			why = append(why, "vendor request "+a.VendorRequestID)
		}
		duration := ""
		if a.Outcome != engine.Skipped {
			duration = fmt.Sprintf("%d ms", a.Duration.Milliseconds())
		}
		bill := billed(a.Billed)
		if a.Cost > 0 {
			bill += fmt.Sprintf(", %s %s", a.Cost, a.Currency)
			why = append(why, a.Price.String())
		}
		t.Add(a.Provider, string(a.Outcome), duration, bill, strings.Join(why, "; "))
	}
	return t
}

func billed(b engine.Billed) string {
	switch b {
	case abi.BilledYes:
		return "billed"
	case abi.BilledNo:
		return "not billed"
	default:
		return "billing unknown"
	}
}
