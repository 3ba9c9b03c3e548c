package cli

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ocrmux/ocrmux/internal/catalog/trust"
	"github.com/ocrmux/ocrmux/internal/terminal"
)

// approval holds the flags that approve changes of plugins. Without flags, a person at a terminal is asked.
type approval struct {
	all   bool
	names []string
}

func (a *approval) addFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&a.all, "yes", false, "approve everything that is shown")
	cmd.Flags().StringSliceVar(&a.names, "approve", nil, "approve the plugin of this `name` only; may be repeated")
}

// approve shows changes and returns the approved ones, and the names of the others. The removal of a plugin needs no approval. about
// returns a line that is shown below the changes of a plugin.
func (p *Program) approve(changes []trust.Change, a approval, about func(name string) string) (approved []trust.Change, pending []string, err error) {
	for _, name := range a.names {
		if !slices.ContainsFunc(changes, func(c trust.Change) bool { return c.Name == name }) {
			return nil, nil, usage(fmt.Errorf("--approve %s: no such plugin has changed", name))
		}
	}
	ask := !a.all && len(a.names) == 0 && p.interactive()
	answers := bufio.NewReader(p.Stdin)
	for _, c := range changes {
		if err := p.show(c, about(c.Name)); err != nil {
			return nil, nil, internal(err)
		}
		ok := a.all || c.After == nil || slices.Contains(a.names, c.Name)
		if !ok && ask {
			if ok, err = p.ask(answers, fmt.Sprintf("approve %s %s? [y/N] ", c.Name, c.After.Version)); err != nil {
				return nil, nil, internal(err)
			}
		}
		if ok {
			approved = append(approved, c)
		} else {
			pending = append(pending, c.Name)
		}
	}
	return approved, pending, nil
}

func (p *Program) show(c trust.Change, about string) error {
	text := strings.TrimSuffix(c.String(), "\n")
	if about != "" {
		text += "\n  " + about
	}
	for line := range strings.SplitSeq(text, "\n") {
		if _, err := fmt.Fprintln(p.Stdout, terminal.ASCII(line)); err != nil {
			return err
		}
	}
	return nil
}

// ask reads one answer. No answer means no.
func (p *Program) ask(answers *bufio.Reader, question string) (bool, error) {
	if _, err := fmt.Fprint(p.Stdout, question); err != nil {
		return false, err
	}
	answer, _ := answers.ReadString('\n') // an answer without a line end counts
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes", nil
}

// interactive reports whether standard input is a terminal.
func (p *Program) interactive() bool {
	f, ok := p.Stdin.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
