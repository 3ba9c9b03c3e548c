// Package intake reads what a caller of the HTTP API sends: one picture, held once, and the parameters of its recognition.
//
// There are three forms: a JSON object with the picture in base64 or its address, a multipart form with the picture as a file, and the
// picture itself as the body. Parameters may also stand in the query, each in one place only.
package intake
