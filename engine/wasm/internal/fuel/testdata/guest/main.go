// Command guest is a Go module for the tests and benchmarks: work like that of a provider, and an endless loop.
//
// Build: GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared
package main

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
)

func main() {}

// form is read over and over by step.
const form = "name=SPECIMEN&side=front&detail=0&trace=7f3a&retry=3&scale=0.75&lines=12&angle=270&lang=zh&mode=fast"

// Step parses a form of n fields and writes it out again in another shape, as an adapter does. It returns a hash of what
// it wrote.
//
//go:wasmexport step
func Step(n int32) int64 {
	fields := map[string]string{}
	for i := range int(n) {
		for pair := range strings.SplitSeq(form, "&") {
			key, value, _ := strings.Cut(pair, "=")
			fields[key+strconv.Itoa(i)] = strings.ToUpper(value)
		}
	}
	keys := make([]string, 0, len(fields))
	for key := range fields {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	var out strings.Builder
	for _, key := range keys {
		fmt.Fprintf(&out, "{%q: %q}\n", key, fields[key])
	}
	return hash(out.String())
}

// Primes counts the primes below n.
//
//go:wasmexport primes
func Primes(n int32) int32 {
	composite := make([]bool, n)
	count := int32(0)
	for i := int32(2); i < n; i++ {
		if composite[i] {
			continue
		}
		count++
		for j := 2 * i; j < n; j += i {
			composite[j] = true
		}
	}
	return count
}

// Spin never returns.
//
//go:wasmexport spin
func Spin() int64 {
	x := int64(1)
	for {
		x = x*31 + 7
		if x == 0 {
			return x
		}
	}
}

// Tree walks a binary tree of calls of the given depth, without a loop.
//
//go:wasmexport tree
func Tree(depth int32) int32 {
	if depth <= 0 {
		return 1
	}
	return Tree(depth-1) + Tree(depth-1)
}

func hash(s string) int64 {
	h := uint64(14695981039346656037)
	for _, b := range []byte(s) {
		h = (h ^ uint64(b)) * 1099511628211
	}
	return int64(h)
}
