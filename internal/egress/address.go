package egress

import "net/netip"

// refusedNets returns the IPv4 ranges to which a provider's host must not resolve: those that are not globally reachable in
// the IANA IPv4 Special-Purpose Address Registry (RFC 6890), multicast, class E, and one metadata service on a public address.
// The metadata services of other clouds are in link-local and shared space.
func refusedNets() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"),        // this network
		netip.MustParsePrefix("10.0.0.0/8"),       // private
		netip.MustParsePrefix("100.64.0.0/10"),    // shared (carrier NAT), also a cloud's metadata service
		netip.MustParsePrefix("127.0.0.0/8"),      // loopback
		netip.MustParsePrefix("168.63.129.16/32"), // a cloud's host agent
		netip.MustParsePrefix("169.254.0.0/16"),   // link-local, metadata services
		netip.MustParsePrefix("172.16.0.0/12"),    // private
		netip.MustParsePrefix("192.0.0.0/24"),     // protocol assignments
		netip.MustParsePrefix("192.0.2.0/24"),     // documentation
		netip.MustParsePrefix("192.88.99.0/24"),   // 6to4 relay
		netip.MustParsePrefix("192.168.0.0/16"),   // private
		netip.MustParsePrefix("198.18.0.0/15"),    // benchmarking
		netip.MustParsePrefix("198.51.100.0/24"),  // documentation
		netip.MustParsePrefix("203.0.113.0/24"),   // documentation
		netip.MustParsePrefix("224.0.0.0/3"),      // multicast, reserved, broadcast
	}
}

// refusedNets6 returns the parts of global unicast IPv6 (2000::/3) that are not public hosts.
func refusedNets6() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("2001::/23"),     // protocol assignments, Teredo
		netip.MustParsePrefix("2001:db8::/32"), // documentation
		netip.MustParsePrefix("2002::/16"),     // 6to4, embeds any IPv4 address
		netip.MustParsePrefix("3fff::/20"),     // documentation
	}
}

// addressRules decides which addresses may be dialled. It is immutable.
type addressRules struct {
	v4, v6      []netip.Prefix
	globalV6    netip.Prefix
	nat64, all1 netip.Prefix
}

func newAddressRules() *addressRules {
	return &addressRules{
		v4:       refusedNets(),
		v6:       refusedNets6(),
		globalV6: netip.MustParsePrefix("2000::/3"),
		nat64:    netip.MustParsePrefix("64:ff9b::/96"), // RFC 6052: the IPv4 address is the last four bytes
		all1:     netip.MustParsePrefix("255.255.255.255/32"),
	}
}

// public reports whether a host that only a plugin names may have this address.
func (r *addressRules) public(a netip.Addr) bool {
	a = a.WithZone("").Unmap()
	if r.nat64.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	if a.Is4() {
		return !within(r.v4, a)
	}
	return r.globalV6.Contains(a) && !within(r.v6, a)
}

// unicast reports whether a host that the operator names may have this address: any that a single host can have.
func (r *addressRules) unicast(a netip.Addr) bool {
	a = a.WithZone("").Unmap()
	return a.IsValid() && !a.IsUnspecified() && !a.IsMulticast() && !r.all1.Contains(a)
}

// allows reports whether a connection of this standing may go to the address.
func (r *addressRules) allows(s standing, a netip.Addr) bool {
	if s.loopbackOnly && !a.WithZone("").Unmap().IsLoopback() {
		return false
	}
	if s.named {
		return r.unicast(a)
	}
	return r.public(a)
}

func within(nets []netip.Prefix, a netip.Addr) bool {
	for _, n := range nets {
		if n.Contains(a) {
			return true
		}
	}
	return false
}
