package console

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/internal/message"
)

// place shows each problem of a configuration at its control, and the others above the form. The first control with a problem
// gets the focus.
func (f *formView) place(v *visitor, provider string, problems []config.Problem) {
	for _, p := range problems {
		problem := explained(v, p)
		path := keyPath(p.Key)
		if len(path) > 2 && path[0] == "providers" && path[1] == provider {
			if f.placeAt(v, path[2:], problem) {
				continue
			}
		}
		if !hasWords(p.Reason) {
			problem.Text = "" // a general refusal says nothing above the form
		}
		if p.Key != "" {
			problem.Detail = strings.TrimSuffix(p.Key+": "+problem.Detail, ": ")
		}
		f.Problems = append(f.Problems, *problem)
	}
	f.focus()
}

// placeAt shows a problem at the control of a setting, or at the closest one around it.
func (f *formView) placeAt(v *visitor, path []string, problem *problemView) bool {
	var nearest *fieldView
	for _, x := range f.fields {
		if len(x.path) <= len(path) && strings.Join(x.path, "\x00") == strings.Join(path[:len(x.path)], "\x00") && (nearest == nil || len(x.path) > len(nearest.path)) {
			nearest = x
		}
	}
	switch {
	case nearest == nil && path[0] == "secrets":
		problem.Text = v.T("configure.secrets-refused")
		f.SecretsProblem = problem
	case nearest == nil:
		return false
	case nearest.Problem != nil:
		nearest.Problem.Detail += "\n" + cmp.Or(problem.Detail, problem.Text)
	default:
		nearest.Problem = problem
	}
	return true
}

// hasWords reports whether pages have a message in their language.
func hasWords(m message.Message) bool { return !m.IsZero() && m.Code() != message.Literal }

// explained returns a problem in the page's language as far as it has a message, and the rest in the program's words.
func explained(v *visitor, p config.Problem) *problemView {
	if hasWords(p.Reason) {
		return &problemView{Text: v.say(p.Reason).Text, Detail: p.Want}
	}
	detail := p.Problem
	if p.Want != "" {
		detail += "; " + p.Want
	}
	return &problemView{Text: refusedWords(v, detail), Detail: detail}
}

// refusedWords returns the page's words for a frequent problem, or else that the value is refused: the detail says why.
func refusedWords(v *visitor, detail string) string {
	for beginning, key := range map[string]string{
		"the setting is missing": "missing", "maximum: ": "too-large", "minimum: ": "too-small", "minLength: ": "too-short", "maxLength: ": "too-long",
		"the environment variable ": "no-variable", "the file ": "no-secret-file",
	} {
		if strings.HasPrefix(detail, beginning) {
			return v.T("configure." + key)
		}
	}
	return v.T("configure.refused")
}

// focus marks the first control with a problem.
func (f *formView) focus() {
	if f.NameProblem != "" {
		return // its control has the focus
	}
	for _, x := range f.fields {
		if x.Problem != nil && x.Kind != groupKind {
			x.Focus = true
			return
		}
	}
}

// keyPath splits the path of a setting as a config.Problem has it: "providers.one.config.\"a.b\"".
func keyPath(key string) []string {
	var path []string
	for key != "" {
		if quoted, err := strconv.QuotedPrefix(key); err == nil {
			if name, err := strconv.Unquote(quoted); err == nil {
				path, key = append(path, name), strings.TrimPrefix(key[len(quoted):], ".")
				continue
			}
		}
		name, rest, _ := strings.Cut(key, ".")
		path, key = append(path, name), rest
	}
	return path
}
