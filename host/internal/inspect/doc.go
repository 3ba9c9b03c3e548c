// Package inspect describes a plugin file and what it needs, without running it.
package inspect
