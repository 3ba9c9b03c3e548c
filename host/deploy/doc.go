// Package deploy contains the files that run the gateway as a systemd service, as a container image, and in Kubernetes, and tests of
// these files.
package deploy
