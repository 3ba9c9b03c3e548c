package leaf

// numbering gives siblings their paths: a name that occurs once is "/name", one that repeats is "/name/0", "/name/1" …
type numbering struct {
	count map[string]int
	next  map[string]int
}

// newNumbering counts the names of n siblings.
func newNumbering(n int, name func(i int) string) numbering {
	if n < 2 {
		return numbering{} // one sibling cannot repeat
	}
	x := numbering{count: make(map[string]int, n), next: map[string]int{}}
	for i := range n {
		x.count[name(i)]++
	}
	return x
}

// enter goes down to the next sibling of this name; the result comes back up.
func (x numbering) enter(b *builder, name, prefix string) (leave func()) {
	mark := b.enter([]byte(prefix + name))
	if x.count[name] > 1 {
		b.enterIndex(x.next[name])
		x.next[name]++
	}
	return func() { b.leave(mark) }
}
