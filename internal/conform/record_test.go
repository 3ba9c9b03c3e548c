package conform_test

import (
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/internal/conform"
	"github.com/ocrmux/ocrmux/internal/plugintest"
)

// live starts a vendor that answers by path.
func live(t *testing.T, answers map[string]string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasPrefix(answers[r.URL.Path], "<") {
			w.Header().Set("Content-Type", "application/xml; charset=utf-8")
		}
		w.Header().Set("X-Trace", "trace-of-the-account")
		w.Header().Set("X-Kept", "account-4711-kept")
		_, _ = io.WriteString(w, answers[r.URL.Path])
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func record(t *testing.T, file string, r conform.Recording) (*conform.Recorded, error) {
	t.Helper()
	picture, err := os.ReadFile("testdata/card.jpg")
	if err != nil {
		t.Fatal(err)
	}
	r.Name, r.Picture, r.PictureName = "recorded", picture, "card.jpg"
	r.Now, r.Random = time.Date(2026, 1, 2, 3, 4, 5, 678_901_234, time.UTC), rand.Reader
	return conform.Record(t.Context(), file, r, conform.Options{Cache: plugins.cache})
}

// provider builds one of the shipped providers.
func provider(t *testing.T, name string) string {
	t.Helper()
	return plugintest.WASM(t, filepath.Join("../../plugins", name), t.TempDir())
}

// The persons in these answers are invented (SPECIMEN 样本).
func TestRecordingsHoldNoSecretAndNoField(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		provider string
		secrets  map[string]string
		config   map[string]any
		answers  map[string]string
		never    []string // in addition to the secrets
		has      []string
	}{
		{
			provider: "jumdata",
			secrets:  map[string]string{"app_id": "account-4711", "app_secret": "correct horse battery"},
			answers: map[string]string{"/ocr/idcard-v1": `{"code": 200, "msg": "成功", "taskNo": "65605503936940344488", "charge": true, "data": {"result": 0, "side": "front",
				"info": {"number": "330106198512019996", "name": "样本欧阳", "address": "浙江省杭州市西湖区样例路99号", "year": "1985", "month": "12", "day": "1", "nation": "汉族", "sex": "女"},
				"validity": {"birthday": true, "number": true, "address": true, "sex": true, "name": true}, "echo": "account-4711, 样本欧阳 of 浙江省杭州市西湖区样例路99号", "face": "` + strings.Repeat("QUJD", 100) + `"}}`},
			never: []string{"330106198512019996", "19851201", "欧阳", "西湖", "1985", "65605503936940344488", "QUJDQUJD", "trace-of"},
			has: []string{
				`"number": "11010119900307803X"`, `"name": "样本张三"`, `"year": "1990", "month": "3", "day": "7"`, `"nation": "汉族", "sex": "男"`,
				`"code": 200, "msg": "成功"`, `"echo": "dummy-app_id, 样本张三 of 北京市东城区样本胡同1号"`, "X-Kept: dummy-app_id-kept",
				`"app_secret":"dummy-app_secret"`, `"now":"2026-01-02T03:04:05.678Z"`, `"value": "1990-03-07"`, "{image:raw}",
			},
		},
		{
			provider: "wapi",
			secrets:  map[string]string{"app_id": "account-4711", "app_secret": "correct horse battery"},
			config:   map[string]any{"format": "xml"},
			answers: map[string]string{"/pyi/76/194": `<?xml version="1.0" encoding="utf-8"?><root><codeid>10000</codeid><message>OK</message><retdata>` +
				`<签发机关>杭州市公安局样例分局</签发机关><签发日期>20110202</签发日期><失效日期>20310202</失效日期></retdata></root>`},
			never: []string{"杭州", "20110202", "20310202", "2011-02-02"},
			has:   []string{"<签发机关>样本市公安局</签发机关><签发日期>20190806</签发日期><失效日期>20390806</失效日期>", `"value": "2039-08-06"`},
		},
		{
			provider: "baidu",
			secrets:  map[string]string{"client_id": "account-4711", "client_secret": "correct horse battery"},
			answers: map[string]string{
				"/oauth/2.0/token": `{"refresh_token": "25.refresh", "expires_in": 2592000, "session_key": "a-session-key", "access_token": "24.the-real-token", "session_secret": "a-session-secret"}`,
				"/rest/2.0/ocr/v1/idcard": `{"log_id": 1559208562721579319, "direction": 0, "image_status": "normal", "idcard_number_type": 1, "words_result": {
					"姓名": {"location": {"left": 156, "top": 60, "width": 96, "height": 34}, "words": "样欧阳"}, "公民身份号码": {"words": "330106198512019996"}, "出生": {"words": "19851201"}}, "words_result_num": 3}`,
			},
			never: []string{"25.refresh", "a-session", "the-real-token", "1559208562721579319", "欧阳", "330106", "19851201"},
			has:   []string{"access_token=dummy-access_token", `"access_token": "dummy-access_token"`, `"expires_in": 2592000`, `"left": 156`, `"words": "样本张"`, `"words": "19900307"`},
		},
	} {
		t.Run(tt.provider, func(t *testing.T) {
			if testing.Short() && tt.provider != "jumdata" {
				t.Skip("builds another provider; jumdata covers the path")
			}
			t.Parallel()
			file := provider(t, tt.provider)
			config := map[string]any{"endpoint": live(t, tt.answers)}
			for k, v := range tt.config {
				config[k] = v
			}
			recorded, err := record(t, file, conform.Recording{Config: config, Secrets: tt.secrets, Headers: []string{"X-Kept"}})
			if err != nil {
				t.Fatal(err)
			}
			text := string(recorded.Text)
			never := append([]string{"127.0.0.1"}, tt.never...)
			for _, secret := range tt.secrets {
				never = append(never, secret)
			}
			for _, s := range never {
				if strings.Contains(text, s) || strings.Contains(strings.Join(recorded.Replaced, "\n"), s) {
					t.Errorf("it contains %q:\n%s", s, text)
				}
			}
			for _, s := range tt.has {
				if !strings.Contains(text, s) {
					t.Errorf("it lacks %q:\n%s", s, text)
				}
			}
			if recorded.Outcome != "recognized" {
				t.Errorf("the outcome is %s", recorded.Outcome)
			}
			passes(t, file, recorded)
		})
	}
}

// passes plays a recording with the plugin.
func passes(t *testing.T, file string, recorded *conform.Recorded) {
	t.Helper()
	dir := t.TempDir()
	picture, err := os.ReadFile("testdata/card.jpg")
	if err == nil {
		err = errors.Join(os.WriteFile(filepath.Join(dir, "card.jpg"), picture, 0o600), os.WriteFile(filepath.Join(dir, "recorded.txtar"), recorded.Text, 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, file, conform.Options{Exchanges: dir})
	for _, x := range s.Exchanges() {
		for _, p := range x.Problems {
			t.Error(p)
		}
	}
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestRecordingsOfFailures(t *testing.T) {
	t.Parallel()
	endpoint := live(t, map[string]string{"/idcard": `{"code": 2, "message": "too many"}`})
	recorded, err := record(t, plugins.module, conform.Recording{
		Config: map[string]any{"endpoint": endpoint}, Secrets: map[string]string{"app_key": "account-4711", "app_secret": "correct horse battery"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if recorded.Outcome != "rate_limited" || len(recorded.Replaced) != 0 {
		t.Errorf("%+v", recorded)
	}
	passes(t, plugins.module, recorded)
}

func TestRecordingsThatAreRefused(t *testing.T) {
	t.Parallel()
	secrets := map[string]string{"app_key": "account-4711", "app_secret": "correct horse battery"}
	for name, tt := range map[string]struct {
		answer  string
		secrets map[string]string
		says    string
	}{
		"nobody answers":                   {"", nil, "the vendor did not answer every request"},
		"an answer of bytes":               {"\x00\xff", secrets, "the answer is not UTF-8"},
		"a key without a dummy":            {`{"code": 1}`, map[string]string{"app_key": "x", "app_secret": "-----BEGIN PRIVATE KEY-----"}, "give a dummy key"},
		"a name of a member that was read": {`{"code": 0, "name": "样本欧阳", "of": {"样本欧阳": 1}}`, secrets, "the field name"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			endpoint := "http://127.0.0.1:1"
			if tt.answer != "" {
				endpoint = live(t, map[string]string{"/idcard": tt.answer})
			} else {
				tt.secrets = secrets
			}
			recorded, err := record(t, plugins.module, conform.Recording{Config: map[string]any{"endpoint": endpoint}, Secrets: tt.secrets})
			if err == nil {
				t.Fatalf("it is recorded:\n%s", recorded.Text)
			}
			if !errors.Is(err, conform.ErrNotRecorded) && !errors.Is(err, conform.ErrLeak) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("the error is %v", err)
			}
			for _, s := range []string{"欧阳", "correct horse", "account-4711"} {
				if strings.Contains(err.Error(), s) {
					t.Errorf("the error contains %s", s)
				}
			}
		})
	}
}
