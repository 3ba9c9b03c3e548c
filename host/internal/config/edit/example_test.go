package edit_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/host/internal/config/edit"
)

// A form changes a provider: the change is judged with all that the program knows, and written only if it holds.
func Example() {
	dir, err := os.MkdirTemp("", "edit")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "ocrmux.yaml")
	if err := os.WriteFile(path, []byte("# ours\nlog: {level: info}   # for now\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}

	text, sum, err := edit.Read(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	changed, err := edit.SetProvider(text, "cloud", config.Provider{Plugin: "jumdta", Labels: []string{"residency:cn"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(string(changed))

	report, err := config.Check(context.Background(), config.Sources{Path: path, Text: changed, ProgramDir: dir})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range report.Problems {
		fmt.Printf("line %d: %s: %s\n", p.Line, p.Key, p.Want)
	}
	if len(report.Problems) > 0 {
		return // the form shows them
	}
	if err := edit.Write(path, changed, sum); err != nil { // a *edit.ChangedError: somebody else was faster
		fmt.Println(err)
	}

	// Output:
	// # ours
	// log: {level: info}   # for now
	// providers:
	//   cloud:
	//     plugin: jumdta
	//     labels: ['residency:cn']
	// line 5: providers.cloud.plugin: none, since there are none
}
