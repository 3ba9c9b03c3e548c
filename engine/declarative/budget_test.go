package declarative

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/leaf"
)

// Each of these files would compare for a minute or longer.
func TestAStepThatComparesTooMuchIsStopped(t *testing.T) {
	t.Parallel()
	many := func(n int, item string) string { return "[" + strings.Repeat(item+", ", n-1) + item + "]" }
	members := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"k%d":"v",`, i)
		}
		return `{"data":{` + b.String() + `"k":"v"}}`
	}
	for name, condition := range map[string]string{
		//attack-each:supply-bounds
		"many texts below a pointer":  many(4_000, "{below: /data, is: q}"),
		"many words":                  many(1, "{below: /data, mentions: "+many(20_000, "q")+"}"),
		"many pointers":               many(15_000, "{pointer: /none}"),
		"many facts":                  many(15_000, "{exists: /none}"),
		"many lists of one item each": many(3_000, "{value: v}"),
		//attack-each:
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := `manifest: {name: x, version: 1.0.0, abi: {major: 1}, documents: [{document: cn.idcard, sides: [front], fields: [name]}], hosts: ["https://a.example"]}
request: {path: /}
values: {v: {pointer: /none, each: /data, where: {pointer: /x}}}
conditions: {c: {any: [{value: v}, {any: ` + condition + `}]}}
answer: {success: c}
card: {fields: {name: /name}}
`
			p, err := load("x", []byte(file), nil)
			if err != nil {
				t.Fatalf("%.500v", err)
			}
			answer, err := leaf.Flatten("application/json", []byte(members(19_900)), leaf.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.step(&abi.StepRequest{Context: &abi.Context{}, Response: &abi.Response{Status: 200, Leaves: answer.Leaves}}); !errors.Is(err, errTooMuch) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}
