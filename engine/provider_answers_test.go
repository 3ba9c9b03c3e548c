package engine

import (
	"fmt"
	"testing"
	"time"
)

func TestProviderCachesABoundedNumberOfAnswers(t *testing.T) {
	t.Parallel()
	p := &provider{cache: make(map[string]*cachedAnswer)}
	now := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	p.keep("old", &cachedAnswer{expires: now}, now.Add(-time.Hour))
	for i := range 2 * maxCachedAnswers {
		p.keep(fmt.Sprint(i), &cachedAnswer{expires: now.Add(time.Hour)}, now)
		if p.find(fmt.Sprint(i), now) == nil {
			t.Errorf("answer %d is not kept", i)
		}
	}
	if len(p.cache) != maxCachedAnswers || p.cache["old"] != nil {
		t.Errorf("%d answers are kept, want %d and none that has expired", len(p.cache), maxCachedAnswers)
	}
}

func TestProviderForgetsOnlyTheAnswerThatWasUsed(t *testing.T) {
	t.Parallel()
	p := &provider{cache: make(map[string]*cachedAnswer)}
	now := time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)
	first, second := &cachedAnswer{expires: now.Add(1)}, &cachedAnswer{expires: now.Add(1)}
	p.keep("k", second, now)
	p.forget("k", first)
	if p.find("k", now) != second {
		t.Error("a renewed answer was forgotten for the one before it")
	}
	p.forget("k", second)
	if p.find("k", now) != nil {
		t.Error("the answer that was used is still there")
	}
	p.keep("k", second, now)
	p.forget("k", nil)
	if p.find("k", now) != nil {
		t.Error("an answer that the caller never saw is still there")
	}
}
