// Package distribution pushes plugins to OCI registries and pulls them. Any registry that accepts OCI 1.1 artifacts works.
//
// A plugin is an artifact of type application/vnd.ocrmux.plugin.v1. Its config blob is the plugin's manifest; its layers are the
// plugin's file and its signature, if any. A pull verifies digests and sizes, checks the plugin and, if keys are trusted, its
// signature, and only then installs all of its files or none.
package distribution
