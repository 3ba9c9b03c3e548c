package abi

// Version of the contract this package speaks. A host serves every provider of its major whose manifest asks for no newer
// minor and for no feature that the host does not have.
const (
	Major = 1
	Minor = 0
)

// Limits of the contract. Every length a guest passes is held to one of them before anything is allocated for it.
const (
	// MaxMessageBytes bounds one message in either direction.
	MaxMessageBytes = 4 << 20
	// MaxStateBytes bounds Exchange.state and Admit.state.
	MaxStateBytes = 64 << 10
	// MaxDepth bounds how deep messages nest; a digest in a digest takes three.
	MaxDepth = 64
	// MaxMessages bounds how many messages one message embeds, and so what a hostile one can make the host allocate.
	MaxMessages = 1 << 16
	// MaxInlineLeafBytes is the longest leaf that is passed by value; a longer one stays in the host as a handle.
	MaxInlineLeafBytes = 4096
	// MaxExchanges bounds the exchanges of one attempt.
	MaxExchanges = 8
	// MaxImageReadBytes bounds one answer of image_read.
	MaxImageReadBytes = 1 << 20
	// MaxLogBytes bounds one log record; the rest is cut.
	MaxLogBytes = 2048
	// MaxManifestBytes bounds a manifest.
	MaxManifestBytes = 256 << 10
)

// Names of the WASM calling convention.
const (
	// ExportMarker is the function every v1 guest exports: () -> i32. Its name says the major; it gives the minor that the
	// guest was built with, which decides nothing: the manifest says what a guest needs.
	ExportMarker = "ocrmux_abi_v1"
	// ExportAlloc is (n i32) -> ptr i32: room for n bytes of input, good until the next call; 0 means that there is none. It may
	// not call the host.
	ExportAlloc = "ocrmux_alloc"
	// ExportStep, ExportAccept and ExportReply are (n i32) -> i64: n bytes of input lie at the pointer ExportAlloc gave;
	// the result is ptr<<32 | len of the answer, good until the next call.
	ExportStep   = "ocrmux_step"
	ExportAccept = "ocrmux_accept"
	ExportReply  = "ocrmux_reply"
	// ImportModule holds the host functions, each (ptr i32, len i32) -> i64: status<<32 | len of a HostReply, which the guest
	// then fetches with ImportRead(ptr i32, len i32) -> i32: the number of bytes written.
	ImportModule = "ocrmux_v1"
	ImportRead   = "read_reply"
	// ManifestSection is the custom section that holds the manifest as JSON.
	ManifestSection = "ocrmux.manifest"
	// ManifestSuffix is put after an executable's name for the file that holds its manifest.
	ManifestSuffix = ".manifest.json"
	// ProviderSuffix is put after a provider's name for the file of one that is no program.
	ProviderSuffix = ".provider.yaml"
)

// DocumentIDCard is the first document: the Chinese resident identity card.
const DocumentIDCard = "cn.idcard"

// HostFunctions returns the names of the host functions.
func HostFunctions() []string {
	return []string{"sign", "http_send", "image_inspect", "image_fit", "image_read", "log"}
}
