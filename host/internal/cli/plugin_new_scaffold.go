package cli

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
	"text/template"

	"github.com/ocrmux/ocrmux/examples"
	"github.com/ocrmux/ocrmux/internal/manifest"
)

//go:embed templates
var providerTemplates embed.FS

const (
	templateRoot   = "templates"
	templateSuffix = ".tmpl"
	// goVersion is the Go version in the SDK's go.mod.
	goVersion = "1.26.0"
)

var (
	modulePath = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._~-]*(/[A-Za-z0-9._~-]+)*$`)
	// A release or a pseudo-version of a clean commit, which the Go module proxy may have.
	published = regexp.MustCompile(`^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$`)
)

// scaffold holds the values for the templates of a provider. All except the name and the language are for Go.
type scaffold struct {
	Name                string
	Language            language
	Module, Go, Version string
	// SDK is the folder of a checkout, Requires its own requirements. Both are empty for a published version.
	SDK, Requires string
	sums          []byte
}

// newScaffold checks the names and finds the version to build with. Its errors are usage errors.
func newScaffold(name string, f newFlags) (*scaffold, error) {
	l, err := languageOf(f)
	if err != nil {
		return nil, err
	}
	s := &scaffold{Name: name, Language: l}
	if f.lang == "go" {
		if err := s.goModule(f.module, f.sdk); err != nil {
			return nil, err
		}
	}
	text, err := s.render(providerTemplates, templateRoot+"/vendor/manifest.json"+templateSuffix)
	if err != nil {
		return nil, err
	}
	d, err := manifest.Parse(text)
	if err == nil {
		err = manifest.Validate(d)
	}
	var problem *manifest.Problem
	if errors.As(err, &problem) && problem.Path == "name" || errors.As(err, new(*manifest.ParseError)) {
		return nil, fmt.Errorf("%q is not a valid provider name: use at most 63 lower-case letters, digits and '-', beginning with a letter", name)
	}
	return s, err
}

// goModule sets the module, and the version of the SDK.
func (s *scaffold) goModule(module, sdk string) error {
	if module == "" {
		module = "example.com/" + s.Name
	}
	if !modulePath.MatchString(module) {
		return fmt.Errorf("--module is %q; write a module path such as example.com/acme", module)
	}
	s.Module, s.Go, s.Version = module, goVersion, buildVersion()
	if sdk != "" {
		c, err := readCheckout(sdk)
		if err != nil {
			return err
		}
		s.Version, s.SDK, s.Go, s.Requires, s.sums = "v0.0.0", c.dir, c.goVersion, c.requires, c.sums
	} else if !published.MatchString(s.Version) {
		return fmt.Errorf("this program was built from a checkout (version %s), which cannot be downloaded: name its folder with --sdk", s.Version)
	}
	return nil
}

// next returns the commands to run in the new folder. A checkout needs no download.
func (s *scaffold) next() []string {
	if s.SDK != "" {
		return s.Language.next[1:]
	}
	return s.Language.next
}

// files returns the contents of the folder by file name.
func (s *scaffold) files() (map[string][]byte, error) {
	out := make(map[string][]byte)
	for _, l := range s.Language.layers {
		from, root := fs.FS(providerTemplates), path.Join(templateRoot, l.folder)
		if l.example {
			from, root = examples.Runtimes(), l.folder
		}
		err := fs.WalkDir(from, root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			content, err := s.render(from, path)
			out[strings.TrimSuffix(strings.TrimPrefix(path, root+"/"), templateSuffix)] = content
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if s.sums != nil {
		out["go.sum"] = s.sums
	}
	return out, nil
}

// render executes one template. A file without the suffix is copied.
func (s *scaffold) render(from fs.FS, path string) ([]byte, error) {
	text, err := fs.ReadFile(from, path)
	if err != nil || !strings.HasSuffix(path, templateSuffix) {
		return text, err
	}
	t, err := template.New(path).Parse(string(text))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, s)
	return b.Bytes(), err
}
