package catalog

import (
	"errors"
	"path/filepath"

	"github.com/ocrmux/ocrmux/internal/manifest"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/yamltree"
)

// readProviderFile fills a declarative plugin from its file. What is wrong with the manifest in it is a *yamltree.Error, with
// lines; what is wrong with the rest is for the runtime to say.
func (p *Plugin) readProviderFile(name string) error {
	file := filepath.Base(p.Path)
	var in *yamltree.Node
	err := p.read(name, func(code []byte) ([]byte, error) {
		root, problems := yamltree.Read(code, yamltree.Limits{})
		if err := yamltree.AsError(file, problems); err != nil {
			return nil, err
		}
		if in = root.Get("manifest"); in == nil {
			return nil, yamltree.AsError(file, []yamltree.Problem{root.Problem("the file lacks \"manifest\"")})
		}
		return in.JSON(), nil
	})
	var wrong *PluginError
	if in == nil || !errors.As(err, &wrong) {
		return err
	}
	placed := yamltree.AsError(file, ManifestProblems(in, wrong.Err))
	return &PluginError{Plugin: name, Cause: wrong.Cause, Detail: message.New(message.PluginFileWrong, "problems", placed.Error()), Err: errors.Join(placed, wrong.Err)}
}

// ManifestProblems returns the problems of the manifest at a node, each with its place in the provider file.
func ManifestProblems(at *yamltree.Node, err error) []yamltree.Problem {
	var out []yamltree.Problem
	for _, p := range manifest.Problems(err) {
		out = append(out, at.At(p.Path).Problem("%s", p.Error()))
	}
	return out
}
