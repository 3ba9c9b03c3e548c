package manifest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// ModuleKind says what is wrong with the bytes of a module.
type ModuleKind string

// The kinds of [ModuleError].
const (
	KindNotWasm    ModuleKind = "not_wasm"    // does not begin as a WebAssembly binary does
	KindComponent  ModuleKind = "component"   // a component of the component model; providers are core modules
	KindMalformed  ModuleKind = "malformed"   // cut off, or a length points outside the file
	KindNoManifest ModuleKind = "no_manifest" // a good module without the section
	KindAmbiguous  ModuleKind = "ambiguous"   // the section is there twice
	KindTooLarge   ModuleKind = "too_large"   // the manifest has more than abi.MaxManifestBytes
)

// ModuleError says why a manifest cannot be taken from, or put into, a module.
type ModuleError struct {
	Kind   ModuleKind
	Reason string // what is wrong, and what would help
	Offset int    // of the section in the file, for KindMalformed
}

// Error says why.
func (e *ModuleError) Error() string {
	if e.Kind == KindMalformed {
		return fmt.Sprintf("manifest: %s, at byte %d", e.Reason, e.Offset)
	}
	return "manifest: " + e.Reason
}

const (
	customSection = 0
	headerBytes   = 8
)

// Extract finds the manifest in a WebAssembly module. It reads the section headers and nothing else of the module. The
// result is a sub-slice of wasm. It fails with a [*ModuleError] only.
func Extract(wasm []byte) ([]byte, error) {
	var found []byte
	err := eachSection(wasm, func(s section) error {
		if !s.isManifest {
			return nil
		}
		if found != nil {
			return &ModuleError{Kind: KindAmbiguous, Reason: fmt.Sprintf("the module has the section %q twice; embed the manifest again", abi.ManifestSection)}
		}
		found = s.content
		return checkSize(found)
	})
	if err != nil {
		return nil, err
	}
	if found == nil {
		return nil, &ModuleError{Kind: KindNoManifest, Reason: fmt.Sprintf("the module has no section %q; build it with ocrmux plugin build", abi.ManifestSection)}
	}
	return found, nil
}

// Embed returns a copy of a WebAssembly module that carries this manifest, and no earlier one. It does not read the
// manifest: see [Parse]. It fails with a [*ModuleError] only.
func Embed(wasm, manifest []byte) ([]byte, error) {
	if err := checkSize(manifest); err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(wasm)+len(manifest)+64)
	out = append(out, wasm[:min(headerBytes, len(wasm))]...)
	err := eachSection(wasm, func(s section) error {
		if !s.isManifest {
			out = append(out, s.whole...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	name := binary.AppendUvarint(nil, uint64(len(abi.ManifestSection)))
	name = append(name, abi.ManifestSection...)
	out = binary.AppendUvarint(append(out, customSection), uint64(len(name)+len(manifest)))
	return append(append(out, name...), manifest...), nil
}

func checkSize(manifest []byte) error {
	if len(manifest) > abi.MaxManifestBytes {
		return &ModuleError{Kind: KindTooLarge, Reason: fmt.Sprintf("the manifest has %d bytes, at most %d are allowed", len(manifest), abi.MaxManifestBytes)}
	}
	return nil
}

// section is one section of a module.
type section struct {
	whole      []byte // with its id and length
	isManifest bool
	content    []byte // of a manifest's section, after its name; never nil then
}

// eachSection walks over a module's sections. Every length is held against what is there before it is used.
func eachSection(wasm []byte, visit func(section) error) error {
	if err := checkHeader(wasm); err != nil {
		return err
	}
	for at := headerBytes; at < len(wasm); {
		malformed := &ModuleError{Kind: KindMalformed, Offset: at, Reason: "the module is cut off or damaged: a section does not fit into the file"}
		size, n := uvarint32(wasm[at+1:])
		payload := at + 1 + n
		if n == 0 || size > uint64(len(wasm)-payload) {
			return malformed
		}
		end := payload + int(size)
		s := section{whole: wasm[at:end:end]}
		if wasm[at] == customSection {
			length, n := uvarint32(wasm[payload:end])
			if n == 0 || length > uint64(end-payload-n) {
				return malformed
			}
			content := payload + n + int(length)
			if string(wasm[payload+n:content]) == abi.ManifestSection {
				s.isManifest, s.content = true, wasm[content:end:end]
			}
		}
		if err := visit(s); err != nil {
			return err
		}
		at = end
	}
	return nil
}

// checkHeader reads the magic number and the version, whose upper half tells components ("layer" 1) from modules.
func checkHeader(wasm []byte) error {
	if !bytes.HasPrefix(wasm, []byte("\x00asm")) {
		return &ModuleError{Kind: KindNotWasm, Reason: "the file is not WebAssembly: it does not begin with \\0asm"}
	}
	if len(wasm) < headerBytes {
		return &ModuleError{Kind: KindMalformed, Reason: "the module is cut off in its header"}
	}
	switch version, layer := binary.LittleEndian.Uint16(wasm[4:]), binary.LittleEndian.Uint16(wasm[6:]); {
	case layer == 1:
		return &ModuleError{Kind: KindComponent, Reason: "the file is a component, a provider is a core module; build for wasip1, or without the component step"}
	case version != 1 || layer != 0:
		return &ModuleError{Kind: KindNotWasm, Reason: fmt.Sprintf("the file is WebAssembly of version %d, layer %d; only version 1, layer 0 is known", version, layer)}
	}
	return nil
}

// uvarint32 reads a LEB128 number of at most 32 bits; n is 0 if there is none.
func uvarint32(b []byte) (value uint64, n int) {
	value, n = binary.Uvarint(b[:min(len(b), 5)])
	if n <= 0 || value > math.MaxUint32 {
		return 0, 0
	}
	return value, n
}
