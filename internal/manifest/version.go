package manifest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
)

// Upgrade says which side of an incompatible pair is too old.
type Upgrade string

// The two sides.
const (
	UpgradeHost     Upgrade = "host"
	UpgradeProvider Upgrade = "provider"
)

// VersionError means that a provider and this host do not speak the same contract.
type VersionError struct {
	Provider string // its name
	// Versions that the provider needs and that the host serves. The minors are 0 if only the majors are known.
	ProviderMajor, ProviderMinor uint32
	HostMajor, HostMinor         uint32
	// Missing are the features that the provider cannot do without and the host does not have.
	Missing []string
	// Upgrade is the side to upgrade.
	Upgrade Upgrade
}

// Error returns the English text of the message.
func (e *VersionError) Error() string { return e.Message().String() }

// Message says what does not fit and which side to upgrade.
func (e *VersionError) Message() message.Message {
	provider := message.New(message.PluginSomeProvider)
	if e.Provider != "" {
		provider = message.New(message.PluginProvider, "name", strconv.Quote(e.Provider))
	}
	ours := fmt.Sprintf("%d.%d", e.HostMajor, e.HostMinor)
	switch {
	case e.ProviderMajor < e.HostMajor:
		return message.New(message.PluginABIOlder, "provider", provider, "theirs", e.ProviderMajor, "ours", e.HostMajor)
	case e.ProviderMajor > e.HostMajor:
		return message.New(message.PluginABINewer, "provider", provider, "theirs", e.ProviderMajor, "ours", e.HostMajor)
	case len(e.Missing) > 0:
		return message.New(message.PluginABIFeatures, "provider", provider, "features", strings.Join(e.Missing, ", "), "ours", ours)
	default:
		theirs := fmt.Sprintf("%d.%d", e.ProviderMajor, e.ProviderMinor)
		return message.New(message.PluginABIMinor, "provider", provider, "theirs", theirs, "ours", ours)
	}
}

// OtherMajor returns the error of a provider that speaks another major version than the host. Provider may be empty.
func OtherMajor(provider string, major, hostMajor uint32) *VersionError {
	e := &VersionError{Provider: provider, ProviderMajor: major, HostMajor: hostMajor, Upgrade: UpgradeHost}
	if major < hostMajor {
		e.Upgrade = UpgradeProvider
	}
	return e
}

// Compatible reports whether a host of this version, with these features beyond v1.0, can run a provider. It returns nil, a
// [*VersionError], or a [*Problem] if the manifest names no version. A host that serves several majors asks once for each.
//
// Only the needs that the manifest states decide: a provider may be built with a newer minor version than the host's, or than
// it needs.
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
