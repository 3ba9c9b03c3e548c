package doctor

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/host/internal/config"
)

// secrets looks at the files of secrets. That they are there is known, or the configuration would not have loaded.
func (c *Case) secrets() []Finding {
	var findings []Finding
	var files []string
	variables := 0
	for _, s := range c.Config.SecretSources {
		switch {
		case strings.HasPrefix(s.Setting, "plugins.trusted_keys."): // public keys
		case s.File == "":
			variables++
		case !slices.Contains(files, s.File):
			files = append(files, s.File)
			findings = append(findings, open(s)...)
		}
	}
	if total := len(files) + variables; total > 0 {
		detail := fmt.Sprintf("all there: %s, %s", count(len(files), "file"), count(variables, "use")+" of variables")
		findings = append([]Finding{good("secrets", "", detail)}, findings...)
	}
	return findings
}

// open tells of a file that more users can read than need to.
func open(s config.SecretSource) []Finding {
	info, err := os.Stat(s.File)
	if err != nil {
		return []Finding{bad("secrets", s.File, "cannot be looked at: "+reason(err), "make it readable for the user who runs the gateway")}
	}
	switch mode := info.Mode().Perm(); {
	case !permissionsMatter():
		return nil
	case mode&0o002 != 0:
		return []Finding{bad("secrets", s.File, fmt.Sprintf("every user of this machine can change it (%#o)", mode), "chmod 600, or 640 with the gateway's group")}
	case mode&0o004 != 0:
		return []Finding{warn("secrets", s.File, fmt.Sprintf("every user of this machine can read it (%#o)", mode), "chmod 600, or 640 with the gateway's group")}
	}
	return nil
}
