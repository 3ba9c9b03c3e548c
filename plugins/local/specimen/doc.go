// Package specimen draws synthetic Chinese identity cards, and photographs of them, to measure and test a reader with.
//
// Nobody on these cards exists: names, addresses and numbers are drawn from lists by a seeded generator, and every card carries the words
// 样本 SPECIMEN. Layout, fonts and paper are guesses at the real thing, good enough to compare readers, not to say how one does on real
// cards. The same seed, index and fonts give the same picture.
//
// It needs fonts of the system, see [LoadFonts]. It is a tool for tests and measurements; the plugin itself never imports it.
package specimen
