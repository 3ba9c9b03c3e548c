package sdktest

import (
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/internal/conform"
	"github.com/ocrmux/ocrmux/sdk"
)

// Trip describes a round trip: an outcome goes out through a provider's front door and comes back in through its adapter.
type Trip struct {
	Provider sdk.Provider
	// Request returns the request that the outcomes are a response to. The front door must admit it.
	Request func() *http.Request
	// Losses are applied in order to the outcome that goes out. The result is the outcome that must come back.
	Losses []Loss
	// Failures maps kinds of failure to the kind that comes back. A kind that is not listed comes back unchanged.
	Failures map[abi.FailureKind]abi.FailureKind
	// Doc is the file that describes every loss.
	Doc string
}

// Loss is something that the vendor's protocol cannot express.
type Loss struct {
	// Says is the description of the loss in [Trip].Doc.
	Says string
	// Apply removes it from a result.
	Apply func(*Result)
}

// callTime is the time of every inbound call of a round trip.
func callTime() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) }

// send sends an outcome out and back in.
func (trip *Trip) send(t testing.TB, c *InboundCall, recognition *abi.Recognition, failure *abi.Fail) (Result, *Response) {
	t.Helper()
	answer := c.Reply(t, recognition, failure)
	response := Answer(t, answer.Status, answer.Header, answer.Body)
	return resultOfAction(sdk.Step(trip.Provider, &abi.StepRequest{Context: &abi.Context{}, Response: response.Response}, nil)), answer
}

// RoundTrip sends 1500 random cards and every kind of failure out and back in. Each outcome must come back unchanged
// except for the losses. Each loss must occur, and [Trip].Doc must describe it.
func RoundTrip(t *testing.T, trip Trip) {
	t.Helper()
	c := Accept(t, trip.Provider, callTime(), nil, trip.Request())
	if c.Admit == nil {
		t.Fatalf("the request is not admitted: %s", c.Response(t).Body)
	}
	occurred := make([]bool, len(trip.Losses))
	odd := []string{"样本", "12", "?", " 5月", "\x01"}
	for seed := range uint64(1500) {
		if trip.card(t, c, seed, odd[rand.New(rand.NewPCG(seed, 0)).IntN(len(odd))], occurred); t.Failed() {
			return
		}
	}
	doc, err := os.ReadFile(trip.Doc)
	if err != nil {
		t.Fatal(err)
	}
	for i, loss := range trip.Losses {
		if !occurred[i] {
			t.Errorf("this loss does not occur: %q", loss.Says)
		}
		if !strings.Contains(string(doc), loss.Says) {
			t.Errorf("%s does not describe the loss %q", trip.Doc, loss.Says)
		}
	}
	for kind := abi.FailureKindInvalidRequest; kind <= abi.FailureKindInternal; kind++ {
		t.Run(kind.String(), func(t *testing.T) {
			want, other := trip.Failures[kind]
			if !other {
				want = kind
			}
			got, answer := trip.send(t, c, nil, &abi.Fail{Kind: kind, Message: "an internal message"})
			if got.Failure != want {
				t.Errorf("it comes back as %v, want %v", got.Failure, want)
			}
			if strings.Contains(answer.Body, "internal message") {
				t.Errorf("the client gets the message of the failure: %s", answer.Body)
			}
		})
	}
}

// FuzzRoundTrip is [RoundTrip] for cards of any seed with any text in them.
func FuzzRoundTrip(f *testing.F, trip Trip) {
	f.Add(uint64(1), "样本")
	f.Add(uint64(2), "\"\\]]><&\x00\r\n\u2028")
	f.Fuzz(func(t *testing.T, seed uint64, odd string) {
		c := Accept(t, trip.Provider, callTime(), nil, trip.Request())
		odd = strings.ToValidUTF8(odd, "\uFFFD")
		trip.card(t, c, seed, odd[:min(len(odd), idcard.MaxTextBytes/4)], make([]bool, len(trip.Losses)))
	})
}

func (trip *Trip) card(t *testing.T, c *InboundCall, seed uint64, odd string, occurred []bool) {
	t.Helper()
	card := conform.RandomCard(rand.New(rand.NewPCG(seed, 1)), strings.ToValidUTF8(odd, ""))
	want := resultOf(card)
	for i, loss := range trip.Losses {
		if want.Failure != 0 {
			break
		}
		before := resultOf(card)
		for _, l := range trip.Losses[:i] {
			l.Apply(&before)
		}
		loss.Apply(&want)
		occurred[i] = occurred[i] || !cmp.Equal(before, want, cmpopts.EquateEmpty())
	}
	got, answer := trip.send(t, c, card, nil)
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("card %d with %q (-sent, less the losses +came back):\n%s%s", seed, odd, diff, answer.Body)
	}
}
