// Package ocr finds and reads the lines of text in a picture with three PP-OCR networks: detection, direction, recognition.
//
// Detection is DB (Liao et al., "Real-time Scene Text Detection with Differentiable Binarization", 2020): a map of how likely each
// pixel is text, which plain Go turns into rectangles. Recognition is CTC over crops of 48 rows. Text may run in any direction, as long
// as all of it runs in the same one.
package ocr
