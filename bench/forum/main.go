// Forum measures what the forum's pages and replies cost, at growing numbers of
// posts, through HTTP against a server process of its own, beside a bare
// net/http server that answers the same posts from one indexed read of the same
// file: the least that such a page can cost with these parts.
//
//	go run ./bench/forum -posts 10000,100000,1000000
//
// With -price it measures instead what stands around a page: limits, budgets,
// persisted documents, sessions, numbers. It is the ratio to a server that has
// the same resolvers and nothing else.
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
	if len(os.Args) == 4 && os.Args[1] == "bare" {
		log.Fatal(serveBare(os.Args[2], os.Args[3]))
	}
	if len(os.Args) == 4 && os.Args[1] == "plain" {
		log.Fatal(servePlain(os.Args[2], os.Args[3]))
	}
	sizes := flag.String("posts", "10000,100000", "numbers of posts to measure at, comma between")
	dir := flag.String("dir", "", "folder to keep filled stores in from run to run; a temporary one if not given")
	seconds := flag.Duration("for", 5*time.Second, "how long each line is measured")
	only := flag.String("only", "", "measure only the lines that have this in their name")
	around := flag.Bool("price", false, "measure what limits, persisted documents and the rest cost on the topic page, and nothing else")
	flag.Parse()
	if err := run(context.Background(), *sizes, *dir, *seconds, *only, *around); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, sizes, dir string, each time.Duration, only string, around bool) error {
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
	fmt.Println("| posts | what | requests/s | p50 ms | p99 ms | server CPU ms | × bare |")
	fmt.Println("|--:|---|--:|--:|--:|--:|--:|")
	for size := range strings.SplitSeq(sizes, ",") {
		posts, err := strconv.Atoi(strings.TrimSpace(size))
		if err != nil {
			return fmt.Errorf("-posts: %w", err)
		}
		folder := filepath.Join(dir, strconv.Itoa(posts))
		people, err := fill(ctx, folder, posts)
		if err != nil {
			return fmt.Errorf("fill a store with %d posts: %w", posts, err)
		}
		if around {
			if err := price(ctx, binary, folder, posts, people, each); err != nil {
				return fmt.Errorf("measure the price at %d posts: %w", posts, err)
			}
			continue
		}
		if err := measure(ctx, binary, folder, posts, people, each, only); err != nil {
			return fmt.Errorf("measure at %d posts: %w", posts, err)
		}
	}
	return nil
}
