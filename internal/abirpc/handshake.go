package abirpc

// The handshake of go-plugin, as both sides use it. The cookie is no secret: it only tells a provider that was started by
// a host from one that was started by hand.
const (
	// ProtocolVersion changes with abi.Major.
	ProtocolVersion = 1
	CookieKey       = "OCRMUX_PLUGIN"
	CookieValue     = "b2b6ea2f0f0c4f0aa7b5d0a4d1d4c7ce"
	// PluginName is the name under which a subprocess serves its one plugin.
	PluginName = "provider"
)
