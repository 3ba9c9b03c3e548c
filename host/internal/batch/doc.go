// Package batch reads many pictures and writes one line for each, so that an interrupted run can be continued.
package batch
