package conform

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/boundedread"
)

// table is a vendor's table of failures with the template of its answer.
type table struct {
	name     string // "" for the first
	template string
	// golden is the name of the exchange that is answered; "" is the first that read a card. number is the request in it,
	// counted from 1; 0 is the last.
	golden string
	number int
	rows   []row
}

// row is the failure for one code of the vendor. A column that is not checked is nil.
type row struct {
	line          int
	code, message string
	status        int
	again         bool // the provider must send another request
	kind          *abi.FailureKind
	retryable     *bool
	failOver      *bool
	billed        *abi.Billed
	fault         *abi.Fault
}

// anyCode is the code of the row for codes that are not listed.
const anyCode = "*"

// maxFileBytes limits a file of recordings or tables, or a picture.
const maxFileBytes = 64 << 20

func readArchive(path string) (*txtar.Archive, error) {
	text, err := boundedread.File(path, maxFileBytes)
	if err != nil {
		return nil, err
	}
	return txtar.Parse(text), nil
}

// readTables reads failures.txtar in a folder. Without the file there are no tables.
func readTables(dir string) ([]*table, error) {
	archive, err := readArchive(filepath.Join(dir, FailuresFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	sections := map[string]string{}
	for _, f := range archive.Files {
		sections[f.Name] = string(f.Data)
	}
	var out []*table
	for _, f := range archive.Files {
		name, ok := strings.CutPrefix(f.Name, "failures")
		if !ok {
			continue
		}
		t := &table{name: strings.TrimPrefix(name, "."), template: sections["response"+name+".http"]}
		if t.template == "" {
			return nil, fmt.Errorf("%s: section %s needs a section response%s.http with the template of the answer", FailuresFile, f.Name, name)
		}
		if err := t.parse(f.Name, string(f.Data)); err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

func (t *table) parse(section, text string) error {
	n := 0
	for line := range strings.Lines(text) {
		n++
		wrong := func(err error) error {
			return fmt.Errorf("%s: section %s, line %d: %w", FailuresFile, section, n, err)
		}
		fields := strings.Fields(line)
		switch {
		case len(fields) == 0, strings.HasPrefix(fields[0], "#"):
		case len(fields) == 2 && fields[0] == "golden":
			t.golden = fields[1]
		case len(fields) == 2 && fields[0] == "exchange":
			var err error
			if t.number, err = strconv.Atoi(fields[1]); err != nil || t.number < 1 {
				return wrong(fmt.Errorf("%q is not the number of an exchange", fields[1]))
			}
		case len(fields) < 7:
			return wrong(errors.New("a row has the columns code, status, kind, retryable, fail_over, billed, fault, and the message up to the end of the line"))
		default:
			r, err := parseRow(fields)
			if err != nil {
				return wrong(err)
			}
			if slices.ContainsFunc(t.rows, func(o row) bool { return o.code == r.code && o.message == r.message && o.status == r.status }) {
				return wrong(fmt.Errorf("the code %s is listed twice with this message", r.code))
			}
			r.line = n
			t.rows = append(t.rows, r)
		}
	}
	if len(t.rows) == 0 {
		return fmt.Errorf("%s: section %s has no row", FailuresFile, section)
	}
	return nil
}

func parseRow(fields []string) (r row, err error) {
	r.code, r.message = fields[0], strings.Join(fields[7:], " ")
	if r.status, err = strconv.Atoi(fields[1]); err != nil || r.status < 200 || r.status > 599 {
		return r, fmt.Errorf("%q is not an HTTP status", fields[1])
	}
	if r.again = fields[2] == "exchange"; !r.again {
		r.kind, err = column[abi.FailureKind](fields[2], err)
	}
	r.retryable, err = truth(fields[3], err)
	r.failOver, err = truth(fields[4], err)
	r.billed, err = column[abi.Billed](fields[5], err)
	r.fault, err = column[abi.Fault](fields[6], err)
	return r, err
}

// column reads a name of the contract. It returns nil for "-", a column that is not checked.
func column[T any, P interface {
	*T
	UnmarshalText([]byte) error
}](text string, before error) (*T, error) {
	if text == "-" || before != nil {
		return nil, before
	}
	v := new(T)
	if err := P(v).UnmarshalText([]byte(text)); err != nil {
		return nil, err
	}
	return v, nil
}

func truth(text string, before error) (*bool, error) {
	yes := text == "yes"
	switch {
	case before != nil || text == "-":
		return nil, before
	case !yes && text != "no":
		return nil, fmt.Errorf("%q is neither yes nor no", text)
	}
	return &yes, nil
}

// fill returns the answer for a row.
func (t *table) fill(r row) (answer, bool) {
	text := strings.NewReplacer("{status}", strconv.Itoa(r.status), "{code}", r.code, "{message}", r.message, "{detail}", r.message).Replace(t.template)
	return parseAnswer(text)
}

// Codes returns the codes that have a row in the tables of failures in a folder.
func Codes(dir string) ([]string, error) {
	tables, err := readTables(dir)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, t := range tables {
		for _, r := range t.rows {
			if r.code != anyCode && !slices.Contains(out, r.code) {
				out = append(out, r.code)
			}
		}
	}
	return out, nil
}

// unlisted returns a code of the same form that no row has.
func (t *table) unlisted() string {
	number := !slices.ContainsFunc(t.rows, func(r row) bool {
		_, err := strconv.Atoi(r.code)
		return err != nil && r.code != anyCode
	})
	if number {
		return "987654"
	}
	return "NoSuchCode"
}

// asRow returns the row for a code that is not listed: a provider error, and billing is unknown unless the row * says it.
func (t *table) asRow() row {
	r := row{code: t.unlisted(), status: 200, message: "not listed", kind: new(abi.FailureKind), retryable: new(bool), billed: new(abi.Billed)}
	*r.kind = abi.FailureKindProviderError
	if len(t.rows) > 0 {
		r.status = t.rows[0].status
	}
	if i := slices.IndexFunc(t.rows, func(r row) bool { return r.code == anyCode }); i >= 0 {
		stated := t.rows[i]
		r.status, r.failOver, r.billed, r.fault = stated.status, stated.failOver, stated.billed, stated.fault
		if stated.message != "" {
			r.message = stated.message
		}
	}
	return r
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// exists returns the text of a file, and whether the file exists.
func exists(path string) (text string, ok bool) {
	b, err := boundedread.File(path, maxFileBytes)
	return strings.TrimSpace(string(b)), err == nil
}
