package console

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Geometry of a chart, in units of its viewBox.
const (
	chartWidth, chartHeight       = 760.0, 260.0
	chartLeft, chartRight         = 66.0, 8.0
	chartTop, chartBottom         = 14.0, 26.0
	barShare                      = 0.72
	widestBar                     = 46.0
	maxChartSeries, maxDayBars    = 6, 92
	tickCount, labelWidth, dayLen = 4, 62.0, len(time.DateOnly)
)

// series holds numbers by group and day.
type series struct {
	from, to time.Time
	sums     map[string]map[string]int64
}

func newSeries(from, to time.Time) *series {
	return &series{from, to, make(map[string]map[string]int64)}
}

func (s *series) add(group, day string, n int64) {
	if s.sums[group] == nil {
		s.sums[group] = make(map[string]int64)
	}
	s.sums[group][day] += n
}

// chart is a bar chart; each bar is a stack of groups.
type chart struct {
	ID, Title, Desc      string
	Width, Height        string
	Left, Right, Base    string
	Ticks                []chartTick
	Labels               []chartLabel
	Bars                 []chartBar
	Legend               []chartGroup
	TickX, LabelY, TickW string
}

type chartTick struct{ Y, Text string }

type chartLabel struct{ X, Text string }

// chartBar is one piece of a stack. Style is the number of its group.
type chartBar struct {
	X, Y, Width, Height, Text string
	Style                     int
}

// chartGroup is an entry of the legend.
type chartGroup struct {
	Name  string
	Style int
}

// chart returns the chart of the series. say writes a number.
func (s *series) chart(id, title, span, others string, say func(int64) string) *chart {
	groups, sums := s.largest(others)
	spans := s.spans()
	c := &chart{
		ID: id, Title: title, Desc: span, Width: decimal(chartWidth), Height: decimal(chartHeight), Left: decimal(chartLeft), Right: decimal(chartWidth - chartRight),
		Base: decimal(chartHeight - chartBottom), TickX: decimal(chartLeft - 8), LabelY: decimal(chartHeight - 8), TickW: decimal(chartWidth - chartLeft - chartRight),
	}
	for i, g := range groups {
		c.Legend = append(c.Legend, chartGroup{g, i})
	}
	most := int64(0)
	for _, d := range spans {
		total := int64(0)
		for _, g := range groups {
			total += sums[g][d]
		}
		most = max(most, total)
	}
	step := tickStep(most)
	top := max(step, (most+step-1)/step*step)
	height := chartHeight - chartTop - chartBottom
	y := func(n int64) float64 { return chartHeight - chartBottom - height*float64(n)/float64(top) }
	for n := int64(0); n <= top; n += step {
		c.Ticks = append(c.Ticks, chartTick{decimal(y(n)), say(n)})
	}
	slot := (chartWidth - chartLeft - chartRight) / float64(len(spans))
	width := min(slot*barShare, widestBar)
	every := max(1, int(labelWidth/slot+1))
	for i, d := range spans {
		x := chartLeft + slot*float64(i) + (slot-width)/2
		below := int64(0)
		for style, g := range groups {
			n := sums[g][d]
			if n <= 0 {
				continue
			}
			c.Bars = append(c.Bars, chartBar{decimal(x), decimal(y(below + n)), decimal(width), decimal(y(below) - y(below+n)), d + " · " + g + " · " + say(n), style})
			below += n
		}
		if i%every == 0 {
			c.Labels = append(c.Labels, chartLabel{decimal(x + width/2), d[max(0, min(5, len(d)-5)):]})
		}
	}
	return c
}

// largest returns the groups with the largest sums, in the order of their names, and one for all others.
func (s *series) largest(others string) ([]string, map[string]map[string]int64) {
	total := func(g string) (n int64) {
		for _, x := range s.sums[g] {
			n += x
		}
		return n
	}
	groups := slices.SortedFunc(maps.Keys(s.sums), func(a, b string) int { return cmp.Or(cmp.Compare(total(b), total(a)), cmp.Compare(a, b)) })
	groups = slices.DeleteFunc(groups, func(g string) bool { return total(g) == 0 })
	out := make(map[string]map[string]int64)
	kept := min(len(groups), maxChartSeries)
	for i, g := range groups {
		name := g
		if i >= kept {
			name = others
		}
		if out[name] == nil {
			out[name] = make(map[string]int64)
		}
		for day, n := range s.sums[g] {
			out[name][s.span(day)] += n
		}
	}
	names := slices.Sorted(slices.Values(groups[:kept]))
	if kept < len(groups) && !slices.Contains(names, others) {
		names = append(names, others)
	}
	return names, out
}

// long reports whether the series has a bar for each month instead of each day.
func (s *series) long() bool { return s.from.AddDate(0, 0, maxDayBars).Before(s.to) }

// span returns the day or the month of a day.
func (s *series) span(day string) string {
	if s.long() && len(day) == dayLen {
		return day[:len("2006-01")]
	}
	return day
}

// spans returns the days or months that have a bar.
func (s *series) spans() []string {
	var out []string
	for d := s.from; !d.After(s.to); d = d.AddDate(0, 0, 1) {
		out = append(out, s.span(d.Format(time.DateOnly)))
	}
	return slices.Compact(out)
}

// tickStep returns a round number of which about tickCount reach the largest value.
func tickStep(most int64) int64 {
	for step := int64(1); ; step *= 10 {
		for _, f := range []int64{1, 2, 5} {
			if step*f*tickCount >= most || step > 1e17 {
				return step * f
			}
		}
	}
}
