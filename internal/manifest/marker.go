package manifest

import (
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// ErrUnmarked is the error of a module that has the marker of no version of the contract.
var ErrUnmarked = errors.New("the module exports no function " + abi.ExportMarker + ": it is no ocrmux provider, or was not built with the SDK")

// CheckMarker looks for the marker of this host's major among the names that a module exports. Without it, it gives
// [ErrUnmarked], or wraps a [*VersionError] of the newest major that the module has the marker of.
func CheckMarker(exports iter.Seq[string]) error {
	newest := int64(-1)
	for name := range exports {
		if name == abi.ExportMarker {
			return nil
		}
		if major, ok := MajorOf(name, "ocrmux_abi_v"); ok {
			newest = max(newest, int64(major))
		}
	}
	if newest < 0 {
		return ErrUnmarked
	}
	return fmt.Errorf("the module exports ocrmux_abi_v%d instead of %s: %w", newest, abi.ExportMarker, OtherMajor("", uint32(newest), abi.Major))
}

// MajorOf reads the major out of a name that ends in it, such as that of a marker or of a module of host functions.
func MajorOf(name, prefix string) (major uint32, ok bool) {
	digits, found := strings.CutPrefix(name, prefix)
	n, err := strconv.ParseUint(digits, 10, 32)
	return uint32(n), found && err == nil
}
