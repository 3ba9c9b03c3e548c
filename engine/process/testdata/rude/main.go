// Command rude is no provider: it misbehaves in the way its name says.
package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	switch os.Args[0] {
	case "noisy":
		fmt.Println("Loading model …")
		wait()
	case "blank":
		fmt.Println()
		wait()
	case "endless":
		for {
			fmt.Print(strings.Repeat("x", 4096))
		}
	case "exits":
		fmt.Fprintln(os.Stderr, "cannot find model.onnx")
		os.Exit(7)
	case "foreign":
		fmt.Fprintln(os.Stderr, "This binary is a plugin. These are not meant to be executed directly.")
		os.Exit(1)
	case "silent":
		wait()
	case "past":
		fmt.Println("1|0|unix|socket|grpc|")
		wait()
	case "vague":
		fmt.Println("1|one|unix|socket|grpc|")
		wait()
	case "future":
		fmt.Println("1|2|unix|socket|grpc|")
		wait()
	case "netrpc":
		fmt.Println("1|1|unix|socket|netrpc|")
		wait()
	case "elsewhere":
		fmt.Println("1|1|tcp|192.0.2.1:80|grpc|")
		wait()
	case "deaf":
		fmt.Println("1|1|unix|nowhere|grpc|")
		wait()
	case "dies":
		fmt.Println("1|1|unix|nowhere|grpc|")
		os.Exit(9)
	}
}

// wait blocks for ever; a bare select would be a deadlock to the Go runtime.
func wait() {
	r, _, _ := os.Pipe()
	_, _ = r.Read(make([]byte, 1))
}
