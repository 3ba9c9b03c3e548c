package leaktest_test

import (
	"bytes"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/host/internal/telemetry/leaktest"
)

func TestTreasureIsFoundInEveryForm(t *testing.T) {
	t.Parallel()
	gold := leaktest.Treasure{"name": "赵样本", "number": "11010119900307123X", "birth date": "1990年3月7日"}
	gold.Hide("S3CRET-key-a1b2c3", "with \"quotes\" & <tags>\n")
	var picture []byte
	for i := range 200 {
		picture = append(picture, byte(i*i*31))
	}
	gold.HidePicture(picture)
	for what, text := range gold {
		var log bytes.Buffer
		slog.New(slog.NewTextHandler(&log, nil)).Info("leak", "text", text)
		slog.New(slog.NewJSONHandler(&log, nil)).Info("leak", "text", text)
		asText, asJSON, _ := strings.Cut(log.String(), "\n")
		for _, sink := range []string{text, asText, asJSON, url.QueryEscape(text)} {
			if !slices.Contains(gold.In(sink), what) || gold.Around(sink, what) == "" {
				t.Errorf("the %s is not found in %.200q", what, sink)
			}
		}
	}
	if got := gold.In("an attempt of a provider, task 41561"); len(got) > 0 {
		t.Errorf("%v are found where they are not", got)
	}
	if got := gold.Secrets(); len(got) != 6 {
		t.Errorf("the secrets are %v", got)
	}
}
