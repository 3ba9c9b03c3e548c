package manifest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// Upgrade says which side of an incompatible pair is too old.
type Upgrade string

// The two sides.
const (
	UpgradeHost     Upgrade = "host"
	UpgradeProvider Upgrade = "provider"
)

// VersionError says that a provider and this host do not speak the same contract.
type VersionError struct {
	Provider string // its name
	// What the provider asks for, and what the host serves.
	ProviderMajor, ProviderMinor uint32
	HostMajor, HostMinor         uint32
	// Missing are the features that the provider cannot do without and the host does not have.
	Missing []string
	// Upgrade is the side to upgrade.
	Upgrade Upgrade
}

// Error says what does not fit and which side to upgrade.
func (e *VersionError) Error() string {
	who := "the provider"
	if e.Provider != "" {
		who = fmt.Sprintf("provider %q", e.Provider)
	}
	asks, serves := fmt.Sprintf("ABI %d.%d", e.ProviderMajor, e.ProviderMinor), fmt.Sprintf("%d.%d", e.HostMajor, e.HostMinor)
	switch {
	case e.Upgrade == UpgradeProvider:
		return fmt.Sprintf("manifest: %s is built for %s, this host serves %s: get a newer build of the provider, or build it with the current SDK", who, asks, serves)
	case len(e.Missing) > 0:
		return fmt.Sprintf("manifest: %s needs what this host does not have (%s): upgrade ocrmux", who, strings.Join(e.Missing, ", "))
	default:
		return fmt.Sprintf("manifest: %s needs %s, this host serves %s: upgrade ocrmux", who, asks, serves)
	}
}

// Compatible says whether a host of this version, with these features beyond v1.0, can run a provider: nil, a
// [*VersionError], or a [*Problem] if the manifest names no version. A host that serves several majors asks once for each.
func Compatible(d *abi.Descriptor, hostMajor, hostMinor uint32, features []string) error {
	if d.ABI == nil || d.ABI.Major == 0 {
		return &Problem{Path: "abi.major", Reason: "is missing; write the ABI that the provider was built with"}
	}
	e := &VersionError{
		Provider:      d.Name,
		ProviderMajor: d.ABI.Major, ProviderMinor: d.ABI.Minor,
		HostMajor: hostMajor, HostMinor: hostMinor,
		Upgrade: UpgradeHost,
	}
	switch {
	case d.ABI.Major < hostMajor:
		e.Upgrade = UpgradeProvider
		return e
	case d.ABI.Major > hostMajor, d.ABI.Minor > hostMinor:
		return e
	}
	for _, feature := range d.Features {
		if !slices.Contains(features, feature) {
			e.Missing = append(e.Missing, feature)
		}
	}
	if len(e.Missing) > 0 {
		return e
	}
	return nil
}
