// Abuse does to a server what no client does by mistake, one thing after the
// other, and measures what others notice of it: how long a topic page takes
// them, beside how long it takes when nobody attacks.
//
//	go run ./bench/abuse -for 5s
//
// The server is a process of its own with its usual limits, and so are the
// attackers, who yield the machine to the others (nice): else it would be their
// own work that is noticed. Each comes from an address of its own, as a proxy
// would say it, and attacks again as soon as it is answered. Memory is what of
// the server's process is resident.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	"veche/bench/process"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "attack" {
		if err := crew(os.Args[2:]); err != nil {
			log.Fatal(err)
		}
		return
	}
	each := flag.Duration("for", 5*time.Second, "how long each attack goes on")
	attackers := flag.Int("attackers", 4, "how many attack at once")
	limits := flag.Bool("limits", true, "whether attackers have a budget; without, each attack goes on at full speed")
	only := flag.String("only", "", "make only the attacks that have this in their name")
	flag.Parse()
	if err := run(context.Background(), *each, *attackers, *limits, *only); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, each time.Duration, attackers int, limits bool, only string) error {
	scratch, err := os.MkdirTemp("", "veche-abuse")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	binary, err := process.Build(ctx, scratch)
	if err != nil {
		return err
	}
	s, err := start(ctx, binary, filepath.Join(scratch, "data"), limits)
	if err != nil {
		return err
	}
	defer s.Stop()
	fmt.Println("| attack | answered | times | page p50 ms | page p99 ms | × calm p99 | server MiB |")
	fmt.Println("|---|---|--:|--:|--:|--:|--:|")
	for range 2 { // the first warms up
		s.calm = s.visit(ctx, 2*each)
	}
	s.row("nobody attacks", "", 0, s.calm)
	for i, a := range append(attacks(), slow()[:1]...) {
		if !strings.Contains(a.name, only) {
			continue
		}
		if err := s.suffer(ctx, a, i, attackers, each); err != nil {
			return fmt.Errorf("%s: %w", a.name, err)
		}
	}
	s.row("nobody attacks any more", "", 0, s.visit(ctx, 2*each))
	return nil
}

func (s *venue) row(name, said string, times int, seen view) {
	now, _ := s.Memory()
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	fmt.Printf("| %s | %s | %d | %.2f | %.2f | %.2f | %d |\n", name, said, times, ms(seen.p50), ms(seen.p99),
		float64(seen.p99)/float64(s.calm.p99), now>>10)
}

// said are the answers that attackers got, the more frequent first.
func said(answers map[string]int) (text string, times int) {
	var all []string
	for answer, n := range answers {
		all = append(all, fmt.Sprintf("%s (%d)", answer, n))
		times += n
	}
	return strings.Join(all, ", "), times
}
