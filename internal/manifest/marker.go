package manifest

import (
	"iter"
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
)

// ErrUnmarked means that a module has no marker of any version of the contract.
var ErrUnmarked = message.NewError(message.New(message.ModuleUnmarked, "function", abi.ExportMarker), nil)

// CheckMarker looks for the marker of this host's major version among the names that a module exports. If it is missing,
// CheckMarker returns [ErrUnmarked], or an error that wraps a [*VersionError] of the newest major version whose marker is there.
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
	other := OtherMajor("", uint32(newest), abi.Major)
	found := "ocrmux_abi_v" + strconv.FormatInt(newest, 10)
	return message.NewError(message.New(message.ModuleMarker, "function", found, "want", abi.ExportMarker, "reason", other.Message()), other)
}

// MajorOf returns the major version at the end of a name, such as that of a marker or of a module of host functions.
func MajorOf(name, prefix string) (major uint32, ok bool) {
	digits, found := strings.CutPrefix(name, prefix)
	n, err := strconv.ParseUint(digits, 10, 32)
	return uint32(n), found && err == nil
}
