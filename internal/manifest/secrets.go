package manifest

import "github.com/ocrmux/ocrmux/engine/abi"

// SecretSets returns the sets of secrets of which one must be configured whole: those that a valid manifest lists, or else one of
// all that are configured and not captured from answers. There is none where no secret is configured.
func SecretSets(d *abi.Descriptor) []abi.SecretSet {
	if len(d.SecretSets) > 0 {
		return d.SecretSets
	}
	var all abi.SecretSet
	for _, s := range d.Secrets {
		if !s.Captured {
			all.Names = append(all.Names, s.Name)
		}
	}
	if len(all.Names) == 0 {
		return nil
	}
	return []abi.SecretSet{all}
}
