// Package process is the provider runtime for subprocesses: it starts them with go-plugin's handshake and calls them over
// gRPC with the messages of package abi.
//
// # What runs
//
// The bytes that were hashed are the bytes that run: a file could be replaced between the two. On Linux they go into a
// sealed memory file, which nobody can change any more and which is executed directly. Elsewhere, and where memory files
// may not be executed, they go into a private copy that only this user can reach. So a provider does not find its own
// files through the path of its executable or through $ORIGIN: its working directory is the folder of the plugin file,
// and it opens what lies there by relative path. A script cannot be a provider, since its interpreter would be outside
// the checksum.
//
// # What a child gets
//
// An environment of what go-plugin needs for its handshake and the variables named in [Config.Env], an empty stdin, a temporary folder, and a
// process group of its own, of which nothing is left when it ends. It is shut off from the machine as [Confinement] says. Host functions are answered over its connection, for
// the call they belong to and only while that runs.
//
// # How it lives
//
// A module keeps one child, which serves many calls at once. A child that exits, loses its connection or does not answer
// several calls in a row is replaced after a delay that grows; one that fails too often rests, and calls then fail at once
// with the cause CrashLoop. Calls that come during a restart wait for it. Children die with the host: on Linux by a
// parent-death signal, and everywhere because the stream Host ends, with which a provider must end.
package process
