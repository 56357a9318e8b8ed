// Ideas measures what the lists, the ranks and the votes of one board cost, at
// growing numbers of ideas with ten votes each on average, through HTTP against a
// server process of its own.
//
//	go run ./bench/ideas -ideas 1000,100000,1000000
//
// CPU is that of the server's process alone, user and system time, from /proc;
// so the program runs on Linux only.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"veche/bench/process"
)

func main() {
	sizes := flag.String("ideas", "1000,20000", "numbers of ideas to measure at, comma between")
	dir := flag.String("dir", "", "folder to keep filled stores in from run to run; a temporary one if not given")
	seconds := flag.Duration("for", 5*time.Second, "how long each line is measured")
	only := flag.String("only", "", "measure only the lines that have this in their name")
	flag.Parse()
	if err := run(context.Background(), *sizes, *dir, *seconds, *only); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, sizes, dir string, each time.Duration, only string) error {
	scratch, err := os.MkdirTemp("", "veche-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	if dir == "" {
		dir = scratch
	}
	binary, err := process.Build(ctx, scratch)
	if err != nil {
		return err
	}
	fmt.Println("| ideas | what | requests/s | p50 ms | p99 ms | server CPU ms |")
	fmt.Println("|--:|---|--:|--:|--:|--:|")
	for size := range strings.SplitSeq(sizes, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(size))
		if err != nil {
			return fmt.Errorf("-ideas: %w", err)
		}
		folder := filepath.Join(dir, strconv.Itoa(n))
		b, err := fill(ctx, folder, n)
		if err != nil {
			return fmt.Errorf("fill a store with %d ideas: %w", n, err)
		}
		if err := measure(ctx, binary, folder, n, b, each, only); err != nil {
			return fmt.Errorf("measure at %d ideas: %w", n, err)
		}
	}
	return nil
}
