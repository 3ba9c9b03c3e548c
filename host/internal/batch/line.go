package batch

import (
	"os"
	"time"
	"unicode/utf8"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
)

// Line is the result of one picture, one line of JSON: a recognition, or a failure with its attempts.
type Line struct {
	// Picture is the name of the picture as it was given. PictureBytes has its bytes if they are not UTF-8.
	Picture      string              `json:"picture"`
	PictureBytes []byte              `json:"picture_bytes,omitempty"`
	Recognition  *engine.Recognition `json:"recognition,omitempty"`
	Failure      *engine.Failure     `json:"failure,omitempty"`
	// Attempts of a failure; a recognition has its own.
	Attempts []engine.Attempt `json:"attempts,omitempty"`
	// Path is the absolute path of a file if it is not Picture, PathBytes its bytes if they are not UTF-8.
	Path      string `json:"path,omitempty"`
	PathBytes []byte `json:"path_bytes,omitempty"`
	// Modified and Bytes are those of the file before it was read. A failure is not final if they have changed.
	Modified time.Time `json:"modified,omitzero"`
	Bytes    int64     `json:"bytes,omitempty"`
}

// newLine returns a line without a result.
func newLine(p *Picture) *Line {
	l := &Line{Picture: p.Name}
	if !utf8.ValidString(p.Name) {
		l.PictureBytes = []byte(p.Name)
	}
	if p.path != p.Name {
		if l.Path = p.path; !utf8.ValidString(p.path) {
			l.PathBytes = []byte(p.path)
		}
	}
	l.Modified, l.Bytes = p.stat()
	return l
}

// stat returns when the file was modified and how many bytes it has; zero for an address and for a file that is not there.
func (p *Picture) stat() (modified time.Time, bytes int64) {
	if p.path == "" {
		return time.Time{}, 0
	}
	info, err := os.Stat(p.path)
	if err != nil {
		return time.Time{}, 0
	}
	return info.ModTime().UTC(), info.Size()
}

// key is that of the line's [Picture].
func (l *Line) key() string {
	switch {
	case len(l.PathBytes) > 0:
		return string(l.PathBytes)
	case l.Path != "":
		return l.Path
	case len(l.PictureBytes) > 0:
		return string(l.PictureBytes)
	}
	return l.Picture
}

// attempts returns the attempts of the call, successful or not.
func (l *Line) attempts() []engine.Attempt {
	if l.Recognition != nil {
		return l.Recognition.Attempts
	}
	return l.Attempts
}

// final reports whether a provider has found the picture to be at fault, so that reading the same picture again would change nothing.
// A failure before a provider is asked, such as a file that cannot be opened, costs nothing and may go away.
func (l *Line) final() bool {
	if l.Failure.Fault != abi.FaultCaller || l.Failure.Retryable {
		return false
	}
	for i := range l.Attempts {
		if l.Attempts[i].Outcome != engine.Skipped {
			return true
		}
	}
	return false
}
