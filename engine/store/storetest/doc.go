// Package storetest is what every implementation of [store.Store] has to pass.
package storetest
