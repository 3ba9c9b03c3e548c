// Package service is what a tenant may see and have done at the engine. The HTTP API and the console are its two faces.
package service
