// Package inspect tells what a plugin file is and what it wants, without running it.
package inspect
