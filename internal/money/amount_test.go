package money

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"testing"
)

func TestAmountIsReadAndWrittenExactly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want Amount
		out  string
	}{
		{"0.045", 45_000, "0.045"},
		{"12", 12 * Micro, "12"},
		{"12.50", 12_500_000, "12.5"},
		{"-0.5", -500_000, "-0.5"},
		{"0", 0, "0"},
		{"-0", 0, "0"},
		{"0.0000010000", 1, "0.000001"},
		{"007.1", 7_100_000, "7.1"},
		{"9223372036854.775807", math.MaxInt64, "9223372036854.775807"},
	} {
		got, err := ParseAmount(c.text)
		if err != nil || got != c.want || got.String() != c.out {
			t.Errorf("%s is read as %d, %v and written as %s; want %d and %s", c.text, int64(got), err, got, int64(c.want), c.out)
		}
	}
	if got := Amount(math.MinInt64).String(); got != "-9223372036854.775808" {
		t.Errorf("the least amount is written as %s", got)
	}
}

func TestAmountRefusesOtherTexts(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", ".", "1.", ".5", "-", "+1", "1e3", "1,000", " 1", "0x1", "--1", "1.2.3", "¥1", "0.0000001", "9223372036854.775808", "99999999999999999999",
	} {
		_, err := ParseAmount(text)
		var wrong *AmountError
		if !errors.As(err, &wrong) {
			t.Errorf("%q gives %v", text, err)
		}
	}
}

func TestAmountArithmeticThatOverflowsFails(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]func() (Amount, error){
		"sum":              func() (Amount, error) { return Amount(math.MaxInt64).Add(1) },
		"negative sum":     func() (Amount, error) { return Amount(math.MinInt64).Add(-1) },
		"product":          func() (Amount, error) { return Amount(math.MaxInt64 / 2).Times(3) },
		"negated least":    func() (Amount, error) { return Amount(math.MinInt64).Times(-1) },
		"product of least": func() (Amount, error) { return Amount(-1).Times(math.MinInt64) },
	} {
		if got, err := f(); !errors.As(err, new(*AmountError)) {
			t.Errorf("%s gives %v, %v", name, got, err)
		}
	}
	if got, err := Amount(45_000).Times(-1000); got != -45*Micro || err != nil {
		t.Errorf("the product is %v, %v", got, err)
	}
	if got, err := Amount(45_000).Add(-45_001); got != -1 || err != nil {
		t.Errorf("the sum is %v, %v", got, err)
	}
}

func TestAmountIsADecimalTextInJSON(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(map[string]Amount{"price": 45_000})
	if err != nil || string(data) != `{"price":"0.045"}` {
		t.Errorf("%s, %v", data, err)
	}
	var back map[string]Amount
	if err := json.Unmarshal(data, &back); err != nil || back["price"] != 45_000 {
		t.Errorf("%v, %v", back, err)
	}
}

func FuzzAmountAgreesWithRationalNumbers(f *testing.F) {
	for _, seed := range []string{"0.045", "-12.5", "1.0000000", "9223372036854.775807", "0.0000001"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAmount(text)
		if err != nil {
			return
		}
		want, ok := new(big.Rat).SetString(text)
		if !ok || want.Cmp(big.NewRat(int64(a), Micro)) != 0 {
			t.Fatalf("%q is read as %d", text, int64(a))
		}
		if back, err := ParseAmount(a.String()); back != a || err != nil {
			t.Fatalf("%q is written as %s, which is read as %v, %v", text, a, back, err)
		}
	})
}
