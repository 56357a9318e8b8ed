// Package graph is what gqlgen makes of schema/: how operations are executed
// and the payload types. Nothing in it is written by hand but this file.
package graph

//go:generate go -C .. tool gqlgen generate
//go:generate go run ./lean
