//go:build race

package events

// raceDetector says whether the tests run in the race detector, ten times as slow.
const raceDetector = true
