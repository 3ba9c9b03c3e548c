package doctor

import (
	"os"
	"slices"
	"strings"

	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/internal/message"
)

// secrets examines the files of secrets. They exist, since the configuration was loaded.
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
		detail := message.New(message.FindingSecretsThere, "files", len(files), "variables", variables)
		findings = append([]Finding{good("secrets", "", detail)}, findings...)
	}
	return findings
}

// open reports a file that other users can read or change.
func open(s config.SecretSource) []Finding {
	info, err := os.Stat(s.File)
	if err != nil {
		return []Finding{bad("secrets", s.File, message.New(message.FindingCannotLookAt, "reason", reason(err)), message.New(message.HelpReadableFile))}
	}
	switch mode := info.Mode().Perm(); {
	case !permissionsMatter():
		return nil
	case mode&0o002 != 0:
		return []Finding{bad("secrets", s.File, message.New(message.FindingOthersWrite, "mode", octal(info)), message.New(message.HelpSecretMode))}
	case mode&0o004 != 0:
		return []Finding{warn("secrets", s.File, message.New(message.FindingOthersRead, "mode", octal(info)), message.New(message.HelpSecretMode))}
	}
	return nil
}
