package distribution_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/host/internal/distribution"
	"github.com/ocrmux/ocrmux/internal/terminal"
)

// pullFrom pulls from a registry that answers as the handler does.
func pullFrom(t *testing.T, access distribution.Access, h http.HandlerFunc) error {
	t.Helper()
	s := httptest.NewServer(h)
	defer s.Close()
	ref, err := distribution.ParseReference(strings.TrimPrefix(s.URL, "http://") + "/ocr/x:1")
	if err != nil {
		t.Fatal(err)
	}
	access.PlainHTTP, access.Username, access.Password = true, "u", "p"
	r, err := distribution.Open(ref, access)
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Pull(t.Context(), t.TempDir(), distribution.PullOptions{Platform: distribution.Here()})
	if err == nil {
		t.Fatal("the pull succeeds")
	}
	return err
}

func TestPullGoesOnlyWhereItMay(t *testing.T) {
	t.Parallel()
	unwanted := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request arrived where none may go") }))
	defer unwanted.Close()
	for name, h := range map[string]http.HandlerFunc{
		//attack-each:supply-requests
		"a registry that redirects to plain http":         http.RedirectHandler("http://cdn.example/", http.StatusTemporaryRedirect).ServeHTTP,
		"a registry that redirects to this machine":       http.RedirectHandler(unwanted.URL, http.StatusTemporaryRedirect).ServeHTTP,
		"a registry that redirects to a metadata service": http.RedirectHandler("https://169.254.169.254/", http.StatusTemporaryRedirect).ServeHTTP,
		"a registry that sends the password to this machine": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="`+unwanted.URL+`/token",service="x"`)
			w.WriteHeader(http.StatusUnauthorized)
		},
		"a registry that sends the password to a metadata service": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="https://[64:ff9b::a9fe:a9fe]/token",service="x"`)
			w.WriteHeader(http.StatusUnauthorized)
		},
	} {
		t.Run(name, func(t *testing.T) {
			if cause, text := causeOf(t, pullFrom(t, distribution.Access{}, h)); cause != distribution.Refused {
				t.Errorf("%s: %s", cause, text)
			}
		})
	}
}

func TestPullGoesWhereTheOperatorAllows(t *testing.T) {
	t.Parallel()
	reached := false
	storage := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reached = true
		w.WriteHeader(http.StatusNotFound)
	}))
	defer storage.Close()
	cause, text := causeOf(t, pullFrom(t, distribution.Access{Allow: []string{storage.URL}}, http.RedirectHandler(storage.URL, http.StatusTemporaryRedirect).ServeHTTP))
	if !reached || cause != distribution.NotFound {
		t.Errorf("reached: %v, %s: %s", reached, cause, text)
	}
}

//attack:supply-requests a registry that never answers
func TestPullEndsInTime(t *testing.T) {
	t.Parallel()
	err := pullFrom(t, distribution.Access{Timeout: 20 * time.Millisecond}, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

//attack:supply-text a registry whose error fakes a line of success
func TestPullShowsARegistrysErrorInOneLine(t *testing.T) {
	t.Parallel()
	const fake = `{"errors":[{"code":"DENIED","message":"no\r\u001b[2Kx 1.0.0: pinned to r\nx 1.0.0: pinned to r \u202e"}]}`
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusBadRequest} {
		_, text := causeOf(t, pullFrom(t, distribution.Access{}, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			if r.Method != http.MethodHead {
				_, _ = w.Write([]byte(fake))
			}
		}))
		if !terminal.Visible(text) {
			t.Errorf("%d: %+q", status, text)
		}
	}
}
