package route

import (
	"math"
	"time"
)

// latency is a histogram of how long the calls of an account took. The weights halve in every half-life, so that recent calls
// count most. Every method takes constant time. It is not safe for concurrent use.
type latency struct {
	weights [latencyBuckets]float64
	total   float64
	origin  time.Time
	// middle caches the median; 0 means that it must be computed.
	middle time.Duration
}

const (
	latencyBuckets = 96
	// latencyBase is the upper end of the first bucket, and each bucket ends latencyGrowth times as late as the one before. That
	// covers 1 ms to 10 minutes with an error of 7.5 percent.
	latencyBase    = time.Millisecond
	latencyGrowth  = 1.15
	latencyHalving = 10 * time.Minute
	// enough is the number of samples from which on a percentile is used.
	enough = 20
)

// add adds one duration.
func (l *latency) add(now time.Time, d time.Duration) {
	w := l.weight(now)
	if w > 1e12 { // before they lose precision
		l.rescale(now)
		w = 1
	}
	l.weights[bucketOf(d)] += w
	l.total += w
	l.middle = 0
}

// median returns the cached median.
func (l *latency) median() time.Duration {
	if l.middle == 0 {
		l.middle = l.quantile(0.5)
	}
	return l.middle
}

// weight returns that of a sample at a time.
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

// samples returns the number of samples, old ones counting for less.
func (l *latency) samples(now time.Time) float64 {
	if l.total == 0 {
		return 0
	}
	return l.total / l.weight(now)
}

// full reports whether the samples surely count for at least one recent one. It is a cheap check that may miss some.
func (l *latency) full(now time.Time) bool {
	halvings := now.Sub(l.origin) / latencyHalving
	return halvings >= 0 && halvings < 60 && l.total >= float64(int64(2)<<halvings)
}

// quantile returns the duration that a share q of the samples did not exceed; 0 without samples.
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
