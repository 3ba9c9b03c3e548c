package doctor

import (
	"cmp"
	"slices"
	"time"

	"github.com/ocrmux/ocrmux/internal/message"
)

// Limits of the clock's difference. Vendors accept a signature's time within some minutes; the strictest documented limit is five.
const (
	unnoticeable = 2 * time.Second // the comparison is not more precise than that
	noticeable   = 30 * time.Second
	harmful      = 4 * time.Minute
)

// difference is how far this machine's clock is ahead of a host's.
type difference struct {
	origin string
	ahead  time.Duration
}

// clock compares this machine's clock with the host in the middle, since a host's clock may be wrong, too.
func (c *Case) clock(all []difference) Finding {
	switch {
	case !c.Online:
		return notChecked("clock", "", message.New(message.FindingClockSkipped))
	case len(all) == 0:
		return notChecked("clock", "", message.New(message.FindingClockUnknown))
	}
	slices.SortFunc(all, func(a, b difference) int { return cmp.Compare(a.ahead, b.ahead) })
	middle := all[len(all)/2]
	off := middle.ahead.Abs().Round(time.Second)
	code := message.FindingClockBehind
	switch {
	case off <= unnoticeable:
		code = message.FindingClockAgrees
	case middle.ahead > 0:
		code = message.FindingClockAhead
	}
	detail, help := message.New(code, "off", off, "host", middle.origin), message.New(message.HelpClock)
	switch {
	case off >= harmful:
		return bad("clock", "", detail, help)
	case off >= noticeable:
		return warn("clock", "", detail, help)
	default:
		return good("clock", "", detail)
	}
}
