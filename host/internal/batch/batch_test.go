package batch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/host/internal/batch"
	"github.com/ocrmux/ocrmux/internal/money"
)

// list returns names as pictures.
func list(names ...string) func(func(batch.Picture, error) bool) {
	return func(yield func(batch.Picture, error) bool) {
		for _, n := range names {
			if !yield(batch.Picture{Name: n}, nil) {
				return
			}
		}
	}
}

// recognize reads every picture whose name begins with "good", at a price of 0.05.
func recognize(_ context.Context, name string) (*engine.Recognition, error) {
	a := engine.Attempt{Provider: "vendor", Outcome: engine.Recognized, Billed: abi.BilledYes, Cost: money.Micro / 20, Currency: "CNY"}
	if strings.HasPrefix(name, "good") {
		return &engine.Recognition{Document: "cn.idcard", Side: engine.Front, Fields: map[string]engine.Field{"name": {Value: "样本", Text: "样本", Provider: "vendor"}}, Attempts: []engine.Attempt{a}}, nil
	}
	f := engine.Failure{Kind: abi.FailureKindNoDocument, Fault: abi.FaultCaller, Billed: abi.BilledNo}
	switch a.Outcome, a.Billed, a.Cost = engine.Failed, abi.BilledNo, 0; name {
	case "slow":
		f = engine.Failure{Kind: abi.FailureKindTimeout, Fault: abi.FaultVendor, Billed: abi.BilledUnknown, Retryable: true}
		a.Billed, a.Cost = abi.BilledUnknown, money.Micro/20
	case "poor":
		f = engine.Failure{Kind: abi.FailureKindQuotaExhausted, Fault: abi.FaultOperator, Billed: abi.BilledNo}
	}
	return nil, &engine.Error{Failure: f, Attempts: []engine.Attempt{a}}
}

func lines(t *testing.T, out string) map[string]batch.Line {
	t.Helper()
	all := make(map[string]batch.Line)
	for text := range strings.Lines(out) {
		var l batch.Line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatal(err)
		}
		all[l.Picture] = l
	}
	return all
}

func TestBatchWritesALineForEveryPictureAndASummary(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	told := 0
	earlier, _, err := batch.Resume(strings.NewReader(`{"picture": "good 0", "recognition": {}}` + "\n" + `{"picture": "slow", "failure": {"kind": "timeout", "retryable": true}}` + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := batch.Run(t.Context(), batch.Config{Recognize: recognize, Jobs: 3, Earlier: earlier, Progress: func(batch.Summary) { told++ }},
		list("good 0", "good 1", "none", "slow", "good 2"), &out)
	if err != nil {
		t.Fatal(err)
	}
	want := batch.Summary{
		Read: 2, Before: 1, Billed: 2, Unknown: 1, Failed: map[abi.FailureKind]int{abi.FailureKindNoDocument: 1, abi.FailureKindTimeout: 1},
		FailedBefore: map[abi.FailureKind]int{}, PassedOver: map[string]int{},
		Cost: map[string]money.Amount{"CNY": money.Micro / 10}, UnknownCost: map[string]money.Amount{"CNY": money.Micro / 20},
	}
	if diff := cmp.Diff(want, s); diff != "" || s.Failures() != 2 || told != 4 {
		t.Errorf("told %d times; %s", told, diff)
	}
	all := lines(t, out.String())
	if diff := cmp.Diff([]string{"good 1", "good 2", "none", "slow"}, slices.Sorted(maps.Keys(all))); diff != "" {
		t.Error(diff)
	}
	if l := all["good 1"]; l.Recognition == nil || l.Recognition.Fields["name"].Value != "样本" || l.Failure != nil {
		t.Errorf("got %+v", l)
	}
	if l := all["slow"]; l.Recognition != nil || l.Failure.Kind != abi.FailureKindTimeout || len(l.Attempts) != 1 {
		t.Errorf("got %+v", l)
	}
}

func TestBatchContinuesAnInterruptedRun(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if _, err := batch.Run(t.Context(), batch.Config{Recognize: recognize}, list("slow", "none", "good 1", "slow"), &out); err != nil {
		t.Fatal(err)
	}
	whole := out.Len()
	out.WriteString(`{"picture": "good 2", "recogni`)
	earlier, at, err := batch.Resume(&out)
	if err != nil || at != int64(whole) {
		t.Errorf("%d bytes are whole lines, want %d; %v", at, whole, err)
	}
	out.Reset()
	again, err := batch.Run(t.Context(), batch.Config{Recognize: recognize, Earlier: earlier}, list("slow", "none", "good 1", "good 2"), &out)
	if err != nil || again.Before != 2 || again.FailedBefore[abi.FailureKindNoDocument] != 1 {
		t.Errorf("%+v, %v", again, err)
	}
	if got := slices.Sorted(maps.Keys(lines(t, out.String()))); !slices.Equal(got, []string{"good 2", "slow"}) {
		t.Errorf("read again: %v", got)
	}
	out.Reset()
	earlier.Retry = map[engine.FailureKind]bool{abi.FailureKindNoDocument: true}
	if again, err = batch.Run(t.Context(), batch.Config{Recognize: recognize, Earlier: earlier}, list("none", "good 1"), &out); err != nil || again.Before != 1 || again.Failures() != 1 {
		t.Errorf("with a kind to retry: %+v, %v", again, err)
	}
}

func TestResumeRefusesOtherFiles(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no JSON": "name,number\n", "another object": `{"name": "a"}` + "\n", "nothing came of it": `{"picture": "a"}` + "\n",
		"both": `{"picture": "a", "recognition": {}, "failure": {}}` + "\n", "endless": strings.Repeat("x", 17<<20),
	} {
		if _, _, err := batch.Resume(strings.NewReader(text)); err == nil || !strings.HasPrefix(err.Error(), "line 1") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, at, err := batch.Resume(strings.NewReader("\n")); err != nil || at != 1 {
		t.Errorf("an empty line: %d, %v", at, err)
	}
}

func TestBatchStopsAtAnOperatorsFault(t *testing.T) {
	t.Parallel()
	for _, keepGoing := range []bool{false, true} {
		var out bytes.Buffer
		s, err := batch.Run(t.Context(), batch.Config{Recognize: recognize, KeepGoing: keepGoing}, list("good 1", "poor", "good 2"), &out)
		var stopped *batch.StoppedError
		if errors.As(err, &stopped) == keepGoing || s.Failed[abi.FailureKindQuotaExhausted] != 1 || (s.Read == 2) != keepGoing {
			t.Errorf("keep going %t: %v, %+v", keepGoing, err, s)
		}
	}
}

func TestBatchWritesWhatIsBeingReadWhenItIsCanceled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	var out bytes.Buffer
	s, err := batch.Run(ctx, batch.Config{Recognize: func(ctx context.Context, name string) (*engine.Recognition, error) {
		cancel()
		if ctx.Err() != nil {
			t.Error("the call was given up")
		}
		return recognize(ctx, name)
	}}, list("good 1", "good 2", "good 3"), &out)
	if !errors.Is(err, context.Canceled) || s.Read != 1 || len(lines(t, out.String())) != 1 {
		t.Errorf("%v, %+v:\n%s", err, s, &out)
	}
}

// full accepts one line, like a disk that is full afterwards.
type full struct{ io.Writer }

func (f *full) Write(b []byte) (int, error) {
	if f.Writer == nil {
		return 0, errors.New("no space left")
	}
	defer func() { f.Writer = nil }()
	return f.Writer.Write(b)
}

func TestBatchStopsWhenItCannotWrite(t *testing.T) {
	t.Parallel()
	s, err := batch.Run(t.Context(), batch.Config{Recognize: recognize}, list("good 1", "good 2", "good 3"), &full{new(bytes.Buffer)})
	if err == nil || err.Error() != "no space left" || s.Read != 1 {
		t.Errorf("%v, %+v", err, s)
	}
}

func TestPicturesListsFilesFoldersListsAndAddresses(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"scans/b.JPG", "scans/a.png", "scans/notes.txt", "scans/more/c.webp", "card.dat"} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for name, err := range batch.Pictures([]string{"card.dat", "scans", "https://pictures.example/1", "-"}, strings.NewReader("x.jpg\n\n  y.jpg \nHTTP://pictures.example/2")) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, filepath.ToSlash(name.Name))
	}
	want := []string{"card.dat", "scans/a.png", "scans/b.JPG", "scans/more/c.webp", "https://pictures.example/1", "x.jpg", "y.jpg", "HTTP://pictures.example/2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for name, err := range batch.Pictures([]string{"missing.jpg"}, nil) {
		if err == nil || name.Name != "" {
			t.Errorf("%q, %v", name.Name, err)
		}
	}
	for range batch.Pictures([]string{"scans", "missing"}, nil) {
		break // wanting no more is no failure
	}
}
