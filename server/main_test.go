package server

import (
	"flag"
	"log/slog"
	"os"
	"testing"

	"veche/community/members"
)

var update = flag.Bool("update", false, "write what the server answers into testdata as what is expected")

// cheap is what a password costs here: hundreds are hashed.
var cheap = &members.Cost{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// TestMain serves instead of testing when a crash test starts it as the server
// to be killed.
func TestMain(m *testing.M) {
	flag.Parse()
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})))
	if dir := os.Getenv(childEnv); dir != "" {
		os.Exit(serveChild(dir))
	}
	os.Exit(m.Run())
}
