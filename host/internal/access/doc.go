// Package access says who sends a request to the HTTP API, and what that tenant may use and how often.
//
// A tenant proves itself with a key or with the common name of a client certificate. Keys are 256 random bits and are configured as
// their SHA-256: nobody can search such a space, so that a slow hash would only slow every request down.
package access
