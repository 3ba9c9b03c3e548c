// Command embed reads one card with the ocrmux engine inside a Go program:
//
//	go run ./examples/embed examples/cards/specimen-front.jpg
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/process"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: embed PICTURE")
	}
	ctx := context.Background()
	e, err := engine.Open(ctx, engine.Config{
		Plugins:  "bin/plugins",
		Runtimes: []engine.Runtime{process.New(process.Config{})},
		// The provider local reads the card on this machine. A vendor's provider gets its secrets here.
		Providers: map[string]engine.ProviderConfig{"local": {}},
	})
	if err != nil {
		log.Fatal(err)
	}
	card, err := e.Recognize(ctx, engine.Request{Picture: engine.File(os.Args[1])})
	if err == nil {
		for name, field := range card.Fields {
			fmt.Printf("%-18s %s\n", name, field.Text)
		}
	}
	if closeErr := e.Close(ctx); err == nil {
		err = closeErr
	}
	if err != nil {
		log.Fatal(err)
	}
}
