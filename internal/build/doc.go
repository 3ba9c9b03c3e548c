// Package build turns the folder of a provider into its plugin files: a WebAssembly module with the manifest inside, from Go, C,
// Rust or AssemblyScript; and from Go an executable with the manifest beside it, too.
//
// It calls each language's own compiler with the settings in the folder, so that editors and people see the same
// ones, and it does not download compilers or their parts:
//
//	Go               go.mod, *.go        the go command
//	Rust             Cargo.toml, *.rs    cargo, and a rustc with the library for wasm32-unknown-unknown
//	AssemblyScript   package.json        node, and the asc in node_modules, with asconfig.json
//	C                *.c                 clang and wasm-ld, with compile_flags.txt
//
// A module from any other toolchain is made a plugin by [Embed]. Everything here is safe for concurrent use, but for two
// builds of one Rust folder, which cargo makes wait for each other.
package build
