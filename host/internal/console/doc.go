// Package console serves the gateway's pages for people, in Chinese and English, rendered on the server.
package console
