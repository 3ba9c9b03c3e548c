package route

import (
	"math"
	"time"
)

// latency is what an account took lately: a histogram whose weights halve in every half-life, so that the recent past counts. It
// answers in time independent of how much it has seen, and is not safe for concurrent use.
type latency struct {
	weights [latencyBuckets]float64
	total   float64
	origin  time.Time
	// middle is the median, 0 when it has to be found again.
	middle time.Duration
}

const (
	latencyBuckets = 96
	// latencyBase is the upper end of the first bucket, latencyGrowth that of each next one to the one before: 1 ms to 10 minutes
	// within 7.5 percent.
	latencyBase    = time.Millisecond
	latencyGrowth  = 1.15
	latencyHalving = 10 * time.Minute
	// enough samples for a percentile to mean something.
	enough = 20
)

// add takes one duration.
func (l *latency) add(now time.Time, d time.Duration) {
	w := l.weight(now)
	if w > 1e12 { // before the weights lose their precision
		l.rescale(now)
		w = 1
	}
	l.weights[bucketOf(d)] += w
	l.total += w
	l.middle = 0
}

// median is the quantile that every ranking asks for.
func (l *latency) median() time.Duration {
	if l.middle == 0 {
		l.middle = l.quantile(0.5)
	}
	return l.middle
}

// weight of a sample at a time.
func (l *latency) weight(now time.Time) float64 {
	if l.origin.IsZero() {
		l.origin = now
	}
	return math.Exp2(float64(now.Sub(l.origin)) / float64(latencyHalving))
}

func (l *latency) rescale(now time.Time) {
	f := 1 / l.weight(now)
	for i := range l.weights {
		l.weights[i] *= f
	}
	l.total *= f
	l.origin = now
}

// samples is how many recent ones there are, old ones counting for less.
func (l *latency) samples(now time.Time) float64 {
	if l.total == 0 {
		return 0
	}
	return l.total / l.weight(now)
}

// full reports quickly that the samples count for one recent one at least; false where that takes a closer look.
func (l *latency) full(now time.Time) bool {
	halvings := now.Sub(l.origin) / latencyHalving
	return halvings >= 0 && halvings < 60 && l.total >= float64(int64(2)<<halvings)
}

// quantile is the duration that a share q of the recent samples did not pass; 0 without samples.
func (l *latency) quantile(q float64) time.Duration {
	if l.total == 0 {
		return 0
	}
	want, sum := q*l.total, 0.0
	for i, w := range l.weights {
		if sum += w; sum >= want && w > 0 {
			return upperEnd(i)
		}
	}
	return upperEnd(latencyBuckets - 1)
}

func bucketOf(d time.Duration) int {
	if d <= latencyBase {
		return 0
	}
	i := int(math.Ceil(math.Log(float64(d)/float64(latencyBase)) / math.Log(latencyGrowth)))
	return min(i, latencyBuckets-1)
}

func upperEnd(bucket int) time.Duration {
	return time.Duration(float64(latencyBase) * math.Pow(latencyGrowth, float64(bucket)))
}
