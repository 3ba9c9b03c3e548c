package process

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"github.com/ocrmux/ocrmux/internal/message"
)

// ownAddress returns an error for an address that a child has announced, unless it is of a unix socket that lies in the child's own folder. Behind
// any other address there may be somebody else, whose answers would be taken for the child's. On Windows, which go-plugin has no unix
// sockets for, it is a port of this machine.
func ownAddress(folder, network, address string) error {
	if runtime.GOOS == "windows" && network == "tcp" && isLoopback(address) {
		return nil
	}
	if network == "unix" && filepath.IsAbs(address) && filepath.Dir(address) == filepath.Clean(folder) && filepath.Base(address) != ".." {
		// Not a link, which may lead out of the folder.
		if info, err := os.Lstat(address); err == nil && info.Mode().Type() == os.ModeSocket {
			return nil
		}
	}
	return &AddressError{Network: network, Address: address}
}

func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsLoopback()
}

// AddressError means that a child announced an address at which somebody else may listen.
type AddressError struct{ Network, Address string }

func (e *AddressError) Error() string { return e.Message().String() }

// Message names the address.
func (e *AddressError) Message() message.Message {
	return message.New(message.ProcessForeignAddress, "address", strconv.Quote(cut(e.Network+" "+e.Address, shownBytes)))
}
