// Package intake reads a recognition request of the HTTP API: one picture, which is held in memory once, and its parameters.
//
// A request has one of three forms: a JSON object with the picture in base64 or its address, a multipart form with the picture as a
// file, or the picture itself as the body. Parameters may also be in the query, each in one place only.
package intake
