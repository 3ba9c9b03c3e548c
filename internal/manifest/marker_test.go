package manifest_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/ocrmux/ocrmux/internal/manifest"
	"github.com/ocrmux/ocrmux/internal/message"
)

func TestCheckMarker(t *testing.T) {
	other := func(found string, c message.Code, theirs int) message.Message {
		reason := message.New(c, "provider", message.New(message.PluginSomeProvider), "theirs", theirs, "ours", 1)
		return message.New(message.ModuleMarker, "function", found, "want", "ocrmux_abi_v1", "reason", reason)
	}
	unmarked := message.New(message.ModuleUnmarked, "function", "ocrmux_abi_v1")
	for _, tt := range []struct {
		name    string
		exports []string
		upgrade manifest.Upgrade // "" when no other major is meant
		says    message.Message  // zero when all is well
	}{
		{"this major", []string{"memory", "ocrmux_abi_v1"}, "", message.Message{}},
		{"this major and the next", []string{"ocrmux_abi_v2", "ocrmux_abi_v1"}, "", message.Message{}},
		{"newer majors only", []string{"ocrmux_abi_v2", "ocrmux_abi_v10", "ocrmux_abi_v3"}, manifest.UpgradeHost, other("ocrmux_abi_v10", message.PluginABINewer, 10)},
		{"an older major only", []string{"ocrmux_abi_v0"}, manifest.UpgradeProvider, other("ocrmux_abi_v0", message.PluginABIOlder, 0)},
		{"none", []string{"memory", "_start"}, "", unmarked},
		{"a name that only begins like one", []string{"ocrmux_abi_v2_old", "ocrmux_abi_v", "ocrmux_abi_v-2"}, "", unmarked},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := manifest.CheckMarker(slices.Values(tt.exports))
			if got := message.Error(err); !got.Equal(tt.says) {
				t.Errorf("it says %q, want %q", got, tt.says)
			}
			var version *manifest.VersionError
			if errors.As(err, &version) != (tt.upgrade != "") || version != nil && version.Upgrade != tt.upgrade {
				t.Errorf("the error is %#v", err)
			}
			if errors.Is(err, manifest.ErrUnmarked) != (!tt.says.IsZero() && tt.upgrade == "") {
				t.Errorf("the error is %v", err)
			}
		})
	}
}
