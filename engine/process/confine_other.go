//go:build !linux

package process

// Examine tries what this system can do to hold a subprocess.
func Examine() Means {
	return Means{Unconfined: &unconfinedError{missing: []string{"only Linux can, with Landlock and seccomp"}}}
}
