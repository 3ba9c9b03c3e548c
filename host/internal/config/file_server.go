package config

import "github.com/invopop/jsonschema"

// Server configures the HTTP server.
type Server struct {
	Listen      HostPort  `json:"listen,omitempty" jsonschema:"default=127.0.0.1:8080" jsonschema_description:"Address to listen on. One that other machines reach needs tenants."`
	TLS         ServerTLS `json:"tls,omitempty" jsonschema_description:"Certificate of the server. Its files are read again when they change."`
	MaxRequests int       `json:"max_requests,omitempty" jsonschema:"minimum=0,maximum=1000000,default=2048" jsonschema_description:"Requests that are served at once."`
	Queue       *int      `json:"queue,omitempty" jsonschema:"minimum=0,maximum=1000000" jsonschema_description:"Further requests that may wait for their turn, 5 seconds at most. Default: as many as max_requests."`
}

// ServerTLS is the server's certificate.
type ServerTLS struct {
	Cert     string `json:"cert,omitempty" jsonschema:"minLength=1" jsonschema_description:"PEM file with the certificate and those that lead to its authority."`
	Key      string `json:"key,omitempty" jsonschema:"minLength=1" jsonschema_description:"PEM file with the private key."`
	ClientCA string `json:"client_ca,omitempty" jsonschema:"minLength=1" jsonschema_description:"PEM file with the authorities of clients' certificates, which can then stand for a key."`
}

// Tenant is a user of the HTTP API.
type Tenant struct {
	Keys         []KeyHash `json:"keys,omitempty" jsonschema:"uniqueItems=true" jsonschema_description:"Hashes of its keys, as ocrmux key new prints them. The keys themselves do not belong here."`
	Certificates []string  `json:"certificates,omitempty" jsonschema:"uniqueItems=true" jsonschema_description:"Common names of client certificates that prove the tenant."`
	Routes       []string  `json:"routes,omitempty" jsonschema:"uniqueItems=true" jsonschema_description:"Routes that it may take, its default first. Default: all, beginning with default."`
	Rate         CallRate  `json:"rate,omitempty" jsonschema_description:"Requests in a time, such as 20/s. Default: any number."`
	Concurrency  int       `json:"concurrency,omitempty" jsonschema:"minimum=0,maximum=1000000" jsonschema_description:"Requests that may be under way at once. Default: any number."`
	Admin        bool      `json:"admin,omitempty" jsonschema:"default=false" jsonschema_description:"Whether it sees what all tenants do and may park providers."`
}

// KeyHash is the hash of a key.
type KeyHash string

// JSONSchema returns the schema of a hash.
func (KeyHash) JSONSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: `^sha256:[0-9a-f]{64}$`, Examples: []any{"sha256:…, as ocrmux key new prints it"}}
}
