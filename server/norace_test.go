//go:build !race

package server

// slow says that the race detector watches: an embedded FerretDB then takes ten
// times as long.
const slow = false
