package manifest_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/ocrmux/ocrmux/internal/manifest"
)

func TestCheckMarker(t *testing.T) {
	const exported = "the module exports "
	for _, tt := range []struct {
		name    string
		exports []string
		upgrade manifest.Upgrade // "" when no other major is meant
		says    string           // "" when all is well
	}{
		{"this major", []string{"memory", "ocrmux_abi_v1"}, "", ""},
		{"this major and the next", []string{"ocrmux_abi_v2", "ocrmux_abi_v1"}, "", ""},
		{"newer majors only", []string{"ocrmux_abi_v2", "ocrmux_abi_v10", "ocrmux_abi_v3"}, manifest.UpgradeHost,
			exported + "ocrmux_abi_v10 instead of ocrmux_abi_v1: the provider speaks ABI 10, this ocrmux 1: upgrade ocrmux, or get a build of the provider for ABI 1"},
		{"an older major only", []string{"ocrmux_abi_v0"}, manifest.UpgradeProvider,
			exported + "ocrmux_abi_v0 instead of ocrmux_abi_v1: the provider speaks ABI 0, this ocrmux 1: get a newer build of the provider, or rebuild it with the SDK for ABI 1"},
		{"none", []string{"memory", "_start"}, "", exported + "no function ocrmux_abi_v1: it is no ocrmux provider, or was not built with the SDK"},
		{"a name that only begins like one", []string{"ocrmux_abi_v2_old", "ocrmux_abi_v", "ocrmux_abi_v-2"}, "", exported + "no function ocrmux_abi_v1: it is no ocrmux provider, or was not built with the SDK"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := manifest.CheckMarker(slices.Values(tt.exports))
			said := ""
			if err != nil {
				said = err.Error()
			}
			if said != tt.says {
				t.Errorf("it says %q, want %q", said, tt.says)
			}
			var version *manifest.VersionError
			if errors.As(err, &version) != (tt.upgrade != "") || version != nil && version.Upgrade != tt.upgrade {
				t.Errorf("the error is %#v", err)
			}
			if errors.Is(err, manifest.ErrUnmarked) != (tt.says != "" && tt.upgrade == "") {
				t.Errorf("the error is %v", err)
			}
		})
	}
}
