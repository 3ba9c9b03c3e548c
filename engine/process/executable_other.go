//go:build !linux

package process

// newExecutable puts the code into a private copy.
func newExecutable(name string, code []byte) (*executable, error) { return privateCopy(name, code) }
