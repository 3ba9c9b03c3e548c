// Package console is the gateway's face for people: pages in Chinese and English, rendered here, with a little script of our own.
package console
