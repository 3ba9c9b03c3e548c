package cli

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"text/template"

	"github.com/ocrmux/ocrmux/engine/abi/manifest"
)

//go:embed templates/provider-go
var providerTemplates embed.FS

const (
	templateRoot   = "templates/provider-go"
	templateSuffix = ".tmpl"
	// goVersion is what the SDK's go.mod asks for.
	goVersion = "1.26.0"
)

var (
	modulePath = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._~-]*(/[A-Za-z0-9._~-]+)*$`)
	// A release or a pseudo-version of a clean commit: what the Go module proxy can know.
	published = regexp.MustCompile(`^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$`)
)

// scaffold is what the templates of a provider are filled with.
type scaffold struct {
	Name, Module, Go, Version string
	// SDK is the folder of a checkout, Requires what it requires itself; both empty with a published version.
	SDK, Requires string
	sums          []byte
}

// newScaffold judges names and finds the version to build with. Its errors are the user's.
func newScaffold(name, module, sdk string) (*scaffold, error) {
	if !modulePath.MatchString(module) {
		return nil, fmt.Errorf("--module is %q; write a module path such as example.com/acme", module)
	}
	s := &scaffold{Name: name, Module: module, Go: goVersion, Version: buildVersion()}
	if sdk != "" {
		c, err := readCheckout(sdk)
		if err != nil {
			return nil, err
		}
		s.Version, s.SDK, s.Go, s.Requires, s.sums = "v0.0.0", c.dir, c.goVersion, c.requires, c.sums
	} else if !published.MatchString(s.Version) {
		return nil, fmt.Errorf("this program was built from a checkout (version %s), which cannot be fetched: name its folder with --sdk", s.Version)
	}
	text, err := s.render("manifest.json" + templateSuffix)
	if err != nil {
		return nil, err
	}
	d, err := manifest.Parse(text)
	if err == nil {
		err = manifest.Validate(d)
	}
	var problem *manifest.Problem
	if errors.As(err, &problem) && problem.Path == "name" || errors.As(err, new(*manifest.ParseError)) {
		return nil, fmt.Errorf("the name %q is no provider's name: lower-case letters, digits and '-', a letter first, at most 63", name)
	}
	return s, err
}

// files are the contents of the folder by their names.
func (s *scaffold) files() (map[string][]byte, error) {
	out := make(map[string][]byte)
	err := fs.WalkDir(providerTemplates, templateRoot, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name := strings.TrimPrefix(path, templateRoot+"/")
		content, err := s.render(name)
		out[strings.TrimSuffix(name, templateSuffix)] = content
		return err
	})
	if s.sums != nil {
		out["go.sum"] = s.sums
	}
	return out, err
}

// render fills one template; a file without the suffix is as it is.
func (s *scaffold) render(name string) ([]byte, error) {
	text, err := providerTemplates.ReadFile(templateRoot + "/" + name)
	if err != nil || !strings.HasSuffix(name, templateSuffix) {
		return text, err
	}
	t, err := template.New(name).Parse(string(text))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, s)
	return b.Bytes(), err
}
