package engine_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/engine"
)

func TestSecretIsNeverPrinted(t *testing.T) {
	t.Parallel()
	config := struct{ Secrets map[string]engine.Secret }{map[string]engine.Secret{"key": engine.NewSecret(keySecret)}}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%o"} {
		fmt.Fprintf(&out, verb+" "+verb+" "+verb+"\n", config, config.Secrets["key"], []engine.Secret{config.Secrets["key"]})
	}
	asJSON, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(asJSON)
	slog.New(slog.NewTextHandler(&out, nil)).Info("text", "config", config, "secret", config.Secrets["key"])
	slog.New(slog.NewJSONHandler(&out, nil)).Info("json", "config", config, "secret", config.Secrets["key"])
	if got := out.String(); strings.Contains(got, "S3CRET") || strings.Contains(got, fmt.Sprintf("%x", keySecret)) || !strings.Contains(got, "[secret]") {
		t.Errorf("printed:\n%s", got)
	}
}

//attack:secrets-masked an answer that repeats a secret
func TestSecretIsMaskedInAnswers(t *testing.T) {
	t.Parallel()
	e := openActor(t, vendor(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Echo", r.Header.Get("X-Key"))
		says(fmt.Sprintf(`{"echo": "invalid key %s / %x", "fields": {"name": "样本人"}}`, r.Header.Get("X-Key"), r.Header.Get("X-Key")))(w, r)
	}}))
	r, err := e.Recognize(t.Context(), act(t, "echo"))
	f := failure(t, r, err).Failure
	if f.VendorMessage != "invalid key *** / ***" || f.VendorCode != "***" || f.Message.String() != "read ***" {
		t.Errorf("the provider saw %q and %q, and said %q", f.VendorMessage, f.VendorCode, f.Message)
	}
}

//attack:data-nowhere answers, failures and messages that hold a card
func TestEngineLogsNoCardData(t *testing.T) {
	t.Parallel()
	const card = `{"fields": {"name": "赵样本", "sex": "男", "birth_date": "1990年3月7日", "year": 1990, "address": "样本省样本市样本路一号", "id_number": "11010119900307123X"}}`
	values := []string{"赵样本", "1990年3月7日", "1990-03-07", "样本省", "11010119900307123X", "19900307"}
	ocr := vendor(t, map[string]http.HandlerFunc{"/": says(card)})
	ids := new(scanner)
	other := vendor(t, map[string]http.HandlerFunc{"/": ids.ServeHTTP})
	e := open(t, func(c *engine.Config) {
		c.Providers = map[string]engine.ProviderConfig{"actor": actor(ocr), "jumdata": jumdata(other)}
	})
	for _, provider := range []string{"actor", "jumdata"} {
		for _, name := range []string{"log", "echo", "read"} {
			request := act(t, name)
			request.Provider = provider
			if _, err := e.Recognize(t.Context(), request); err != nil {
				for _, v := range values {
					if strings.Contains(err.Error(), v) {
						t.Errorf("%s, %s: the error shows %s: %v", provider, name, v, err)
					}
				}
			}
		}
	}
	log := e.log.String()
	if !strings.Contains(log, "provider says") || !strings.Contains(log, "/fields/name is ***") || !strings.Contains(log, "attempt") {
		t.Errorf("the log lacks what it should have:\n%s", log)
	}
	for _, v := range append(values, "样本人", "样本路") {
		if strings.Contains(log, v) {
			t.Errorf("the log shows %s:\n%s", v, log)
		}
	}
}

//attack:secrets-masked a failure that repeats a part of a value
func TestFailureHidesAValueThatIsCut(t *testing.T) {
	t.Parallel()
	name := strings.Repeat("样本", 600) // 3,600 bytes: the provider says "read " and this twice, which is more than is looked at
	e := openActor(t, vendor(t, map[string]http.HandlerFunc{"/": says(`{"fields": {"name": "` + name + `"}}`)}))
	r, err := e.Recognize(t.Context(), act(t, "echo twice"))
	if f := failure(t, r, err).Failure; strings.Contains(f.Message.String(), "样") || !strings.HasSuffix(f.Message.String(), "…") {
		t.Errorf("the error shows the name: %s", f.Message)
	}
}
