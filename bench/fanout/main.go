// Fanout measures live delivery: it opens many WebSockets that subscribe to
// topics of a server in a process of its own, publishes posts over HTTP, and
// counts what arrives, how late, and what it costs the server.
//
//	go run ./bench/fanout -sockets 5000 -against raw
//	go run ./bench/fanout -all
//
// It knows the server by its public API alone: addPost, and topicEvents over
// graphql-transport-ws, each socket with an operation id of its own and the
// liveCursor of its topic. With -against raw the same clients hear the same
// posts from a bare gorilla/websocket server too, which writes one text in a
// loop to every socket: the least that delivery can cost with these parts. The
// two sides take turns, each round with fresh processes, since a machine's
// speed drifts; told are the medians, and the least and the most beside them.
//
// Every post of a topic must reach each of its sockets once and in order, by
// its number. Latency is from just before the request that publishes is sent
// until the client has read the frame: the post's body carries the time, and
// both ends share the machine's clock. CPU is that of the server's process
// alone, user and system time, from the first publishing request to the last
// delivery; so it holds the writing of the posts, which is told without them too,
// by what posts cost in a topic that nobody watches, and what idle sockets cost
// meanwhile. Memory for a socket is by how much the process's resident memory
// grew while the sockets were opened. Both are read from /proc, so the program
// runs on Linux only. Clients and server share the processor: what is slow is
// partly the clients, on either side alike.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"time"

	"veche/bench/process"
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == "raw" {
		log.Fatal(serveRaw(os.Args[2]))
	}
	t := trial{settle: 3 * time.Second}
	flag.IntVar(&t.sockets, "sockets", 5000, "sockets to open, spread evenly over the topics")
	flag.IntVar(&t.topics, "topics", 1, "topics that they watch")
	flag.IntVar(&t.events, "events", 200, "posts to publish in each topic")
	flag.Float64Var(&t.rate, "rate", 20, "posts a second over all topics; 0 publishes as fast as they are accepted")
	flag.IntVar(&t.payload, "payload", 400, "bytes of a frame, about; 370 is the least")
	stuck := flag.Float64("stuck", 0, "percent of the sockets that subscribe and never read")
	idle := flag.Bool("idle", false, "open the sockets, leave them alone for a while, then publish one post in each topic")
	against := flag.String("against", "", "what to compare with: raw, a bare server; calm, the same without stuck sockets")
	rounds := flag.Int("rounds", 3, "how often each side is measured")
	all := flag.Bool("all", false, "the runs that README states; of the other flags only -rounds counts")
	flag.Parse()
	if *idle {
		t.events, t.settle = 1, 10*time.Second
	}
	trials := stated
	if !*all {
		var err error
		if t.sides, err = sides(*stuck, *against); err != nil {
			log.Fatal(err)
		}
		trials = []trial{t}
	}
	if err := run(context.Background(), trials, *rounds); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, trials []trial, rounds int) error {
	if err := raiseLimit(trials); err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "veche-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	binary, err := process.Build(ctx, scratch)
	if err != nil {
		return err
	}
	printHead()
	var reports []string
	for _, t := range trials {
		results, err := t.hold(ctx, binary, scratch, rounds)
		if err != nil {
			return err
		}
		reports = append(reports, t.print(results)...)
	}
	fmt.Println()
	for _, report := range reports {
		fmt.Println(report)
	}
	return nil
}
