// Command ocrmux reads identity cards through OCR providers.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/ocrmux/ocrmux/host/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	os.Exit(cli.FromOS().Run(ctx, os.Args[1:]))
}
