package spell

import "testing"

func TestTheNearestWordIsFoundAndNoneThatIsFar(t *testing.T) {
	words := []string{"headers", "query", "form", "json"}
	for typed, want := range map[string]string{"header": "headers", "Qurey": "query", "jsno": "json", "multipart": "", "": ""} {
		if got := Nearest(typed, words); got != want {
			t.Errorf("%q is taken for %q, want %q", typed, got, want)
		}
	}
}
