package manifest

import "slices"

// EndpointKey is the setting of a provider's config that names the vendor's scheme, host, port and path prefix.
const EndpointKey = "endpoint"

// WaiveEndpoint lets a config be without an endpoint where a config schema requires one: a front door calls nobody. The schema is decoded
// JSON, and is changed.
func WaiveEndpoint(schema any) {
	object, _ := schema.(map[string]any)
	if required, ok := object["required"].([]any); ok {
		object["required"] = slices.DeleteFunc(required, func(name any) bool { return name == EndpointKey })
	}
}
