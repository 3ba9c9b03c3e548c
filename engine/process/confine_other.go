//go:build !linux

package process

// shutOff does nothing: what it takes is Linux's own.
func shutOff(places) error {
	return &unconfinedError{missing: []string{"only Linux can, with Landlock and seccomp"}}
}
