package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ocrmux/ocrmux/plugins/local/specimen"
)

// shot is one picture of a set.
type shot struct {
	file      string
	back      bool
	index     int
	names     specimen.Names
	condition string
}

// set is some pictures of one seed.
type set struct {
	seed  uint64
	shots []shot
}

// sets returns the pictures that the repository contains, so that they can be drawn again.
func sets() map[string]set {
	return map[string]set{
		"examples": {2026, []shot{
			{file: "specimen-front.jpg", index: 9, condition: "clean"},
			{file: "specimen-back.jpg", back: true, index: 12, condition: "clean"},
		}},
		"regression": {2027, []shot{
			{file: "front-clean.jpg", index: 0, condition: "clean"},
			{file: "front-turn90.jpg", index: 1, condition: "turn90"},
			{file: "front-tilt.jpg", index: 2, condition: "tilt"},
			{file: "front-perspective.jpg", index: 3, condition: "perspective-turned"},
			{file: "front-jpeg40.jpg", index: 4, condition: "jpeg40"},
			{file: "front-width480.jpg", index: 6, condition: "width480"},
			{file: "front-dark.jpg", index: 7, condition: "dark"},
			{file: "front-unknown-name.jpg", index: 8, names: specimen.UnknownNames, condition: "jpeg40"},
			{file: "back-turn180.jpg", back: true, index: 0, condition: "turn180"},
			{file: "back-perspective.jpg", back: true, index: 1, condition: "perspective-turned"},
			{file: "back-width480.jpg", back: true, index: 2, condition: "width480"},
			{file: "back-jpeg40.jpg", back: true, index: 3, condition: "jpeg40"},
		}},
	}
}

// drawSet draws a set and writes it with its truth.json.
func drawSet(g *specimen.Generator, shots []shot, out string) error {
	conditions := map[string]specimen.Condition{}
	for _, c := range specimen.Conditions() {
		conditions[c.Name] = c
	}
	var truths []specimen.Truth
	for _, s := range shots {
		truth, err := drawShot(g, s, conditions[s.condition], out)
		if err != nil {
			return fmt.Errorf("draw %s: %w", s.file, err)
		}
		truths = append(truths, truth)
	}
	return writeTruth(out, truths)
}

func drawShot(g *specimen.Generator, s shot, c specimen.Condition, out string) (specimen.Truth, error) {
	var card *specimen.Card
	var err error
	if s.back {
		card, err = g.Back(s.index)
	} else {
		card, err = g.Front(s.index, s.names)
	}
	if err != nil {
		return specimen.Truth{}, err
	}
	photo, err := g.Shoot(c, card, s.index)
	if err != nil {
		return specimen.Truth{}, err
	}
	return specimen.NewTruth(card, photo, s.file), os.WriteFile(filepath.Join(out, s.file), photo.JPEG, 0o644)
}

func writeTruth(out string, truths []specimen.Truth) error {
	data, err := json.MarshalIndent(truths, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "truth.json"), append(data, '\n'), 0o644)
}
