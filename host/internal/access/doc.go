// Package access identifies the tenant that sends a request, and enforces its routes and limits.
//
// A key or the common name of a client certificate identifies a tenant. Keys are 256 random bits and are configured as their SHA-256:
// nobody can search such a space, so a slow hash would only slow down every request.
package access
