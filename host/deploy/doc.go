// Package deploy holds the files to run the gateway with: as a service of systemd, as an image, and in Kubernetes. There is no code in
// it but the tests that keep these files true.
package deploy
