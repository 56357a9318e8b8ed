package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"veche/bench/process"
	"veche/community"
)

// rounds is how often each server takes its turn.
const rounds = 7

// price measures what all that stands around a page costs, as a ratio: the topic
// page from the server with everything on, and from one with nothing but the
// resolvers. Each is a process of its own over a copy of the same documents; they
// take turns, and the ratio is the median of the rounds'.
func price(ctx context.Context, binary, folder string, posts int, p *people, each time.Duration) error {
	copied := folder + "-plain"
	if err := os.RemoveAll(copied); err != nil {
		return err
	}
	if err := os.CopyFS(copied, os.DirFS(folder)); err != nil {
		return err
	}
	without, err := startPlain(ctx, copied)
	if err != nil {
		return err
	}
	defer without.Stop()
	with, err := startWhole(ctx, binary, folder)
	if err != nil {
		return err
	}
	defer with.Stop()
	hot := popular(len(p.Topics))
	byText := func(r *rand.Rand) process.Call { return page("", pageOp, p.Topics[hot(r)]) }
	byHash := func(r *rand.Rand) process.Call { return hashed(pageOp, map[string]any{"id": p.Topics[hot(r)]}) }
	if err := teach(with.Addr, p.Topics[0]); err != nil {
		return err
	}
	for _, s := range []*process.Server{with, without} {
		if err := process.Once(s, p.pages()); err != nil {
			return err
		}
	}
	var text, hash []float64
	for range rounds {
		base, err := process.Load(without, 4, each, byText)
		if err != nil {
			return err
		}
		show(base, posts, "topic page, resolvers alone", base.CPU)
		for what, next := range map[string]func(*rand.Rand) process.Call{"everything on": byText, "everything on, named by its hash": byHash} {
			r, err := process.Load(with, 4, each, next)
			if err != nil {
				return err
			}
			show(r, posts, "topic page, "+what, base.CPU)
			if ratio := float64(r.CPU) / float64(base.CPU); what == "everything on" {
				text = append(text, ratio)
			} else {
				hash = append(hash, ratio)
			}
		}
	}
	fmt.Printf("\nEverything costs %.2f times the resolvers alone (%.2f to %.2f), and %.2f times (%.2f to %.2f) by the hash.\n",
		median(text), slices.Min(text), slices.Max(text), median(hash), slices.Min(hash), slices.Max(hash))
	return nil
}

func median(of []float64) float64 {
	sorted := slices.Sorted(slices.Values(of))
	return sorted[len(sorted)/2]
}

// collector is how both collect garbage, as the server does by itself.
const collector = "GOGC=300"

func startPlain(ctx context.Context, folder string) (*process.Server, error) {
	addr, err := process.FreeAddr()
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return process.Start(ctx, addr, []string{collector}, self, "plain", folder, addr)
}

// startWhole has each guest be so rich that the budget is spent from, and never
// spent.
func startWhole(ctx context.Context, binary, folder string) (*process.Server, error) {
	addr, err := process.FreeAddr()
	if err != nil {
		return nil, err
	}
	inside, err := process.FreeAddr()
	if err != nil {
		return nil, err
	}
	return process.Start(ctx, addr, []string{
		"VECHE_DATA=" + folder, "VECHE_LISTEN=" + addr, "VECHE_DEBUG_LISTEN=" + inside, "VECHE_LOG_LEVEL=error", "VECHE_GUEST_RATE=100000000", collector,
		"VECHE_S3_LISTEN=127.0.0.1:0", "VECHE_ORIGINS=https://forum.example",
	}, binary)
}

// teach has the server keep the page's document.
func teach(addr string, topic community.TopicID) error {
	body := strings.Replace(string(hashed(pageOp, map[string]any{"id": topic}).Body), "{", `{"query": `+strconv.Quote(pageOp)+`,`, 1)
	response, err := http.Post("http://"+addr+"/graphql", "application/json", strings.NewReader(body))
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// hashed names the document by its hash.
func hashed(op string, variables map[string]any) process.Call {
	sum := sha256.Sum256([]byte(op))
	body, err := json.Marshal(map[string]any{"variables": variables, "extensions": map[string]any{
		"persistedQuery": map[string]any{"version": 1, "sha256Hash": hex.EncodeToString(sum[:])},
	}})
	if err != nil {
		panic(err) // strings only
	}
	return process.Call{Path: "/graphql", Body: body}
}
