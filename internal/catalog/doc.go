// Package catalog finds plugins and validates them without running them, and defines what the engine and its runtimes agree on.
//
// [Find] lists what lies in a folder, each with its [Plugin] or with the reason why it cannot be used, a [*PluginError]. A
// [Runtime] loads the plugins of one kind; the [Module] it gives answers calls, and reaches the outside through the [Host] of
// each call. Runtimes are in packages of their own, so that a program carries only those it uses.
package catalog
