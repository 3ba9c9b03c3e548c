package engine_test

import (
	"net"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/ocrmux/ocrmux/engine"
)

// answersWith answers with a status and a page that is not the vendor's.
func answersWith(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<html>no</html>"))
	}
}

func TestAttemptIsBilledAsTheWorstOfItsExchanges(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		act    string // what the plugin says of the first exchange
		status int    // of the answer to the second; 0 for none
		want   engine.Billed
	}{
		{"two exchanges, no", 503, engine.BilledNo},
		{"two exchanges, no", 429, engine.BilledNo},
		{"two exchanges, no", 502, engine.BilledUnknown},
		{"two exchanges, no", 0, engine.BilledUnknown},
		{"two exchanges, cached", 503, engine.BilledNo},
		{"two exchanges, unknown", 503, engine.BilledUnknown},
		{"two exchanges, unknown", 429, engine.BilledUnknown},
		{"two exchanges, unknown", 200, engine.BilledUnknown},
		{"two exchanges, yes", 503, engine.BilledYes},
		{"two exchanges, yes", 429, engine.BilledYes},
		{"two exchanges, yes", 502, engine.BilledYes},
		{"two exchanges, yes", 200, engine.BilledYes},
		{"two exchanges, yes", 0, engine.BilledYes},
	} {
		second := answersWith(c.status)
		if c.status == 0 {
			second = func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
		}
		var asked atomic.Int32
		e := openActor(t, vendor(t, map[string]http.HandlerFunc{"/first": says(`{}`), "/read": func(w http.ResponseWriter, r *http.Request) { asked.Add(1); second(w, r) }}))
		r, err := e.Recognize(t.Context(), act(t, c.act))
		f := failure(t, r, err).Failure
		if f.Billed != c.want || f.Retryable && f.Billed != engine.BilledNo {
			t.Errorf("%s, then %d: billed %s, retryable %t; want billed %s", c.act, c.status, f.Billed, f.Retryable, c.want)
		}
		if c.want != engine.BilledNo && asked.Load() != 1 {
			t.Errorf("%s, then %d: the vendor was asked %d times", c.act, c.status, asked.Load())
		}
	}
}

func TestAttemptThatSendsNoSecondRequestIsBilledForTheFirst(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		act  string
		want engine.Billed
	}{{"two exchanges, no", engine.BilledNo}, {"two exchanges, unknown", engine.BilledUnknown}, {"two exchanges, yes", engine.BilledYes}} {
		var server *http.Server
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		server = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_ = l.Close() // nobody listens for the second request
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Connection", "close")
			_, _ = w.Write([]byte("{}"))
		})}
		go func() { _ = server.Serve(l) }()
		t.Cleanup(func() { _ = server.Close() })
		r, err := openActor(t, "http://"+l.Addr().String()).Recognize(t.Context(), act(t, c.act))
		if f := failure(t, r, err).Failure; f.Billed != c.want || f.Retryable != (c.want == engine.BilledNo) {
			t.Errorf("%s: billed %s, retryable %t", c.act, f.Billed, f.Retryable)
		}
	}
}
