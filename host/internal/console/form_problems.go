package console

import (
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/host/internal/config"
)

// place shows each problem of a configuration at its control, and the others above the form. The first control with a problem
// gets the focus.
func (f *formView) place(v *visitor, provider string, problems []config.Problem) {
	for _, p := range problems {
		detail := p.Problem
		if p.Want != "" {
			detail += "; " + p.Want
		}
		path := keyPath(p.Key)
		if len(path) > 2 && path[0] == "providers" && path[1] == provider {
			if f.placeAt(v, path[2:], detail) {
				continue
			}
		}
		if p.Key != "" {
			detail = p.Key + ": " + detail
		}
		f.Problems = append(f.Problems, problemView{Detail: detail})
	}
	f.focus()
}

// placeAt shows a problem at the control of a setting, or at the closest one around it.
func (f *formView) placeAt(v *visitor, path []string, detail string) bool {
	var nearest *fieldView
	for _, x := range f.fields {
		if len(x.path) <= len(path) && strings.Join(x.path, "\x00") == strings.Join(path[:len(x.path)], "\x00") && (nearest == nil || len(x.path) > len(nearest.path)) {
			nearest = x
		}
	}
	problem := &problemView{Text: refusedWords(v, detail), Detail: detail}
	switch {
	case nearest == nil && path[0] == "secrets":
		problem.Text = v.T("configure.secrets-refused")
		f.SecretsProblem = problem
	case nearest == nil:
		return false
	case nearest.Problem != nil:
		nearest.Problem.Detail += "\n" + detail
	default:
		nearest.Problem = problem
	}
	return true
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
