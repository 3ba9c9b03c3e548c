// Package manifest reads, checks and embeds the manifest of a provider: an [abi.Descriptor] as JSON, in the custom section
// [abi.ManifestSection] of a module or in a file beside an executable.
//
// A plugin's manifest is validated before a byte of the plugin runs: [Extract] it, [Parse] it, see that it is [Compatible], then
// [Validate] it. All of them take bytes from anywhere. Guests never import this package. Everything in it is safe for
// concurrent use.
package manifest
