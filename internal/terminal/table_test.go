package terminal

import "testing"

func TestCellsCountsWideCharacters(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int{"": 0, "abc": 3, "张三": 4, "１２": 4, "ｶ": 1, "é": 1, "e\u0301": 1, "古丽·a": 6, "\u200b": 0, "𠮷": 2} {
		if got := cells(s); got != want {
			t.Errorf("%q takes %d cells, want %d", s, got, want)
		}
	}
}

func TestTableAlignsColumns(t *testing.T) {
	t.Parallel()
	table := Table{Indent: "  "}
	if !table.Empty() || table.String() != "" {
		t.Errorf("a table without rows is %q", table.String())
	}
	table.Add("name", "", "张三")
	table.Add("n", "", "b", "a\nb")
	if got, want := table.String(), "  name  张三\n  n     b     a b\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
