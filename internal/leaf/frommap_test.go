package leaf_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/internal/leaf"
)

func TestFromMap(t *testing.T) {
	long := strings.Repeat("x", 5000)
	pointed := 5
	config := map[string]any{
		"b":        map[string]any{"z": 1, "a/~": true, "m": map[any]any{1: "one", true: "yes"}},
		"a":        []any{"x", nil, 2.50, int64(-3), uint8(4), map[string]any{}, []string{}, []string{"y"}},
		"endpoint": "https://api.example.com",
		"number":   json.Number("1.50"),
		"large":    1e21,
		"nan":      math.NaN(),
		"day":      time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC),
		"pointer":  &pointed,
		"long":     long,
	}
	want := []string{
		`/a/0 string "x"`, `/a/1 null ""`, `/a/2 number "2.5"`, `/a/3 number "-3"`, `/a/4 number "4"`, `/a/5 empty_object ""`,
		`/a/6 empty_array ""`, `/a/7/0 string "y"`, `/b/a~1~0 bool "true"`, `/b/m/1 string "one"`, `/b/m/true string "yes"`,
		`/b/z number "1"`, `/day string "2026-01-02T00:00:00Z"`, `/endpoint string "https://api.example.com"`, `/large number "1e+21"`,
		`/long string "` + long + `"`, `/nan string "NaN"`, `/number number "1.50"`, `/pointer number "5"`,
	}
	if diff := cmp.Diff(want, lines(leaf.Answer{Leaves: leaf.FromMap(config)})); diff != "" {
		t.Error(diff)
	}
	if got := leaf.FromMap(nil); got != nil {
		t.Errorf("an empty configuration has leaves: %v", got)
	}
}
