// Package raster holds decoded pictures as packed RGB bytes and does to them what reading a card needs: decoding within a
// limit, resizing, quarter turns, cropping and perspective warps.
//
// Coordinates are pixels of the picture as stored: x to the right, y down, (0,0) the outer corner of the first pixel, so the centre
// of the first pixel is (0.5, 0.5). An EXIF orientation is ignored; whoever shows a polygon decides what to do about it.
//
// An [Image] is safe for concurrent reading.
package raster
