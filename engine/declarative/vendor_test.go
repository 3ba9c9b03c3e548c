package declarative_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/declarative"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
)

const specimen = "../../plugins/showapi/testdata/card.jpg"

// open opens an engine with one provider file, whose vendor is the handler.
func open(t *testing.T, file string, secrets map[string]string, vendor http.HandlerFunc) *engine.Engine {
	t.Helper()
	server := httptest.NewServer(vendor)
	t.Cleanup(server.Close)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, filepath.Base(file)), text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := trust.Approve(dir); err != nil {
		t.Fatal(err)
	}
	provider := engine.ProviderConfig{Config: map[string]any{"endpoint": server.URL + "/prefix"}, Secrets: map[string]engine.Secret{}}
	for name, text := range secrets {
		provider.Secrets[name] = engine.NewSecret(text)
	}
	name, _, _ := strings.Cut(filepath.Base(file), ".")
	e, err := engine.Open(t.Context(), engine.Config{
		Plugins: dir, Runtimes: []engine.Runtime{declarative.New()},
		Providers: map[string]engine.ProviderConfig{name: provider},
		Now:       func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return e
}

func picture(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile(specimen)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func mac(key []byte, data string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(data))
	return h.Sum(nil)
}

// tokens is the vendor of testdata/tokens.provider.yaml.
type tokens struct {
	t             *testing.T
	token         string // the one that is good
	given, called int
	image         []byte
}

func (v *tokens) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		v.t.Error(err)
	}
	switch r.URL.Path {
	case "/prefix/oauth/token":
		if r.URL.RawQuery != "grant_type=client_credentials&client_id=id-1" || string(body) != "client_secret=secret+1" {
			fmt.Fprint(w, `{"error": "invalid_client", "error_description": "unknown"}`)
			return
		}
		v.given++
		v.token = fmt.Sprintf("token-%d", v.given)
		fmt.Fprintf(w, `{"access_token": %q, "expires_in": 3600}`, v.token)
	case "/prefix/v1/read":
		v.called++
		w.Header().Set("X-Request-Id", "call-1")
		io.WriteString(w, v.read(r, body)) // a lost client shows in the result
	default:
		v.t.Errorf("%s was asked for", r.URL.Path)
	}
}

func (v *tokens) read(r *http.Request, body []byte) string {
	sum := sha256.Sum256(body)
	toSign := "POST\n" + r.Host + "\n/prefix/v1/read\n2026-01-02T03:04:05Z\n" + hex.EncodeToString(sum[:])
	want := "V1 " + base64.StdEncoding.EncodeToString(mac(mac([]byte("V1secret 1"), "20260102"), toSign))
	switch {
	case r.Header.Get("X-Token") != v.token:
		return `{"error": 110, "reason": "token"}`
	case r.Header.Get("Authorization") != want || r.Header.Get("X-Date") != "2026-01-02T03:04:05Z":
		return `{"error": 120, "reason": "signature"}`
	}
	wantBody := fmt.Sprintf(`{"image":%q,"options":{"region":"cn","detect":true,"limit":3,"when":1767323045000,"extras":["portrait","a b"]}}`,
		base64.StdEncoding.EncodeToString(v.image))
	if diff := cmp.Diff(wantBody, string(body)); diff != "" {
		v.t.Error(diff)
	}
	return `{"error": "0", "items": [{"label": "备注", "value": "x"}, {"label": "姓名", "value": "样本张三"}, {"label": "公民身份号码", "value": "11010119900307803X"}]}`
}

func TestATokenIsFetchedOnceKeptAndRenewedWhenItIsRefused(t *testing.T) {
	v := &tokens{t: t, image: picture(t)}
	e := open(t, "testdata/tokens.provider.yaml", map[string]string{"client_id": "id-1", "client_secret": "secret 1"}, v.ServeHTTP)
	request := engine.Request{Picture: engine.Bytes(v.image), Extras: []string{"portrait"}, Options: map[string]any{"more": "a b"}}
	read := func() {
		t.Helper()
		got, err := e.Recognize(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		if got.Fields["name"].Value != "样本张三" || got.Side != abi.SideFront || got.Attempts[0].VendorRequestID != "call-1" {
			t.Errorf("got %+v", got)
		}
	}
	read()
	read()
	if v.given != 1 || v.called != 2 {
		t.Errorf("%d tokens for %d calls", v.given, v.called)
	}
	v.token = "another" // the vendor forgets it
	read()
	if v.given != 2 || v.called != 4 {
		t.Errorf("%d tokens for %d calls", v.given, v.called)
	}
}

func TestATokenThatIsRefusedTwiceIsAFailure(t *testing.T) {
	calls := 0
	vendor := func(w http.ResponseWriter, r *http.Request) {
		if calls++; strings.HasSuffix(r.URL.Path, "token") {
			io.WriteString(w, `{"access_token": "t", "expires_in": 3600}`) // a lost client shows in the result
			return
		}
		io.WriteString(w, `{"error": 110, "reason": "no"}`) // a lost client shows in the result
	}
	e := open(t, "testdata/tokens.provider.yaml", map[string]string{"client_id": "id-1", "client_secret": "secret 1"}, vendor)
	_, err := e.Recognize(t.Context(), engine.Request{Picture: engine.Bytes(picture(t))})
	var failed *engine.Error
	if !errors.As(err, &failed) || failed.Failure.Kind != abi.FailureKindUnauthenticated || failed.Failure.VendorCode != "110" || calls != 4 {
		t.Errorf("after %d calls: %v", calls, err)
	}
}

func TestARefusedSignatureShowsWhatWasSigned(t *testing.T) {
	v := &tokens{t: t, image: picture(t)}
	e := open(t, "testdata/tokens.provider.yaml", map[string]string{"client_id": "id-1", "client_secret": "secret 1"}, func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("X-Date", "wrong")
		v.ServeHTTP(w, r)
	})
	_, err := e.Recognize(t.Context(), engine.Request{Picture: engine.Bytes(v.image)})
	var failed *engine.Error
	if !errors.As(err, &failed) || !strings.Contains(failed.Failure.Message.String(), "/prefix/v1/read#2026-01-02T03:04:05Z#{sha256 of the body}") {
		t.Errorf("the failure is %v", err)
	}
}

func TestTheExampleReadsACard(t *testing.T) {
	image := picture(t)
	vendor := func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		form := r.PostForm
		data := "app_key=" + form.Get("app_key") + "&image=" + form.Get("image") + "&nonce=" + form.Get("nonce") + "&side=front&timestamp=1767323045"
		if sign := hex.EncodeToString(mac([]byte("app secret"), data)); r.URL.Path != "/prefix/v1/idcard" || form.Get("sign") != sign || form.Has("image_url") {
			t.Errorf("%s: %v", r.URL, form)
		}
		io.WriteString(w, `{"code": 0, "request_id": "r-1", "data": {"side": "face", "turned": "right", "copied": false, "quality": "fair", "remark": "x",
			"name": {"text": "样本张三", "score": 98, "polygon": [[1, 2], [3, 2], [3, 4], [1, 4]]},
			"number": {"text": "11010119900307803X", "score": 120, "valid": false},
			"boxes": [{"type": "logo", "x": 1, "y": 1, "w": 1, "h": 1}, {"type": "face", "x": 5, "y": 6, "w": 7, "h": 8}]}}`) // a lost client shows in the result
	}
	e := open(t, "../../examples/provider-declarative/acme.provider.yaml", map[string]string{"app_key": "k", "app_secret": "app secret"}, vendor)
	got, err := e.Recognize(t.Context(), engine.Request{Picture: engine.Bytes(image), Side: abi.SideFront})
	if err != nil {
		t.Fatal(err)
	}
	got.Attempts, got.Checks = nil, nil
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"document":"cn.idcard","side":"front","fields":{"id_number":{"value":"11010119900307803X","text":"11010119900307803X","flags":["uncertain"],"provider":"acme"},` +
		`"name":{"value":"样本张三","text":"样本张三","confidence":0.98,"polygon":[[1,2],[3,2],[3,4],[1,4]],"provider":"acme"}},` +
		`"portrait":{"polygon":[[5,6],[12,6],[12,14],[5,14]]},"rotation":90,"signals":{"copy":{"state":"no","vendor_code":"false"}},"extras":{"remark":"x"},"attempts":null}`
	var a, b any
	if err := errors.Join(json.Unmarshal([]byte(want), &a), json.Unmarshal(text, &b)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error(diff)
	}
}
