package manifest

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// hostName is a lower-case ASCII host name; an internationalised one is written in its xn-- form.
var hostName = regexp.MustCompile(`^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)

// origins checks a list of origins. Each has one way to be written, so that lists can be compared as they are.
func (c *checker) origins(path string, origins []string) {
	c.list(path, origins, func(origin string) string {
		if isOrigin(origin) {
			return ""
		}
		return fmt.Sprintf("%q must be https://host in lower case, with :port if that is not 443, and nothing else; a plain http or private endpoint is for the operator to configure", origin)
	})
}

func isOrigin(origin string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "https" || origin != "https://"+u.Host {
		return false
	}
	host := u.Host
	if _, _, hasPort := strings.Cut(strings.TrimPrefix(host, "["+u.Hostname()+"]"), ":"); hasPort {
		port, err := strconv.ParseUint(u.Port(), 10, 16)
		if err != nil || port == 0 || port == 443 || u.Port() != strconv.FormatUint(port, 10) {
			return false
		}
	}
	if addr, err := netip.ParseAddr(u.Hostname()); err == nil {
		return addr.Zone() == "" && addr.String() == u.Hostname()
	}
	return len(host) <= 253 && hostName.MatchString(u.Hostname())
}
