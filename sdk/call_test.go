package sdk

import (
	"testing"

	"github.com/ocrmux/ocrmux/engine/abi"
)

func TestCallOptionIsAtTheTopLevelWhateverItsName(t *testing.T) {
	c := newCall(&abi.Context{Config: []abi.Leaf{{Path: "/a~1b", Value: "top"}, {Path: "/a/b", Value: "below"}}}, nil)
	if got := c.Option("a/b", "default"); got != "top" {
		t.Errorf("got %q", got)
	}
	if got := c.Option("c", "default"); got != "default" {
		t.Errorf("got %q", got)
	}
}
