package manifest

import (
	"fmt"
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// images checks that the limits leave some picture that keeps to all of them.
func (c *checker) images(l *abi.ImageLimits) {
	if l == nil {
		return
	}
	for i, f := range l.Formats {
		if f == abi.ImageFormatUnspecified || f.String() == "unknown" || slices.Contains(l.Formats[:i], f) {
			c.add(fmt.Sprintf("images.formats[%d]", i), "must be jpg, png, bmp or webp, each once at most")
		}
	}
	if l.MaxSide > 0 && l.MinSide > l.MaxSide {
		c.add("images.min_side", "is %d, more than max_side, which is %d", l.MinSide, l.MaxSide)
	}
	encoded := l.Encoding != abi.EncodingRaw
	if l.Encoding.String() == "unknown" {
		c.add("images.encoding", "is not known")
	}
	if l.MaxEncodedBytes > 0 && !encoded {
		c.add("images.max_encoded_bytes", "needs images.encoding; the limit of a picture that goes out as it is is max_bytes")
	}
	c.list("images.inputs", l.Inputs, func(s string) string { return mustBeOneOf([]string{"bytes", "url"}, s) })
	if l.MaxURLBytes > 0 && len(l.Inputs) > 0 && !slices.Contains(l.Inputs, "url") {
		c.add("images.max_url_bytes", "needs \"url\" among images.inputs")
	}
}
