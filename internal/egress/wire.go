package egress

import (
	"net"
	"sync/atomic"
	"syscall"
)

// wireConn is the TCP connection. It counts the bytes in both directions.
type wireConn struct {
	net.Conn
	written, heard atomic.Int64
}

// Write counts the bytes that the kernel has accepted.
func (w *wireConn) Write(p []byte) (int, error) {
	n, err := w.Conn.Write(p)
	w.written.Add(int64(n))
	return n, err
}

// Read counts the bytes that came.
func (w *wireConn) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	w.heard.Add(int64(n))
	return n, err
}

// readable reports whether a Read would return at once, with bytes or the end of the connection. It is false where the system
// cannot tell.
func (w *wireConn) readable() (is bool) {
	w.control(func(fd uintptr) { is = readable(fd) })
	return is
}

// acknowledged returns how many bytes the other side's TCP has received so far, one more for the start of the connection, or 0
// where the system cannot tell.
func (w *wireConn) acknowledged() (n uint64) {
	w.control(func(fd uintptr) { n = acknowledged(fd) })
	return n
}

func (w *wireConn) control(f func(fd uintptr)) {
	c, ok := w.Conn.(syscall.Conn)
	if !ok {
		return
	}
	if raw, err := c.SyscallConn(); err == nil {
		_ = raw.Control(f) // fails only on a closed connection, whose next use fails too
	}
}
