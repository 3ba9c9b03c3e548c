package conform

import (
	"bytes"
	"context"
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/leaf"
	"github.com/ocrmux/ocrmux/internal/value"
)

func checkSecrets(ctx context.Context, s *Subject, o *Outcome) error {
	if len(s.tracks) == 0 || len(s.Plugin.Manifest.Secrets) == 0 {
		o.inapplicable("no exchange has a secret")
		return nil
	}
	o.looked(len(s.tracks), "exchange")
	for _, t := range s.tracks {
		for _, st := range t.steps {
			for _, r := range requestsOf(st) {
				s.checkUses(t.golden.Name, r, o)
			}
		}
		s.searchSecrets(t, t.steps, "", o)
	}
	return s.echo(ctx, o)
}

func (s *Subject) checkUses(where string, r *abi.HTTPRequest, o *Outcome) {
	for _, u := range usesIn(r) {
		i := slices.IndexFunc(s.Plugin.Manifest.Secrets, func(spec abi.SecretSpec) bool { return spec.Name == u.name })
		switch {
		case i < 0:
			o.wrong(where, "declare it", "%s holds a secret that the manifest does not declare", u.place)
		case !slices.Contains(s.Plugin.Manifest.Secrets[i].Uses, u.use):
			o.wrong(where, "put it where its uses allow, or list the use if the vendor's document requires it", "%s holds the secret %s as %q, which its uses do not list", u.place, u.name, u.use)
		}
	}
}

// searchSecrets looks for the text of a secret, in any encoding, in everything that a plugin returned.
func (s *Subject) searchSecrets(t *track, steps []step, how string, o *Outcome) {
	for name, text := range s.secretTexts(t) {
		mask := value.NewMask([]byte(text))
		for i, st := range steps {
			said := [][]byte{st.out}
			for _, c := range st.calls {
				said = append(said, []byte(asked(c.call)))
			}
			if slices.ContainsFunc(said, func(b []byte) bool { return !bytes.Equal(mask.Bytes(b), b) }) {
				o.wrong(t.golden.Name, "name secrets, and never write their texts", "step %d contains the text of the secret %s%s", i+1, name, how)
			}
		}
	}
}

// secretTexts returns the secrets of an exchange, including those captured from its answers. It leaves out identifiers and
// texts of under four bytes, which occur by chance.
func (s *Subject) secretTexts(t *track) map[string]string {
	out := map[string]string{}
	for _, spec := range s.Plugin.Manifest.Secrets {
		if text := t.golden.call.Secrets[spec.Name]; len(text) >= 4 && !spec.Identifier {
			out[spec.Name] = text
		}
	}
	n := 0
	for _, st := range t.steps {
		a := st.action()
		if a == nil || a.Exchange == nil {
			continue
		}
		n++
		given := t.golden.answer(n)
		flat, err := leaf.Flatten(given.header.Get("Content-Type"), []byte(given.body), leaf.Options{})
		if err != nil {
			continue
		}
		for _, c := range a.Exchange.Capture {
			for _, l := range flat.Leaves {
				if l.Path == c.Pointer && len(l.Value) >= 4 {
					out[c.Secret] = l.Value
				}
			}
		}
	}
	return out
}

// echo plays an exchange with a vendor that repeats a secret in every text of its answer.
func (s *Subject) echo(ctx context.Context, o *Outcome) error {
	t := s.recognized()
	if t == nil {
		return nil
	}
	for _, name := range sortedKeys(s.secretTexts(t)) {
		text := s.secretTexts(t)[name]
		played, err := s.play(ctx, t.golden, func(n int) answer {
			a := t.golden.answer(n)
			a.header = a.header.Clone()
			a.header.Set("X-Echo", text)
			if edited, ok := editJSON(a.body, func(_, _ string, isText bool) (string, bool) { return text, isText }); ok {
				a.body = edited
			}
			return a
		})
		if err != nil {
			return err
		}
		s.searchSecrets(t, played.steps, ", which the vendor repeated", o)
	}
	return nil
}
