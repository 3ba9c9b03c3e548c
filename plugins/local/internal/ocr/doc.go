// Package ocr finds and reads the lines of text in a picture with three PP-OCR networks: detection, direction, recognition.
//
// Detection is DB (Liao et al., "Real-time Scene Text Detection with Differentiable Binarization", 2020): the network returns
// the probability that each pixel is text, and Go code finds rectangles in it. Recognition is CTC over crops of 48 rows. Text
// may have any direction, but all of it must have the same.
package ocr
