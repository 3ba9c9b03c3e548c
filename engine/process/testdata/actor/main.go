// Command actor is a provider that behaves as the document it is asked for says.
package main

import (
	"crypto/rand"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/sdk"
)

// self is different in each process, which the number of a process need not be.
var self = rand.Text()

type actor struct{}

func (actor) Start(c *sdk.Call, in *sdk.Start) *sdk.Action {
	switch in.Document {
	case "hang":
		select {}
	case "crash":
		os.Exit(3)
	case "panic":
		panic("the secret of " + in.Document)
	case "big":
		return said("big", strings.Repeat("x", abi.MaxMessageBytes))
	case "echo":
		return said("echo", in.Options[0].Value)
	case "surroundings":
		stdin, err := io.ReadAll(os.Stdin)
		dir, _ := os.Getwd()
		return said("env", strings.Join(os.Environ(), "\n"), "stdin", fmt.Sprint(len(stdin), err), "dir", dir)
	case "files":
		var seen []string
		err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			seen = append(seen, path+": "+string(text))
			return err
		})
		if err != nil {
			seen = append(seen, err.Error())
		}
		return said("files", strings.Join(seen, ", "))
	case "print":
		for i := range 1000 {
			fmt.Fprintf(os.Stderr, "line %d\n", i)
		}
	case "spawn":
		sleeper := exec.Command("/bin/sleep", "1000000")
		if err := sleeper.Start(); err != nil {
			return said("error", err.Error())
		}
		return said("pid", strconv.Itoa(sleeper.Process.Pid))
	case "host":
		return useHost(c)
	}
	return &sdk.Action{Done: &sdk.Done{VendorRequestID: self, Fields: sdk.Fields(
		sdk.Read(sdk.Name, "样本"), sdk.Read(sdk.IDNumber, "SPECIMEN"),
	)}}
}

func (actor) Response(_ *sdk.Call, r *sdk.Response) *sdk.Action {
	done := &sdk.Done{VendorRequestID: r.Text("/id")}
	for _, l := range r.Leaves {
		f := sdk.Read(l.Path, l.Value)
		if l.Path != "/id" {
			f.Polygon = sdk.Box(10, 20, 300, 40)
		}
		done.Fields = append(done.Fields, f)
	}
	return sdk.Recognized(done)
}

func (actor) Accept(_ *sdk.Call, in *sdk.InboundRequest) *sdk.Accepted {
	if in.Path == "/panic" {
		panic(in.Path)
	}
	return &sdk.Accepted{Admit: &sdk.Admit{Document: in.Path}}
}

func (actor) Reply(_ *sdk.Call, out *sdk.ReplyRequest) *sdk.InboundResponse {
	return &sdk.InboundResponse{Status: 200, Headers: []sdk.Header{{Name: "call", Value: out.CallID}}}
}

// useHost calls host functions from many goroutines at once.
func useHost(c *sdk.Call) *sdk.Action {
	var wg sync.WaitGroup
	out := make([]string, 16)
	for i := range out {
		wg.Go(func() {
			if i%2 == 0 {
				b, err := c.Sign(sdk.Hash(sdk.MD5, sdk.Hex, sdk.Text(strconv.Itoa(i))))
				out[i] = fmt.Sprint(string(b), err)
				return
			}
			b, err := c.ReadImage(uint32(i))
			out[i] = fmt.Sprint(len(b), err)
		})
	}
	wg.Wait()
	return said("calls", strings.Join(out, "\n"))
}

func said(pairs ...string) *sdk.Action {
	d := new(sdk.Done)
	for i := 0; i < len(pairs); i += 2 {
		d.Extras = append(d.Extras, sdk.Extra{Name: pairs[i], Value: pairs[i+1]})
	}
	return sdk.Recognized(d)
}

func init() { sdk.Register(actor{}) }

func main() { sdk.Main() }
