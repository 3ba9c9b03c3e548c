//go:build !unix

package boundedread

// nonblocking is not needed: there are no named pipes among the files.
const nonblocking = 0
