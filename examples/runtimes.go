// Package examples carries what every provider in C, Rust and AssemblyScript begins with: the files of those examples that are
// not about a vendor. `ocrmux plugin new` writes them around an adapter.
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

// Runtimes are those files, in the folders provider-c, provider-rust and provider-assemblyscript.
func Runtimes() fs.FS { return runtimes }
