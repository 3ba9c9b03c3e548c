// Package distribution carries plugins to and from OCI registries, any that takes OCI 1.1 artifacts.
//
// A plugin is an artifact of type application/vnd.ocrmux.plugin.v1: its config blob is the plugin's manifest, its layers are
// the plugin's file and, where there is one, its signature. What is pulled is verified by digest and size, judged as a plugin,
// held to trusted keys, and only then put into a folder, all of it or nothing.
package distribution
