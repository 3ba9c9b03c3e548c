// Package imaging inspects a picture, holds it to a provider's limits, and fits it to them.
//
// The three jobs are three calls, cheapest first:
//
//   - [Inspect] reads headers only. It tells the format by content, never by name, and refuses what would be dangerous or
//     pointless to decode: decompression bombs, cut-off files, animations, things that are no picture.
//   - [Limits.Check] says which limit of a provider a picture breaks, by how much, and what is allowed.
//   - [Fit] mends what can be mended: turns by EXIF, converts, shrinks, lowers the JPEG quality until the picture fits in the
//     encoding in which it is sent. A picture already within the limits comes back byte for byte.
//
// Fit also returns the [Transform] that maps what a provider saw back to the pixels the caller sent.
//
// Formats read are jpg, png, bmp and webp; formats written are jpg and png. The package is pure Go, keeps no state and all of it
// may be used concurrently. No error text contains anything of a picture's content.
package imaging
