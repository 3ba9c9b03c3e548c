package idcard_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/idcard"
)

// number completes 17 digits of an invented holder.
func number(t testing.TB, first17 string) string {
	t.Helper()
	c, err := idcard.ChecksumDigit(first17)
	if err != nil {
		t.Fatal(err)
	}
	return first17 + string(c)
}

func TestParseNumber(t *testing.T) {
	for says, c := range map[string]struct {
		in      string
		want    idcard.Number
		problem idcard.NumberProblem
	}{
		"the example of GB 11643": {in: "11010519491231002X", want: idcard.Number{
			Region: "110105", Birth: idcard.Date{Year: 1949, Month: time.December, Day: 31}, Sequence: 2, Sex: idcard.Female}},
		"its second example": {in: "440524188001010014", want: idcard.Number{
			Region: "440524", Birth: idcard.Date{Year: 1880, Month: time.January, Day: 1}, Sequence: 1, Sex: idcard.Male}},
		"the old form": {in: "110105491231002", want: idcard.Number{
			Region: "110105", Birth: idcard.Date{Year: 1949, Month: time.December, Day: 31}, Sequence: 2, Sex: idcard.Female, FifteenDigits: true}},
		"the old form of someone born in the century before": {in: "110105991231997", want: idcard.Number{
			Region: "110105", Birth: idcard.Date{Year: 1899, Month: time.December, Day: 31}, Sequence: 997, Sex: idcard.Male, FifteenDigits: true}},
		"a wrong check digit leaves the rest readable": {in: "110105194912310029", problem: idcard.NumberChecksum, want: idcard.Number{
			Region: "110105", Birth: idcard.Date{Year: 1949, Month: time.December, Day: 31}, Sequence: 2, Sex: idcard.Female}},
		"a day that does not exist leaves the rest readable": {in: "110105194902310028", problem: idcard.NumberDate, want: idcard.Number{
			Region: "110105", Birth: idcard.Date{Year: 1949, Month: time.February, Day: 31}, Sequence: 2, Sex: idcard.Female}},
		"nothing":                        {in: "", problem: idcard.NumberLength},
		"a character too few":            {in: "1101051949123100X", problem: idcard.NumberLength},
		"a small x":                      {in: "11010519491231002x", problem: idcard.NumberCharacter},
		"an X in the old form":           {in: "11010549123100X", problem: idcard.NumberCharacter},
		"eighteen bytes of Chinese text": {in: "一二三四五六", problem: idcard.NumberCharacter},
	} {
		t.Run(says, func(t *testing.T) {
			got, err := idcard.ParseNumber(c.in)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("ParseNumber (-want +got):\n%s", diff)
			}
			var problem *idcard.NumberError
			if errors.As(err, &problem) != (c.problem != "") || problem != nil && problem.Problem != c.problem {
				t.Errorf("error is %v, want problem %q", err, c.problem)
			}
			if err != nil && c.in != "" && strings.Contains(err.Error(), c.in) {
				t.Error("the error repeats the number")
			}
		})
	}
}

func TestChecksumDigitRefusesWhatIsNotSeventeenDigits(t *testing.T) {
	for in, problem := range map[string]idcard.NumberProblem{
		"1101051949123100":   idcard.NumberLength,
		"11010519491231002X": idcard.NumberLength,
		"1101051949123100X":  idcard.NumberCharacter,
	} {
		var got *idcard.NumberError
		if _, err := idcard.ChecksumDigit(in); !errors.As(err, &got) || got.Problem != problem {
			t.Errorf("ChecksumDigit(%q): %v, want problem %q", in, err, problem)
		}
	}
}

// Numbers of invented holders pass; with any one character replaced, or any two neighbours swapped, none does.
func TestChecksumFindsEverySingleErrorAndSwap(t *testing.T) {
	random := rand.New(rand.NewPCG(11643, 1999))
	for range 200 {
		birth := time.Date(1930, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, random.IntN(90*365))
		good := number(t, fmt.Sprintf("%06d%s%03d", 110101+random.IntN(500000), birth.Format("20060102"), random.IntN(1000)))
		if !checksumPasses(good) {
			t.Fatalf("%s fails, want pass", good)
		}
		for i := range good {
			for _, c := range "0123456789X" {
				if bad := good[:i] + string(c) + good[i+1:]; bad != good && checksumPasses(bad) {
					t.Errorf("%s passes with character %d of %s replaced", bad, i, good)
				}
			}
			if i > 0 && good[i] != good[i-1] {
				if bad := good[:i-1] + string(good[i]) + string(good[i-1]) + good[i+1:]; checksumPasses(bad) {
					t.Errorf("%s passes with characters %d and %d of %s swapped", bad, i-1, i, good)
				}
			}
		}
	}
}

func checksumPasses(id string) bool {
	checks := idcard.Check(map[string]idcard.Field{idcard.FieldIDNumber: {Value: id}}, time.Time{})
	return checks[idcard.CheckIDNumberChecksum] == idcard.Pass
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"11010519491231002X", "110105491231002", "110105194902310028", "一二三四五六", "", "X"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := idcard.ParseNumber(s)
		var problem *idcard.NumberError
		if err != nil && !errors.As(err, &problem) {
			t.Fatalf("untyped error %v", err)
		}
		if err != nil {
			return
		}
		if !n.Birth.IsValid() || n.Sequence < 0 || n.Sequence > 999 || !strings.HasPrefix(s, n.Region) {
			t.Fatalf("ParseNumber(%q) = %+v", s, n)
		}
		f := idcard.Normalize(map[string]string{idcard.FieldIDNumber: s})[idcard.FieldIDNumber]
		if f.Value != s {
			t.Fatalf("a number that parses, %q, is normalised to %q", s, f.Value)
		}
	})
}
