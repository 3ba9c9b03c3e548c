// Package examples embeds the files that every provider in C, Rust and AssemblyScript needs: the parts of the examples that
// do not depend on a vendor. ocrmux plugin new copies them.
package examples

import (
	"embed"
	"io/fs"
)

//go:embed provider-c/guest.c provider-c/ocrmux.h provider-c/protobuf.h provider-c/compile_flags.txt provider-c/.gitignore
//go:embed provider-rust/src/ocrmux.rs provider-rust/src/wire.rs provider-rust/.gitignore
//go:embed provider-assemblyscript/assembly/index.ts provider-assemblyscript/assembly/ocrmux.ts
//go:embed provider-assemblyscript/assembly/wire.ts provider-assemblyscript/asconfig.json
//go:embed provider-assemblyscript/package.json provider-assemblyscript/package-lock.json provider-assemblyscript/.gitignore
var runtimes embed.FS

// Runtimes returns the files in the folders provider-c, provider-rust and provider-assemblyscript.
func Runtimes() fs.FS { return runtimes }
