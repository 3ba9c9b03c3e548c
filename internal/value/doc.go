// Package value turns what a provider says about a request (Value trees and Bodies of engine/abi) into headers and streams of
// known length: it puts in secrets, pictures and digests, and never holds a body in memory.
//
// An [Evaluator] serves one attempt. Everything a tree can have wrong is found before the first byte goes out, and comes
// back as an [*Error]. A [Stream] keeps referring to the pictures and literals it is made of, can be opened again for a
// replay, and base64 is written chunk by chunk; only a picture whose base64 occurs more than once in a request (sent and signed,
// say) is encoded into memory, once per attempt.
package value
