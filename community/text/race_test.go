//go:build race

package text_test

// raceDetector says whether the tests run in the race detector, ten times as slow.
const raceDetector = true
