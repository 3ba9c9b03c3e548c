// Package trust decides which of the plugins that were found may be loaded: those whose bytes and capabilities the folder's
// plugins.lock approves and, where keys are trusted, that carry a signature of one of them.
//
// Nothing here runs a plugin. All functions are safe for concurrent use; a [Lock] that is being changed is not.
package trust
