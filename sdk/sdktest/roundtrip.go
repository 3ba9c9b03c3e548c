package sdktest

import (
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/sdk"
)

// Trip is the way of an outcome out through a provider's front door and back in through its adapter.
type Trip struct {
	Provider sdk.Provider
	// Request makes the request that is answered: it says what the client asked for.
	Request func() *http.Request
	// Losses turn the outcome that goes out into the one that must come back, one after the other.
	Losses []Loss
	// Failures are the kinds of failure that come back as another; a kind that is not listed comes back as itself.
	Failures map[abi.FailureKind]abi.FailureKind
	// Doc is the file that has the words of every loss.
	Doc string
}

// Loss is something that a vendor's answer cannot say.
type Loss struct {
	Says  string
	Apply func(*Result)
}

// there sends an outcome out and takes it in again.
func (trip *Trip) there(t testing.TB, v *Visit, recognition *abi.Recognition, failure *abi.Fail) (Result, *Said) {
	t.Helper()
	answer := v.Reply(t, recognition, failure)
	response := Answer(t, answer.Status, answer.Header, answer.Body)
	return resultOfAction(sdk.Step(trip.Provider, &abi.StepRequest{Context: &abi.Context{}, Response: response.Response}, nil)), answer
}

// RoundTrip sends random cards and every failure there and back. What comes back must be what went out less the losses;
// each of them must occur, and stand in the documentation.
func RoundTrip(t *testing.T, trip Trip) {
	t.Helper()
	v := Knock(t, trip.Provider, checkedAt(), nil, trip.Request())
	if v.Admit == nil {
		t.Fatalf("the request is not admitted: %s", v.Said(t).Body)
	}
	occurred := make([]bool, len(trip.Losses))
	for seed := range uint64(1500) {
		odd := pick(rand.New(rand.NewPCG(seed, 0)), "样本", "12", "?", " 5月", "\x01")
		if trip.card(t, v, seed, odd, occurred); t.Failed() {
			return
		}
	}
	doc, err := os.ReadFile(trip.Doc)
	if err != nil {
		t.Fatal(err)
	}
	for i, loss := range trip.Losses {
		if !occurred[i] {
			t.Errorf("nothing is lost by %q", loss.Says)
		}
		if !strings.Contains(string(doc), loss.Says) {
			t.Errorf("%s does not say %q", trip.Doc, loss.Says)
		}
	}
	for kind := abi.FailureKindInvalidRequest; kind <= abi.FailureKindInternal; kind++ {
		t.Run(kind.String(), func(t *testing.T) {
			want, other := trip.Failures[kind]
			if !other {
				want = kind
			}
			got, answer := trip.there(t, v, nil, &abi.Fail{Kind: kind, Message: "of no client's business"})
			if got.Failure != want {
				t.Errorf("it comes back as %v, want %v", got.Failure, want)
			}
			if strings.Contains(answer.Body, "business") {
				t.Errorf("the client is told what is behind the door: %s", answer.Body)
			}
		})
	}
}

// FuzzRoundTrip is RoundTrip for cards of any seed with any text in them.
func FuzzRoundTrip(f *testing.F, trip Trip) {
	f.Add(uint64(1), "样本")
	f.Add(uint64(2), "\"\\]]><&\x00\r\n\u2028")
	f.Fuzz(func(t *testing.T, seed uint64, odd string) {
		v := Knock(t, trip.Provider, checkedAt(), nil, trip.Request())
		odd = strings.ToValidUTF8(odd, "\uFFFD")
		trip.card(t, v, seed, odd[:min(len(odd), idcard.MaxTextBytes/4)], make([]bool, len(trip.Losses)))
	})
}

func (trip *Trip) card(t *testing.T, v *Visit, seed uint64, odd string, occurred []bool) {
	t.Helper()
	card := RandomCard(rand.New(rand.NewPCG(seed, 1)), strings.ToValidUTF8(odd, ""))
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
	got, answer := trip.there(t, v, card, nil)
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("card %d with %q (-went out, less the losses +came back):\n%s%s", seed, odd, diff, answer.Body)
	}
}
