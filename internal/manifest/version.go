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
	// What the provider asks for, and what the host serves. The minors are 0 where only the majors are known.
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
	switch {
	case e.ProviderMajor < e.HostMajor:
		return fmt.Sprintf("%s speaks ABI %d, this ocrmux %d: get a newer build of the provider, or rebuild it with the SDK for ABI %d", who, e.ProviderMajor, e.HostMajor, e.HostMajor)
	case e.ProviderMajor > e.HostMajor:
		return fmt.Sprintf("%s speaks ABI %d, this ocrmux %d: upgrade ocrmux, or get a build of the provider for ABI %d", who, e.ProviderMajor, e.HostMajor, e.HostMajor)
	case len(e.Missing) > 0:
		features := "feature"
		if len(e.Missing) > 1 {
			features = "features"
		}
		return fmt.Sprintf("%s needs the %s %s, which this ocrmux (ABI %d.%d) does not have: upgrade ocrmux", who, features, strings.Join(e.Missing, ", "), e.HostMajor, e.HostMinor)
	default:
		return fmt.Sprintf("%s needs ABI %d.%d, this ocrmux has %d.%d: upgrade ocrmux", who, e.ProviderMajor, e.ProviderMinor, e.HostMajor, e.HostMinor)
	}
}

// OtherMajor is the error of a provider that speaks another major than the host, which shows without its manifest.
func OtherMajor(provider string, major, hostMajor uint32) *VersionError {
	e := &VersionError{Provider: provider, ProviderMajor: major, HostMajor: hostMajor, Upgrade: UpgradeHost}
	if major < hostMajor {
		e.Upgrade = UpgradeProvider
	}
	return e
}

// Compatible says whether a host of this version, with these features beyond v1.0, can run a provider: nil, a
// [*VersionError], or a [*Problem] if the manifest names no version. A host that serves several majors asks once for each.
//
// What the manifest says that the provider needs decides, and nothing else does: a provider may be built with a newer minor
// than the host's, or than it needs.
func Compatible(d *abi.Descriptor, hostMajor, hostMinor uint32, features []string) error {
	if d.ABI == nil || d.ABI.Major == 0 {
		return &Problem{Path: "abi.major", Reason: "is missing; write the ABI that the provider was built with"}
	}
	if d.ABI.Major != hostMajor {
		return OtherMajor(d.Name, d.ABI.Major, hostMajor)
	}
	e := &VersionError{
		Provider:      d.Name,
		ProviderMajor: d.ABI.Major, ProviderMinor: d.ABI.Minor,
		HostMajor: hostMajor, HostMinor: hostMinor,
		Upgrade: UpgradeHost,
	}
	if d.ABI.Minor > hostMinor {
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
