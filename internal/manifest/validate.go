package manifest

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/terminal"
)

// Problem is one thing that is wrong with a manifest.
type Problem struct {
	Path   string // "secrets[1].uses[0]"; empty for the whole manifest
	Reason string // what is wrong, and what would be right
}

// Error says where the problem is, and what.
func (p *Problem) Error() string {
	if p.Path == "" {
		return "manifest: " + p.Reason
	}
	return "manifest: " + p.Path + ": " + p.Reason
}

var (
	providerName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)
	dottedName   = regexp.MustCompile(`^[a-z][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*)*$`)
	plainName    = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
	decimal      = regexp.MustCompile(`^(0|[1-9][0-9]*)(\.[0-9]+)?$`)
	currency     = regexp.MustCompile(`^[A-Z]{3}$`)
	methodToken  = regexp.MustCompile(`^[A-Z]+$`)
	// semver is the expression that semver.org recommends.
	semver = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$`)
)

// Uses returns what a secret may be used for: "plain", the digests, their HMACs, and "rsa-sha256".
func Uses() []string {
	return []string{
		"plain", "md5", "sha1", "sha256", "sha512", "sm3",
		"hmac-md5", "hmac-sha1", "hmac-sha256", "hmac-sha512", "hmac-sm3", "rsa-sha256",
	}
}

// Validate checks that a descriptor makes sense in itself. It returns nil, or the problems, at most 50, as [*Problem] errors, joined.
// It does not check whether this host can run it: see [Compatible].
func Validate(d *abi.Descriptor) error {
	var c checker
	c.identity(d)
	c.documents(d.Documents)
	c.origins("hosts", d.Hosts)
	c.secrets(d)
	c.secretSets(d)
	c.images(d.Images)
	c.configSchema(d)
	c.prices(d.Prices)
	c.frontDoors(d.FrontDoors)
	c.list("features", d.Features, func(s string) string { return mustMatch(dottedName, s) })
	c.list("host_functions", d.HostFunctions, func(s string) string { return mustBeOneOf(abi.HostFunctions(), s) })
	return errors.Join(c.problems...)
}

// maxProblems bounds what is said of one manifest.
const maxProblems = 50

// checker collects problems, at most maxProblems.
type checker struct{ problems []error }

func (c *checker) add(path, format string, args ...any) {
	if len(c.problems) >= maxProblems {
		return
	}
	c.problems = append(c.problems, &Problem{Path: path, Reason: fmt.Sprintf(format, args...)})
}

// expect adds a problem with this reason, unless it is empty.
func (c *checker) expect(path, reason string) {
	if reason != "" {
		c.add(path, "%s", reason)
	}
}

// list checks each of some texts, and that none comes twice.
func (c *checker) list(path string, items []string, check func(string) (reason string)) {
	seen := make(map[string]bool, len(items))
	for i, item := range items {
		at := fmt.Sprintf("%s[%d]", path, i)
		c.expect(at, check(item))
		if seen[item] {
			c.add(at, "%q is listed twice", item)
		}
		seen[item] = true
	}
}

func mustMatch(pattern *regexp.Regexp, s string) string {
	if pattern.MatchString(s) {
		return ""
	}
	return fmt.Sprintf("%q must match %s", s, pattern)
}

func mustBeOneOf(known []string, s string) string {
	if slices.Contains(known, s) {
		return ""
	}
	return fmt.Sprintf("%q is not known; known are %s", s, strings.Join(known, ", "))
}

func (c *checker) identity(d *abi.Descriptor) {
	c.expect("name", mustMatch(providerName, d.Name))
	if !semver.MatchString(d.Version) {
		c.add("version", "%q is no semantic version such as 1.0.0 (semver.org)", d.Version)
	}
	if d.ABI == nil || d.ABI.Major == 0 {
		c.add("abi.major", "is missing; write the ABI that the provider was built with")
	}
	if !terminal.Visible(d.Description) {
		c.add("description", "must be one line of visible characters")
	}
	if d.Homepage != "" {
		if u, err := url.Parse(d.Homepage); err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
			c.add("homepage", "must be an absolute http or https address")
		}
	}
}

func (c *checker) documents(documents []abi.DocumentSupport) {
	if len(documents) == 0 {
		c.add("documents", "must list at least one document, for example %q", abi.DocumentIDCard)
	}
	seen := map[string]bool{}
	name := func(s string) string { return mustMatch(dottedName, s) }
	for i, d := range documents {
		at := fmt.Sprintf("documents[%d]", i)
		c.expect(at+".document", name(d.Document))
		if seen[d.Document] {
			c.add(at+".document", "%q is listed twice", d.Document)
		}
		seen[d.Document] = true
		for k, side := range d.Sides {
			if side != abi.SideFront && side != abi.SideBack || slices.Contains(d.Sides[:k], side) {
				c.add(fmt.Sprintf("%s.sides[%d]", at, k), "must be front or back, each once at most")
			}
		}
		c.list(at+".fields", d.Fields, name)
		c.list(at+".signals", d.Signals, name)
		c.list(at+".extras", d.Extras, name)
	}
}

func (c *checker) secrets(d *abi.Descriptor) {
	seen := map[string]bool{}
	for i, s := range d.Secrets {
		at := fmt.Sprintf("secrets[%d]", i)
		c.expect(at+".name", mustMatch(plainName, s.Name))
		if seen[s.Name] {
			c.add(at+".name", "%q is declared twice", s.Name)
		}
		seen[s.Name] = true
		if len(s.Uses) == 0 {
			c.add(at+".uses", "must list at least one use, or the secret can be used nowhere")
		}
		c.list(at+".uses", s.Uses, func(use string) string { return mustBeOneOf(Uses(), use) })
		c.origins(at+".hosts", s.Hosts)
		for k, host := range s.Hosts {
			if !slices.Contains(d.Hosts, host) {
				c.add(fmt.Sprintf("%s.hosts[%d]", at, k), "%q is not among the provider's hosts", host)
			}
		}
	}
}

func (c *checker) secretSets(d *abi.Descriptor) {
	captured := map[string]bool{}
	for _, s := range d.Secrets {
		captured[s.Name] = s.Captured
	}
	for i, set := range d.SecretSets {
		at := fmt.Sprintf("secret_sets[%d].names", i)
		if len(set.Names) == 0 {
			c.add(at, "must name at least one secret")
		}
		c.list(at, set.Names, func(name string) string {
			switch isCaptured, declared := captured[name]; {
			case !declared:
				return fmt.Sprintf("%q is not declared in secrets", name)
			case isCaptured:
				return fmt.Sprintf("%q is captured from an answer and so cannot be configured", name)
			}
			return ""
		})
	}
}

func (c *checker) prices(prices []abi.PriceTier) {
	type tier struct {
		calls    uint64
		currency string
	}
	seen := map[tier]bool{}
	for i, p := range prices {
		at := fmt.Sprintf("prices[%d]", i)
		if p.Calls == 0 {
			c.add(at+".calls", "must be at least 1: the calls that are bought together")
		}
		if !decimal.MatchString(p.PerCall) {
			c.add(at+".per_call", "%q is no decimal number such as \"0.045\"", p.PerCall)
		}
		if !currency.MatchString(p.Currency) {
			c.add(at+".currency", "%q is no ISO 4217 code such as \"CNY\"", p.Currency)
		}
		if t := (tier{p.Calls, p.Currency}); seen[t] {
			c.add(at, "a price for %d calls in %s is there twice", p.Calls, p.Currency)
		} else {
			seen[t] = true
		}
	}
}

// pathCharacters are those of RFC 3986 without escapes. Reviewers see them as they are, and no server takes them for a pattern.
const pathCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=:@/"

func (c *checker) frontDoors(doors []abi.FrontDoor) {
	seen := map[abi.FrontDoor]bool{}
	for i, d := range doors {
		at := fmt.Sprintf("front_doors[%d]", i)
		c.expect(at+".method", mustMatch(methodToken, d.Method))
		if u, err := url.Parse(d.Path); err != nil || !strings.HasPrefix(d.Path, "/") || u.Host != "" || u.Path != d.Path || strings.Trim(d.Path, pathCharacters) != "" {
			c.add(at+".path", "%+q must begin with a single '/' and be a path only, unescaped, of ASCII letters, digits and -._~!$&'()*+,;=:@/", d.Path)
		}
		if seen[d] {
			c.add(at, "is there twice")
		}
		seen[d] = true
	}
}
