//go:build race

package imports_test

// underRace says that the race detector is on, which makes SQLite, in Go, some
// thirteen times slower. Tests then bring less of what they bring without it.
const underRace = true
