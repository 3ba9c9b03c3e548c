package jetstream_test

import (
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine/store/jetstream"
)

func TestConfigAllowsWhatIsEncryptedOrStaysHere(t *testing.T) {
	t.Parallel()
	for _, cfg := range []jetstream.Config{
		{URL: "tls://nats.internal:4222"}, {URL: "wss://nats.internal,tls://10.0.0.1:4222"}, {URL: "nats://localhost:4222"}, {URL: "nats://[::1]:4222"},
		{URL: "ws://127.0.0.1"}, {URL: "nats://nats.internal:4222", AllowPlaintext: true},
	} {
		if err := cfg.Check(); err != nil {
			t.Errorf("%s: %v", cfg.URL, err)
		}
	}
}

//attack:state-clear a server, or somebody before it, that says it has no TLS
func TestStoreSendsNothingToAServerWithoutTheTLSThatItsSchemeRequires(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	heard := make(chan string, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			close(heard)
			return
		}
		_, _ = io.WriteString(c, `INFO {"server_id":"x","version":"2.11.0","max_payload":1048576,"proto":1}`+"\r\n")
		text, _ := io.ReadAll(c) // until the client hangs up
		heard <- string(text)
	}()
	_, err = jetstream.Open(t.Context(), jetstream.Config{URL: "tls://" + l.Addr().String(), Auth: jetstream.Auth{User: "me", Password: "hush"}, Timeout: time.Second})
	_ = l.Close()
	if text := <-heard; err == nil || strings.Contains(text, "hush") || strings.Contains(text, "CONNECT") {
		t.Errorf("the server heard %q: %v", text, err)
	}
}

//attack:state-secret a web socket's path with a token
func TestPlaceHasNothingBehindTheHost(t *testing.T) {
	t.Parallel()
	cfg := jetstream.Config{URL: "ws://127.0.0.1:1/s3cret, wss://localhost:1/s3cret", Timeout: time.Second}
	if got, want := cfg.Place(), "ws://127.0.0.1:1,wss://localhost:1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	_, err := jetstream.Open(t.Context(), cfg)
	for ; err != nil; err = errors.Unwrap(err) {
		if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("the error shows the path: %v", err)
		}
	}
	if got := (jetstream.Config{Dir: "state"}).Place(); got != "state" {
		t.Errorf("got %q", got)
	}
}
