// Package specimen draws synthetic Chinese identity cards, and photographs of them, to test and measure a reader.
//
// The persons do not exist: a seeded generator chooses names, addresses and numbers from lists, and every card has the words
// 样本 SPECIMEN. Layout, fonts and paper are approximations. They are good enough to compare readers, but do not show how well a
// reader works with real cards. The same seed, index and fonts give the same picture.
//
// It needs fonts of the system; see [LoadFonts]. It is for tests and measurements, and the plugin does not import it.
package specimen
