package doctor

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Differences of the clock. Vendors take a signature's time for good within some minutes; the strictest that is documented takes five.
const (
	noticeable = 30 * time.Second
	harmful    = 4 * time.Minute
)

// difference is how far this machine's clock is ahead of a host's.
type difference struct {
	origin string
	ahead  time.Duration
}

// clock judges by the host in the middle, for one of them may be wrong itself.
func (c *Case) clock(all []difference) Finding {
	switch {
	case !c.Online:
		return notChecked("clock", "", "not compared: --online asks the vendors' hosts for the time")
	case len(all) == 0:
		return notChecked("clock", "", "no host told the time")
	}
	slices.SortFunc(all, func(a, b difference) int { return cmp.Compare(a.ahead, b.ahead) })
	middle := all[len(all)/2]
	detail := fmt.Sprintf("%s %s", says(middle.ahead), middle.origin)
	switch off := middle.ahead.Abs(); {
	case off >= harmful:
		return bad("clock", "", detail, "set the clock, best by NTP: vendors refuse signatures from another time")
	case off >= noticeable:
		return warn("clock", "", detail, "have the clock set by NTP")
	default:
		return good("clock", "", detail)
	}
}

func says(ahead time.Duration) string {
	off := ahead.Abs().Round(time.Second)
	switch {
	case off <= 2*time.Second: // what the comparison cannot tell
		return "agrees with"
	case ahead > 0:
		return off.String() + " ahead of"
	default:
		return off.String() + " behind"
	}
}
