//go:build !linux

package process

// newExecutable puts the code into a private copy.
func newExecutable(_ string, code []byte) (*executable, error) { return privateCopy(code) }
