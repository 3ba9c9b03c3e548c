// Package modelset describes a folder of models and the purpose of each file in it.
package modelset

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// File is the name of the file that describes its folder.
const File = "models.json"

// ErrMissing means that the folder of models is missing or incomplete.
var ErrMissing = errors.New("models of the local reader are missing")

// Remedy returns what to do about [ErrMissing]. A relative folder lies in that of the plugins: a host shows the plugin a copy of what was
// approved, so that the path of the copy helps nobody.
func Remedy(dir string) string {
	const fetch = "fetch them with: go run ./plugins/local/cmd/fetch -out "
	if filepath.IsAbs(dir) {
		return fetch + dir
	}
	return fetch + "PLUGINS/" + filepath.ToSlash(filepath.Clean(dir)) + ", and approve them with: ocrmux plugin lock PLUGINS"
}

// Manifest names the files of a folder of models, relative to it.
type Manifest struct {
	// Name is the name of the models, for people.
	Name string `json:"name"`
	// Library is the ONNX Runtime shared library. Its API version must be at least that of this program's headers.
	Library string `json:"library"`
	// Detector, Direction and Recognizer are ONNX files with the inputs and outputs of PP-OCR.
	Detector   string `json:"detector"`
	Direction  string `json:"direction"`
	Recognizer string `json:"recognizer"`
	// Dictionary has one character per line. It is empty if the recogniser has the dictionary in its metadata, under the key
	// "character".
	Dictionary string `json:"dictionary,omitempty"`
}

// Load reads and checks the manifest of a folder. Errors wrap [ErrMissing] and say what to do.
func Load(dir string) (*Manifest, error) {
	data, err := os.ReadFile(filepath.Join(dir, File))
	if err != nil {
		return nil, fmt.Errorf("%w: %w; %s", ErrMissing, err, Remedy(dir))
	}
	var m Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("%w: read %s: %w; %s", ErrMissing, File, err, Remedy(dir))
	}
	for what, file := range m.files() {
		if file == "" {
			if what == "dictionary" {
				continue
			}
			return nil, fmt.Errorf("%w: %s names no %s; %s", ErrMissing, File, what, Remedy(dir))
		}
		if !filepath.IsLocal(file) {
			return nil, fmt.Errorf("%w: %s points outside its folder for the %s", ErrMissing, File, what)
		}
		if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
			return nil, fmt.Errorf("%w: the %s: %w; %s", ErrMissing, what, err, Remedy(dir))
		}
	}
	return &m, nil
}

func (m *Manifest) files() map[string]string {
	return map[string]string{
		"library": m.Library, "detector": m.Detector, "direction": m.Direction, "recognizer": m.Recognizer, "dictionary": m.Dictionary,
	}
}
