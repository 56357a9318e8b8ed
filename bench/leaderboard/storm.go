package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"veche/bench/process"
	"veche/community"
)

// vote is one that was cast: what the idea's score was by it, and when that was
// answered.
type vote struct {
	idea  community.IdeaID
	score int
	at    time.Time
}

const voteOp = `mutation Vote($idea: ID!) { voteIdea(input: {ideaId: $idea}) { idea { score } } }`

// lines is how many connections vote.
const lines = 16

// storm casts votes at the plan's rate, each voter one for each idea.
func (f *fair) storm(voters []string, p plan) ([]vote, error) {
	turns, errs, cast := make(chan int), make([]error, lines), make([][]vote, lines)
	var all sync.WaitGroup
	for line := range lines {
		all.Go(func() {
			for n := range turns {
				if errs[line] != nil {
					continue
				}
				v, err := f.vote(voters[n/p.ideas], f.ideas[(n*7+n/p.ideas)%p.ideas])
				cast[line], errs[line] = append(cast[line], v), err
			}
		})
	}
	begin := time.Now()
	for n := range p.votes() {
		time.Sleep(time.Until(begin.Add(time.Duration(n) * time.Second / time.Duration(p.rate))))
		turns <- n
	}
	close(turns)
	all.Wait()
	var votes []vote
	for _, some := range cast {
		votes = append(votes, some...)
	}
	return votes, errors.Join(errs...)
}

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: lines}}

func (f *fair) vote(token string, idea community.IdeaID) (vote, error) {
	call := process.Operation(token, voteOp, map[string]any{"idea": idea})
	request, err := http.NewRequest(http.MethodPost, "http://"+f.server.Addr+call.Path, bytes.NewReader(call.Body))
	if err != nil {
		return vote{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := client.Do(request)
	if err != nil {
		return vote{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	at := time.Now()
	var answer struct {
		Data struct {
			VoteIdea struct{ Idea struct{ Score int } }
		}
	}
	if err := errors.Join(err, json.Unmarshal(text, &answer)); err != nil || answer.Data.VoteIdea.Idea.Score == 0 {
		return vote{}, fmt.Errorf("%s: %.300s: %w", response.Status, text, err)
	}
	return vote{idea, answer.Data.VoteIdea.Idea.Score, at}, nil
}
