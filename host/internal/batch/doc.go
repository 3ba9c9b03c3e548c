// Package batch reads many pictures and writes down what came of each, so that a run that ended early can go on.
package batch
