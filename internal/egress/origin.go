package egress

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"github.com/ocrmux/ocrmux/internal/message"
)

// origin is a canonical scheme, host and port. Two origins are the same if they are ==.
type origin struct {
	scheme string // "http" or "https"
	host   string // lower-case ASCII name without final dot, or the canonical text of an IP address, no brackets
	port   uint16
}

var (
	errScheme   = message.NewError(message.New(message.URLRelative), nil)
	errUserinfo = message.NewError(message.New(message.URLUserinfo), nil)
	errHost     = message.NewError(message.New(message.URLHost), nil)
	errPort     = message.NewError(message.New(message.URLPort), nil)
)

// originOf returns the origin of a URL. Its errors are fixed texts.
func originOf(u *url.URL) (origin, error) {
	o := origin{scheme: strings.ToLower(u.Scheme)}
	if (o.scheme != "http" && o.scheme != "https") || u.Opaque != "" {
		return origin{}, errScheme
	}
	if u.User != nil {
		return origin{}, errUserinfo
	}
	var err error
	if o.host, err = canonicalHost(u.Hostname()); err != nil {
		return origin{}, err
	}
	switch p := u.Port(); {
	case p == "" && strings.HasSuffix(u.Host, ":"):
		return origin{}, errPort
	case p != "":
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || n == 0 {
			return origin{}, errPort
		}
		o.port = uint16(n)
	case o.scheme == "https":
		o.port = 443
	default:
		o.port = 80
	}
	return o, nil
}

// canonicalHost returns a host in the form in which hosts are compared: IDNs in ASCII, lower case, without a final dot, IPv4-mapped
// IPv6 as IPv4. It refuses zones, and numbers that only some resolvers read as an IPv4 address (2130706433, 0x7f.1, 127.1).
func canonicalHost(host string) (string, error) {
	if strings.Contains(host, ":") {
		a, err := netip.ParseAddr(host)
		if err != nil || a.Zone() != "" {
			return "", errHost
		}
		return a.Unmap().String(), nil
	}
	if !isASCII(host) || strings.Contains(strings.ToLower(host), "xn--") {
		ascii, err := idna.Lookup.ToASCII(host)
		if err != nil {
			return "", errHost
		}
		host = ascii
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if len(host) == 0 || len(host) > 253 {
		return "", errHost
	}
	labels := strings.Split(host, ".")
	for _, l := range labels {
		if !isLabel(l) {
			return "", errHost
		}
	}
	if last := labels[len(labels)-1]; isNumber(last) {
		a, err := netip.ParseAddr(host)
		if err != nil {
			return "", errHost
		}
		return a.String(), nil
	}
	return host, nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// isLabel accepts letters, digits, inner hyphens, and the underscore that container networks use.
func isLabel(l string) bool {
	if len(l) == 0 || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
		return false
	}
	for i := range len(l) {
		c := l[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return true
}

// isNumber reports whether a resolver could read the last label of a host as part of an IPv4 address.
func isNumber(l string) bool {
	hex, isHex := strings.CutPrefix(l, "0x")
	if !isHex {
		hex = ""
	}
	return strings.Trim(l, "0123456789") == "" || isHex && strings.Trim(hex, "0123456789abcdef") == ""
}

// addr is the IP address the host is, if it is one.
func (o origin) addr() (netip.Addr, bool) {
	a, err := netip.ParseAddr(o.host)
	return a, err == nil
}

// authority is host[:port] as the Host header wants it, without the scheme's own port.
func (o origin) authority() string {
	if (o.scheme == "https" && o.port == 443) || (o.scheme == "http" && o.port == 80) {
		if strings.Contains(o.host, ":") {
			return "[" + o.host + "]"
		}
		return o.host
	}
	return o.address()
}

// address is host:port as net wants it.
func (o origin) address() string { return net.JoinHostPort(o.host, strconv.Itoa(int(o.port))) }

func (o origin) String() string {
	if o.scheme == "" {
		return ""
	}
	return o.scheme + "://" + o.authority()
}
