package engine_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// tokenVendor hands out numbered tokens and takes only those that it has not revoked.
type tokenVendor struct {
	mu       sync.Mutex
	expires  string // what expires_in says, as JSON
	padding  int    // makes tokens longer
	issued   int
	revoked  int // tokens up to this number
	uses     []string
	entrance chan struct{} // when set, a token is issued only once it is closed
}

func (v *tokenVendor) token(n int) string {
	return fmt.Sprintf("%s-%d%s", tokenSecret, n, strings.Repeat("x", v.padding))
}

func (v *tokenVendor) issue(w http.ResponseWriter, r *http.Request) {
	if v.entrance != nil {
		<-v.entrance
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.issued++
	w.Header().Set("X-Token", v.token(v.issued))
	says(fmt.Sprintf(`{"access_token": %q, "again": "Bearer %s", "expires_in": %s}`, v.token(v.issued), v.token(v.issued), v.expires))(w, r)
}

func (v *tokenVendor) read(w http.ResponseWriter, r *http.Request) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.uses = append(v.uses, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "+tokenSecret))
	for n := 1; n <= v.revoked; n++ {
		if r.Header.Get("Authorization") == "Bearer "+v.token(n) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
	}
	says(goodCard)(w, r)
}

func openTokens(t *testing.T, v *tokenVendor) *bench {
	return openActor(t, vendor(t, map[string]http.HandlerFunc{"/token": v.issue, "/read": v.read}))
}

func TestExchangeCapturesUsesAndRenewsAToken(t *testing.T) {
	t.Parallel()
	v := &tokenVendor{expires: "3600"}
	e := openTokens(t, v)
	read := func() {
		t.Helper()
		if _, err := e.Recognize(t.Context(), act(t, "token")); err != nil {
			t.Error(err)
		}
	}
	read()
	e.clock.Forward(time.Hour - time.Minute - time.Second)
	read() // the token is good for one more second
	e.clock.Forward(time.Second)
	read() // the margin has begun
	v.revoked = 2
	read() // refused, forgotten, fetched again
	read()
	if diff := cmp.Diff([]string{"-1", "-1", "-2", "-2", "-3", "-3"}, v.uses); diff != "" {
		t.Errorf("tokens used (-want +got):\n%s", diff)
	}
	v.revoked = 100
	r, err := e.Recognize(t.Context(), act(t, "token"))
	if f := failure(t, r, err); verdict(f.Failure) != "permission_denied, billed no, fault operator, fail over" || v.issued != 4 {
		t.Errorf("%d tokens issued, got %s", v.issued, verdict(f.Failure))
	}
}

func TestExchangeUsesATokenThatCannotBeCached(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]*tokenVendor{
		"a life within the margin":    {expires: "30"},
		"a life that is not a time":   {expires: `"soon"`},
		"a life without end":          {expires: "1e300"},
		"a negative life":             {expires: "-5"},
		"a life that is not a number": {expires: `"NaN"`},
	} {
		t.Run(name, func(t *testing.T) {
			e := openTokens(t, v)
			for range 2 {
				if _, err := e.Recognize(t.Context(), act(t, "token")); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff([]string{"-1", "-2"}, v.uses); diff != "" {
				t.Errorf("tokens used (-want +got):\n%s", diff)
			}
		})
	}
}

func TestExchangeHidesTokensOfAnyLengthFromTheProvider(t *testing.T) {
	t.Parallel()
	v := &tokenVendor{expires: "3600", padding: 5000}
	e := openTokens(t, v)
	for range 2 { // from the vendor, then as it was kept
		if _, err := e.Recognize(t.Context(), act(t, "token")); err != nil {
			t.Fatal(err)
		}
	}
	if v.issued != 1 {
		t.Errorf("%d tokens issued, want 1", v.issued)
	}
}

func TestExchangeFetchesATokenOnceForConcurrentCalls(t *testing.T) {
	t.Parallel()
	v := &tokenVendor{expires: "3600", entrance: make(chan struct{})}
	e := openTokens(t, v)
	var calls sync.WaitGroup
	for i := range 20 {
		calls.Go(func() {
			request := act(t, "token")
			request.Tenant = strconv.Itoa(i) // equal requests of one tenant would be one call
			if _, err := e.Recognize(t.Context(), request); err != nil {
				t.Error(err)
			}
		})
	}
	close(v.entrance)
	calls.Wait()
	if v.issued != 1 || len(v.uses) != 20 {
		t.Errorf("%d tokens issued for %d uses, want 1 for 20", v.issued, len(v.uses))
	}
}

func TestExchangeRecallsAnAnswerWithItsLongTexts(t *testing.T) {
	t.Parallel()
	asked := 0
	e := openActor(t, vendor(t, map[string]http.HandlerFunc{"/read": func(w http.ResponseWriter, r *http.Request) {
		asked++
		says(`{"fields": {"name": "样本人", "note": "`+strings.Repeat("n", 5000)+`"}}`)(w, r)
	}}))
	var results []string
	for range 2 {
		r, err := e.Recognize(t.Context(), act(t, "cached"))
		if err != nil {
			t.Fatal(err)
		}
		b, _ := json.Marshal(r.Fields)
		results = append(results, string(b), r.Attempts[0].Billed.String())
	}
	if asked != 1 || results[0] != results[2] {
		t.Errorf("the vendor was asked %d times; results %v", asked, results)
	}
	if results[1] != "unknown" || results[3] != "no" {
		t.Errorf("billed %s, then %s; want unknown, then no, since nothing was sent", results[1], results[3])
	}
}
