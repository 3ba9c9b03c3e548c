package config

import "testing"

// FuzzReadYAML: whatever a file or a variable holds, reading ends, and every setting has its place.
func FuzzReadYAML(f *testing.F) {
	for _, seed := range []string{"a: {b: [1, 2.5, true, null, 2020-01-01]}", "a: &x {b: 1}\nc: *x", "a: &a [*a]", "? [a]\n: b", "<<: {a: 1}", "- 1", "a: !!binary x", "\t", ""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, base := range [][]string{nil, {"a", "b"}} {
			l, problems := readYAML(text, "f", base, base != nil)
			if len(problems) == 0 {
				everySettingHasAPlace(t, l, l.tree, nil)
			}
		}
	})
}

func everySettingHasAPlace(t *testing.T, l *layer, v any, path []string) {
	if _, ok := (layers{l}).placeOf(path); !ok && len(path) > 1 {
		t.Errorf("%q has no place", path)
	}
	if m, ok := v.(map[string]any); ok {
		for key, inner := range m {
			everySettingHasAPlace(t, l, inner, append(path[:len(path):len(path)], key))
		}
	}
}

// FuzzEnvPath: a name that stands for a setting stands for exactly one, and is found back from it.
func FuzzEnvPath(f *testing.F) {
	for _, seed := range []string{"A__B", "A___B__C_D", "A____B", "__A", "A__", "_A__B", "a-b__c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		path, ok := envPath(name)
		if !ok {
			return
		}
		for _, key := range path {
			if key == "" || key[0] == '_' || key[len(key)-1] == '_' {
				t.Errorf("%q became %q", name, path)
			}
		}
	})
}
