package main

import (
	"go/ast"
	"go/token"
	"strconv"
	"strings"
)

// entry of a table in Go.
type entry struct {
	name string // its key or else its first string
	at   token.Pos
}

// entries returns the entries of the table that a comment is in, from the comment to the next one of its kind.
func entries(file *ast.File, at token.Pos) []entry {
	var table *ast.CompositeLit
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.CompositeLit); ok && lit.Lbrace < at && at < lit.Rbrace {
			table = lit // the innermost comes last
		}
		return true
	})
	if table == nil {
		return nil
	}
	end := table.Rbrace
	for _, group := range file.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, "//attack-each:") && c.Pos() > at && c.Pos() < end {
				end = c.Pos()
			}
		}
	}
	var all []entry
	for _, e := range table.Elts {
		if e.Pos() > at && e.Pos() < end {
			all = append(all, entry{firstString(e), e.Pos()})
		}
	}
	return all
}

func firstString(n ast.Node) string {
	name, found := "", false
	ast.Inspect(n, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && !found && lit.Kind == token.STRING {
			name, _ = strconv.Unquote(lit.Value) // the parser has accepted it
			found = true
		}
		return !found
	})
	return name
}
