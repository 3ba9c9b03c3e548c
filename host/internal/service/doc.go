// Package service does for tenants what the HTTP API and the console offer, and enforces what each tenant may see and do.
package service
