//go:build !unix

package config

func syncFolder(string) error { return nil }
