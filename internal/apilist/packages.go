package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/importer"
	"go/token"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// public has the folders whose packages other modules may import.
var public = []string{"engine", "sdk", "host"}

// listings returns the lines of each public package of the module in the working folder, as a program on Linux sees it.
func listings() (map[string][]string, error) {
	packages, err := load()
	if err != nil {
		return nil, err
	}
	imp := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		p, ok := packages[path]
		if !ok || p.Export == "" {
			return nil, fmt.Errorf("there is no export data of %s", path)
		}
		return os.Open(p.Export)
	})
	out := make(map[string][]string)
	for path, p := range packages {
		place, ok := p.place()
		if !ok {
			continue
		}
		pkg, err := imp.Import(path)
		if err != nil {
			return nil, err
		}
		if lines := list(pkg, p.Module.Path); len(lines) > 0 {
			out[place] = lines
		}
	}
	return out, nil
}

// goPackage is a package as "go list" describes it.
type goPackage struct {
	ImportPath, Name, Export string
	Module                   *struct {
		Path string
		Main bool
	}
}

// place returns the folder of a public package within the module.
func (p *goPackage) place() (string, bool) {
	if p.Module == nil || !p.Module.Main || p.Name == "main" || internal(p.ImportPath) {
		return "", false
	}
	place := strings.TrimPrefix(p.ImportPath, p.Module.Path+"/")
	top, _, _ := strings.Cut(place, "/")
	return place, slices.Contains(public, top)
}

func internal(path string) bool {
	return strings.Contains(path+"/", "/internal/")
}

// load lists the public packages and everything that they import, and has their export data compiled.
func load() (map[string]*goPackage, error) {
	args := []string{"list", "-export", "-deps", "-json=ImportPath,Name,Export,Module"}
	for _, top := range public {
		args = append(args, "./"+top+"/...")
	}
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	out := make(map[string]*goPackage)
	for d := json.NewDecoder(bytes.NewReader(text)); ; {
		p := new(goPackage)
		if err := d.Decode(p); errors.Is(err, io.EOF) {
			return out, nil
		} else if err != nil {
			return nil, err
		}
		out[p.ImportPath] = p
	}
}
