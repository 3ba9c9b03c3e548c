package console

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/internal/money"
)

func day(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestChartStacksGroupsAndTheSmallOnesTogether(t *testing.T) {
	t.Parallel()
	s := newSeries(day("2026-11-01"), day("2026-11-03"))
	for i := range 9 {
		s.add(fmt.Sprintf("p%d", i), "2026-11-02", int64(10-i))
	}
	s.add("nothing", "2026-11-02", 0)
	c := s.chart("x", "", "", "others", number)
	var legend []string
	for _, g := range c.Legend {
		legend = append(legend, g.Name)
	}
	if diff := cmp.Diff([]string{"p0", "p1", "p2", "p3", "p4", "p5", "others"}, legend); diff != "" {
		t.Error(diff)
	}
	if last := c.Bars[len(c.Bars)-1]; len(c.Bars) != 7 || last.Text != "2026-11-02 · others · 9" || last.Style != 6 {
		t.Errorf("%+v", c.Bars)
	}
	if got := c.Ticks[len(c.Ticks)-1].Text; got != "60" || len(c.Ticks) != 4 {
		t.Errorf("the axis is %+v", c.Ticks)
	}
}

func TestChartOfALongTimeHasMonths(t *testing.T) {
	t.Parallel()
	s := newSeries(day("2026-01-01"), day("2026-11-22"))
	s.add("a", "2026-01-05", 2)
	s.add("a", "2026-01-06", 3)
	s.add("a", "2026-11-22", 7)
	c := s.chart("x", "", "", "others", number)
	var bars []string
	for _, b := range c.Bars {
		bars = append(bars, b.Text)
	}
	if diff := cmp.Diff("2026-01 · a · 5, 2026-11 · a · 7", strings.Join(bars, ", ")); diff != "" || c.Labels[0].Text != "26-01" {
		t.Error(diff, c.Labels)
	}
}

func TestChartStepsAreRound(t *testing.T) {
	t.Parallel()
	for most, want := range map[int64]int64{0: 1, 1: 1, 4: 1, 5: 2, 13: 5, 100: 50, 81: 50, 80: 20, 4_000_000: 1_000_000, 1 << 62: 1_000_000_000_000_000_000} {
		if got := tickStep(most); got != want {
			t.Errorf("up to %d the step is %d, want %d", most, got, want)
		}
	}
}

func TestNumbersAreWrittenForPeople(t *testing.T) {
	t.Parallel()
	for amount, want := range map[int64]string{0: "¥0.00", 50_000: "¥0.05", 45_500: "¥0.0455", 1_234_567_000_000: "¥1,234,567.00", -50_000: "-¥0.05"} {
		if got := coins("CNY", money.Amount(amount)); got != want {
			t.Errorf("%d is %s, want %s", amount, got, want)
		}
	}
	if got := coins("USD", 1_000_000); got != "USD 1.00" {
		t.Error(got)
	}
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1234567: "-1,234,567"} {
		if got := number(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}
