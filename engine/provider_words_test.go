package engine_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/store"
)

// recordedLedger keeps what is written to the ledger.
type recordedLedger struct {
	store.Store
	mu      sync.Mutex
	records []string
}

func (s *recordedLedger) Append(topic string, record []byte, done func(error)) {
	s.mu.Lock()
	s.records = append(s.records, string(record))
	s.mu.Unlock()
	s.Store.Append(topic, record, done)
}

func (s *recordedLedger) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.records, "\n")
}

// said is a call's outcome wherever a vendor's words go.
func said(t *testing.T, act1 string, answer http.HandlerFunc) (result, log, ledger string, f *engine.Failure, attempts []engine.Attempt) {
	t.Helper()
	kept := &recordedLedger{Store: store.NewMemory()}
	x := vendor(t, map[string]http.HandlerFunc{"/": answer})
	e := open(t, func(c *engine.Config) {
		c.Store = kept
		c.Providers = map[string]engine.ProviderConfig{"actor": priced(&till{url: x}, 10_000)}
	})
	r, err := e.Recognize(t.Context(), act(t, act1))
	if err != nil {
		broken := failure(t, r, err)
		f, attempts = &broken.Failure, broken.Attempts
	} else {
		attempts = r.Attempts
	}
	text, jsonErr := json.Marshal(struct {
		Failure  *engine.Failure
		Attempts []engine.Attempt
	}{f, attempts})
	if jsonErr != nil {
		t.Fatal(jsonErr)
	}
	return string(text), e.log.String(), kept.text(), f, attempts
}

// TestVendorsRequestNumberHoldsNothingThatWasRead has the vendor write a card into its number of the request.
//
//attack:data-nowhere a request number that holds what was read
func TestVendorsRequestNumberHoldsNothingThatWasRead(t *testing.T) {
	t.Parallel()
	const card = `"fields": {"name": "赵样本", "birth_date": "1990年3月7日", "id_number": "11010119900307123X", "note": "SHOE-4711"}`
	for _, tt := range []struct{ name, id, want string }{
		{"an innocent one", "2024-05-06/task_1:a.b", "2024-05-06/task_1:a.b"},
		{"with a time", "00112220240506123456", "00112220240506123456"},
		{"with the name", "task-赵样本-1", "task-***-1"},
		{"with the name, escaped", "task-%E8%B5%B5%E6%A0%B7%E6%9C%AC-1", "task-***-1"},
		{"that is the name", "赵样本", "***"},
		{"that is the number", "11010119900307123X", "***"},
		{"with the number in lower case", "a11010119900307123xb", "a***b"},
		{"with the date of birth as it is normalized", "id.19900307.7", "id.***.7"},
		{"with another text of the answer", "no:shoe-4711", "no:***"},
		{"with blanks and line breaks", "a\\nb c\\u202ed", "a***b***c***d"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, log, ledger, _, attempts := said(t, "read", says(`{"id": "`+tt.id+`", `+card+`}`))
			if got := attempts[0].VendorRequestID; got != tt.want {
				t.Errorf("the caller gets %q, want %q", got, tt.want)
			}
			if !strings.Contains(ledger, tt.want) || !strings.Contains(log, tt.want) {
				t.Errorf("the ledger or the log lacks it:\n%s\n%s", ledger, log)
			}
			if tt.id != tt.want && (strings.Contains(ledger, tt.id) || strings.Contains(log, tt.id)) {
				t.Errorf("the ledger or the log shows it:\n%s\n%s", ledger, log)
			}
		})
	}
}

// TestVendorsWordsAboutAFailureHoldNothingElseOfTheAnswer has the vendor write a card into its message and code.
//
//attack:data-nowhere a vendor's message and code that hold what was read
func TestVendorsWordsAboutAFailureHoldNothingElseOfTheAnswer(t *testing.T) {
	t.Parallel()
	words := "赵样本 (1990-03-07) 的证件 11010119900307123X 已过期"
	answer := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Echo", "E7 11010119900307123X")
		says(`{"echo": "`+words+`", "fields": {"name": "赵样本", "birth": "1990-03-07"}}`)(w, r)
	}
	result, log, ledger, f, _ := said(t, "echo", answer)
	if f.VendorMessage != "*** (***) 的证件 *** 已过期" || f.VendorCode != "E7 ***" || f.Message.String() != "read ***" {
		t.Errorf("the failure says %q, %q and %q", f.VendorMessage, f.VendorCode, f.Message)
	}
	for where, text := range map[string]string{"result": result, "log": log, "ledger": ledger} {
		for _, v := range []string{"赵样本", "1990-03-07", "11010119900307123X"} {
			if strings.Contains(text, v) {
				t.Errorf("the %s shows %s:\n%s", where, v, text)
			}
		}
	}
	_, _, _, f, _ = said(t, "echo", says(`{"echo": "余额不足 4711", "fields": {"name": "赵样本"}}`))
	if f.VendorMessage != "余额不足 4711" {
		t.Errorf("an innocent message becomes %q", f.VendorMessage)
	}
}

// TestRequestNumberOfAFailureIsRedacted does it where no field was read.
//
//attack:data-nowhere a request number of a failure that holds a card
func TestRequestNumberOfAFailureIsRedacted(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"that the provider reports":  `{"kind": "unreadable", "id": "task-赵样本-11010119900307123X", "name": "赵样本"}`,
		"for which nothing was read": `{"id": "task-赵样本-11010119900307123X", "fields": {"name": " "}, "other": "赵样本"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result, log, ledger, f, attempts := said(t, "read", says(answer))
			if f.Kind != abi.FailureKindUnreadable || attempts[0].VendorRequestID != "task-***-***" {
				t.Errorf("%s with the number %q", f.Kind, attempts[0].VendorRequestID)
			}
			if strings.Contains(result+log+ledger, "赵样本") || strings.Contains(result+log+ledger, "11010119900307123X") {
				t.Errorf("something shows the card:\n%s\n%s\n%s", result, log, ledger)
			}
		})
	}
}

func TestEngineLogsAVendorThatAnswersTwice(t *testing.T) {
	t.Parallel()
	const answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 33\r\n\r\n" + `{"fields": {"name": "TEST CARD"}}`
	x := rawVendor(t, func(c net.Conn) {
		if r, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
			_, _ = io.Copy(io.Discard, r.Body)
			_, _ = io.WriteString(c, answer+answer)
			_, _ = io.Copy(io.Discard, c)
		}
	})
	e := openActor(t, x)
	if _, err := e.Recognize(t.Context(), act(t, "read")); err != nil {
		t.Fatal(err)
	}
	if log := e.log.String(); !strings.Contains(log, "what nobody asked for") || !strings.Contains(log, x) {
		t.Errorf("the log does not say so:\n%s", log)
	}
}
