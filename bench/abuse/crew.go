package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"
)

// ready is how long a crew takes to be there.
const ready = 200 * time.Millisecond

// crew is a process of attackers, apart from those who measure: in one process
// with them it would be the program's own memory and threads that are fought
// for. Its arguments are the server's address, the attack and its number, how
// many attack, and for how long. It writes the answers, and how often each came.
func crew(args []string) error {
	if len(args) != 5 {
		return fmt.Errorf("a crew wants 5 arguments, not %d", len(args))
	}
	number, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	attackers, err := strconv.Atoi(args[3])
	if err != nil {
		return err
	}
	each, err := time.ParseDuration(args[4])
	if err != nil {
		return err
	}
	for _, a := range append(attacks(), slow()...) {
		if a.name == args[1] {
			return json.NewEncoder(os.Stdout).Encode(storm(a, args[0], number, attackers, each))
		}
	}
	return fmt.Errorf("there is no attack %q", args[1])
}

// storm has so many attack, each from an address of its own and again as soon as
// it is answered.
func storm(a attack, addr string, number, attackers int, each time.Duration) map[string]int {
	during, cancel := context.WithTimeout(context.Background(), each)
	defer cancel()
	var all sync.WaitGroup
	var mu sync.Mutex
	answers := map[string]int{}
	for i := range attackers {
		t := newTarget(addr, fmt.Sprintf("10.%d.%d.%d", 2+i/250, number, i%250))
		all.Go(func() {
			for during.Err() == nil {
				got, err := a.once(during, t)
				if err != nil {
					if got = "cut off"; during.Err() != nil {
						return
					}
				}
				mu.Lock()
				answers[got]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return answers
}
