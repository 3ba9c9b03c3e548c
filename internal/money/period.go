package money

import (
	"fmt"
	"time"

	"github.com/ocrmux/ocrmux/internal/message"
)

// Per is the period of a budget.
type Per string

const (
	// Day begins at local midnight, or at the first moment of the day if a clock change skips midnight.
	Day Per = "day"
	// Month begins with the first day of the month.
	Month Per = "month"
	// ever never ends: the period of a package.
	ever Per = ""
)

// bounds returns the first moment of the period of a time, and that of the next period; zero times for ever. name identifies the
// period, as in "2026-11-22" or "2026-11".
func (p Per) bounds(now time.Time, zone *time.Location) (from, until time.Time, name string) {
	y, m, d := now.In(zone).Date()
	switch p {
	case Day:
		return midnight(y, m, d, zone), midnight(y, m, d+1, zone), fmt.Sprintf("%04d-%02d-%02d", y, m, d)
	case Month:
		return midnight(y, m, 1, zone), midnight(y, m+1, 1, zone), fmt.Sprintf("%04d-%02d", y, m)
	default:
		return time.Time{}, time.Time{}, ""
	}
}

// midnight returns the first moment of a day. Where clocks go forward at midnight, time.Date may return an hour of the day before.
// Where they go back over midnight, midnight comes twice and time.Date may return either.
func midnight(y int, m time.Month, d int, zone *time.Location) time.Time {
	t := time.Date(y, m, d, 0, 0, 0, 0, zone)
	want := time.Date(y, m, d, 12, 0, 0, 0, zone).Day()
	if t.Day() != want {
		_, end := t.ZoneBounds()
		return end
	}
	if start, _ := t.ZoneBounds(); !start.IsZero() {
		if before := start.Add(-time.Nanosecond); before.Day() == want && t.Sub(start) < 3*time.Hour {
			_, offset := before.Zone()
			return time.Date(y, m, d, 0, 0, 0, 0, time.FixedZone("", offset)).In(zone)
		}
	}
	return t
}

// ParseInstant parses when something ends: RFC 3339, "2026-12-31 18:00" in the zone, or "2026-12-31", which means the end of that
// day in the zone. The error is a *[ConfigError].
func ParseInstant(text string, zone *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	if t, err := time.ParseInLocation("2006-01-02 15:04", text, zone); err == nil {
		return t, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
		_, end, _ := Day.bounds(t.Add(12*time.Hour), zone)
		return end, nil
	}
	return time.Time{}, wrong("expires", message.InstantMalformed, "value", quote(text, 40))
}
