package egress

import (
	"net/netip"
	"testing"
)

func TestAddressRulesOfPublicHosts(t *testing.T) {
	t.Parallel()
	rules := newAddressRules()
	for addr, want := range map[string]bool{
		"47.96.1.1": true, "1.1.1.1": true, "9.255.255.255": true, "11.0.0.0": true, "100.63.255.255": true,
		"100.128.0.0": true, "172.15.255.255": true, "172.32.0.0": true, "223.255.255.255": true,
		"2400:3200::1": true, "2606:4700::1111": true, "::ffff:1.1.1.1": true, "64:ff9b::1.1.1.1": true,

		"0.0.0.0": false, "0.1.2.3": false, "10.0.0.1": false, "100.64.0.1": false, "100.100.100.200": false,
		"127.0.0.1": false, "127.255.255.255": false, "168.63.129.16": false, "169.254.169.254": false,
		"172.16.0.1": false, "172.31.255.255": false, "192.0.0.192": false, "192.0.2.1": false, "192.168.1.1": false,
		"198.18.0.1": false, "198.19.255.255": false, "198.51.100.1": false, "203.0.113.1": false,
		"224.0.0.1": false, "239.1.1.1": false, "240.0.0.1": false, "255.255.255.255": false,
		"::": false, "::1": false, "::127.0.0.1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false,
		"::ffff:0:127.0.0.1": false, "64:ff9b::127.0.0.1": false, "64:ff9b::10.0.0.1": false, "64:ff9b:1::1": false,
		"100::1": false, "2001::1": false, "2001:db8::1": false, "2002:7f00:1::": false, "3fff::1": false,
		"fc00::1": false, "fd00:ec2::254": false, "fe80::1": false, "fe80::1%eth0": false, "fec0::1": false, "ff02::1": false,
	} {
		if got := rules.public(netip.MustParseAddr(addr)); got != want {
			t.Errorf("public(%s) = %v, want %v", addr, got, want)
		}
	}
}

func TestAddressRulesByStanding(t *testing.T) {
	t.Parallel()
	rules := newAddressRules()
	for _, tt := range []struct {
		name string
		st   standing
		addr string
		want bool
	}{
		{"a named host may be private", standing{named: true}, "10.0.0.1", true},
		{"a named host may be loopback", standing{named: true}, "::1", true},
		{"a named host may be public", standing{named: true}, "1.1.1.1", true},
		{"a named host is no multicast group", standing{named: true}, "224.0.0.1", false},
		{"a named host is not unspecified", standing{named: true}, "0.0.0.0", false},
		{"a named host is not broadcast", standing{named: true}, "255.255.255.255", false},
		{"a named host over plain http may be loopback", standing{named: true, loopbackOnly: true}, "127.0.0.1", true},
		{"a named host over plain http may not be private", standing{named: true, loopbackOnly: true}, "10.0.0.1", false},
		{"a named host over plain http may not be public", standing{named: true, loopbackOnly: true}, "1.1.1.1", false},
		{"a manifest host may not be loopback", standing{}, "127.0.0.1", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := rules.allows(tt.st, netip.MustParseAddr(tt.addr)); got != tt.want {
				t.Errorf("allows = %v, want %v", got, tt.want)
			}
		})
	}
}
