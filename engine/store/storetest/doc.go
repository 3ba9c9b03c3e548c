// Package storetest tests implementations of [store.Store].
package storetest
