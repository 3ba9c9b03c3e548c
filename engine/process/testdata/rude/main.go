// Command rude is no provider: it misbehaves in the way its name says.
package main

import (
	"fmt"
	"net"
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
		deaf("netrpc")
		wait()
	case "elsewhere":
		fmt.Println("1|1|tcp|192.0.2.1:80|grpc|")
		wait()
	case "relative":
		fmt.Println("1|1|unix|socket|grpc|")
		wait()
	case "beside":
		fmt.Println("1|1|unix|" + os.Getenv("PLUGIN_UNIX_SOCKET_DIR") + "/../socket|grpc|")
		wait()
	case "below":
		fmt.Println("1|1|unix|" + os.Getenv("PLUGIN_UNIX_SOCKET_DIR") + "/x/socket|grpc|")
		wait()
	case "abstract":
		fmt.Println("1|1|unix|@socket|grpc|")
		wait()
	case "local":
		fmt.Println("1|1|tcp|127.0.0.1:80|grpc|")
		wait()
	case "nowhere":
		fmt.Println("1|1|unix|" + os.Getenv("PLUGIN_UNIX_SOCKET_DIR") + "/nowhere|grpc|")
		wait()
	case "file":
		path := os.Getenv("PLUGIN_UNIX_SOCKET_DIR") + "/file"
		_ = os.WriteFile(path, nil, 0o600)
		fmt.Println("1|1|unix|" + path + "|grpc|")
		wait()
	case "deaf":
		deaf("grpc")
		wait()
	case "dies":
		deaf("grpc")
		os.Exit(9)
	}
}

// deaf announces a socket on which nobody listens any more.
func deaf(protocol string) {
	path := os.Getenv("PLUGIN_UNIX_SOCKET_DIR") + "/socket"
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		panic(err)
	}
	l.SetUnlinkOnClose(false)
	_ = l.Close()
	fmt.Println("1|1|unix|" + path + "|" + protocol + "|")
}

// wait blocks for ever; a bare select would be a deadlock to the Go runtime.
func wait() {
	r, _, _ := os.Pipe()
	_, _ = r.Read(make([]byte, 1))
}
