// Package raster holds decoded pictures as packed RGB bytes. It has the operations that reading a card needs: decoding within a
// limit, resizing, quarter turns, cropping and perspective warps.
//
// Coordinates are pixels of the picture as stored, with x to the right and y down. (0,0) is the outer corner of the first pixel,
// so its centre is (0.5, 0.5). An EXIF orientation is ignored; the code that shows a polygon must apply it.
//
// An [Image] is safe for concurrent reading.
package raster
