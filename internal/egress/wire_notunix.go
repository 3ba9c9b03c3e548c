//go:build !unix

package egress

func readable(uintptr) bool { return false }
