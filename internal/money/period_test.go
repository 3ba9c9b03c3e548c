package money

import (
	"testing"
	"time"
)

func TestPeriodBeginsAtTheFirstMomentOfALocalDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, zone, now   string
		per               Per
		from, until, call string
	}{
		{"a day in Shanghai", "Asia/Shanghai", "2026-11-22T15:59:59Z", Day, "2026-11-22T00:00:00+08:00", "2026-11-23T00:00:00+08:00", "2026-11-22"},
		{"the next day in Shanghai", "Asia/Shanghai", "2026-11-22T16:00:00Z", Day, "2026-11-23T00:00:00+08:00", "2026-11-24T00:00:00+08:00", "2026-11-23"},
		{"a month in Shanghai", "Asia/Shanghai", "2026-11-30T16:00:00Z", Month, "2026-12-01T00:00:00+08:00", "2027-01-01T00:00:00+08:00", "2026-12"},
		{"a day of 23 hours", "Europe/Berlin", "2026-03-29T12:00:00Z", Day, "2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00", "2026-03-29"},
		{"a day of 25 hours", "Europe/Berlin", "2026-10-25T12:00:00Z", Day, "2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00", "2026-10-25"},
		{"a month over a clock change", "Europe/Berlin", "2026-03-29T12:00:00Z", Month, "2026-03-01T00:00:00+01:00", "2026-04-01T00:00:00+02:00", "2026-03"},
		{"a day without midnight", "America/Sao_Paulo", "2017-10-15T12:00:00Z", Day, "2017-10-15T01:00:00-02:00", "2017-10-16T00:00:00-02:00", "2017-10-15"},
		{"the day before one without midnight", "America/Sao_Paulo", "2017-10-14T12:00:00Z", Day, "2017-10-14T00:00:00-03:00", "2017-10-15T01:00:00-02:00", "2017-10-14"},
		{"a day that ends with an hour twice", "America/Sao_Paulo", "2018-02-17T12:00:00Z", Day, "2018-02-17T00:00:00-02:00", "2018-02-18T00:00:00-03:00", "2018-02-17"},
		{"a day that begins with an hour twice", "America/Havana", "2026-11-01T12:00:00Z", Day, "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00", "2026-11-01"},
		{"the day before one that begins with an hour twice", "America/Havana", "2026-10-31T12:00:00Z", Day, "2026-10-31T00:00:00-04:00", "2026-11-01T00:00:00-04:00", "2026-10-31"},
		{"a leap day", "UTC", "2028-02-29T23:59:59Z", Day, "2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z", "2028-02-29"},
	} {
		t.Run(c.name, func(t *testing.T) {
			now := instant(t, c.now)
			from, until, call := c.per.bounds(now, zone(t, c.zone))
			if !from.Equal(instant(t, c.from)) || !until.Equal(instant(t, c.until)) || call != c.call {
				t.Errorf("%s to %s, called %s; want %s to %s, %s", from, until, call, c.from, c.until, c.call)
			}
		})
	}
}

func TestPeriodsFollowEachOtherWithoutGapInEveryZone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Asia/Shanghai", "Europe/Berlin", "America/Havana", "America/Sao_Paulo", "Africa/Cairo", "Asia/Beirut", "Pacific/Apia", "Australia/Lord_Howe"} {
		z := zone(t, name)
		for _, per := range []Per{Day, Month} {
			for now := time.Date(2010, 1, 1, 12, 0, 0, 0, z); now.Year() < 2027; {
				from, until, call := per.bounds(now, z)
				if now.Before(from) || !now.Before(until) {
					t.Fatalf("%s: %s is not within %s to %s", name, now, from, until)
				}
				if _, _, last := per.bounds(until.Add(-time.Nanosecond), z); last != call {
					t.Fatalf("%s: the last moment of %s belongs to %s", name, call, last)
				}
				next, _, following := per.bounds(until, z)
				if !next.Equal(until) || following <= call {
					t.Fatalf("%s: %s until %s is followed by %s from %s", name, call, until, following, next)
				}
				now = until
			}
		}
	}
}

func TestParseInstantReadsInTheZone(t *testing.T) {
	t.Parallel()
	shanghai := zone(t, "Asia/Shanghai")
	for text, want := range map[string]string{
		"2026-12-31":           "2027-01-01T00:00:00+08:00",
		"2026-12-31 18:00":     "2026-12-31T18:00:00+08:00",
		"2026-12-31T18:00:00Z": "2026-12-31T18:00:00Z",
	} {
		if got, err := ParseInstant(text, shanghai); err != nil || !got.Equal(instant(t, want)) {
			t.Errorf("%s is %s, %v; want %s", text, got, err, want)
		}
	}
	if _, err := ParseInstant("31.12.2026", shanghai); err == nil {
		t.Error("31.12.2026 is taken")
	}
}

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
