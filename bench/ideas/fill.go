package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"veche/community"
	"veche/community/forum"
	"veche/community/ideas"
	"veche/community/members"
	"veche/server"
	"veche/store"
)

const (
	// authors is how many members had the ideas, and vote while it is measured.
	authors = 500
	// perIdea is how many votes an idea has on average; mostVotes is the most that
	// one has, each of another member.
	perIdea   = 10
	mostVotes = 20_000
	// skew is how much more votes the first ideas have than the later: the one in
	// place k has k^-skew as many as the first.
	skew = 0.8
	// atOnce is how many ideas are written in one commit.
	atOnce = 200
)

// board is what measuring needs to know of a filled store.
type board struct {
	ID     community.BoardID
	Ideas  []community.IdeaID
	Tokens []string
}

// fill writes the ideas, unless the folder holds them already.
func fill(ctx context.Context, folder string, n int) (_ *board, err error) {
	notes := filepath.Join(folder, "bench.json")
	if text, err := os.ReadFile(notes); err == nil {
		b := &board{}
		return b, json.Unmarshal(text, b)
	}
	parts, err := server.Assemble(ctx, server.Config{Data: folder}, cheap)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, parts.Close()) }()
	b := &board{}
	people, err := b.join(ctx, parts)
	if err != nil {
		return nil, err
	}
	if err := b.write(ctx, parts, people, n); err != nil {
		return nil, err
	}
	for _, c := range append(parts.Hall.Consumers(), parts.Boards.Consumers()...) { // or the server would do it while it is measured
		if _, err := parts.Log.CatchUp(ctx, c); err != nil {
			return nil, err
		}
	}
	text, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	return b, os.WriteFile(notes, text, 0o600)
}

var cheap = &members.Cost{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

func (b *board) join(ctx context.Context, parts *server.Parts) ([]community.Viewer, error) {
	var people []community.Viewer
	for i := range authors {
		in, err := parts.Roll.Register(ctx, members.NewMember{
			Email: fmt.Sprintf("m%d@example.org", i), Password: "a long enough one",
			Handle: fmt.Sprintf("member-%d", i), Name: fmt.Sprintf("Member Number %d", i),
		}, members.Device{})
		if err != nil {
			return nil, err
		}
		viewer, err := parts.Roll.Authenticate(ctx, in.Token)
		if err != nil {
			return nil, err
		}
		people, b.Tokens = append(people, viewer), append(b.Tokens, in.Token)
	}
	return people, nil
}

func (b *board) write(ctx context.Context, parts *server.Parts, people []community.Viewer, n int) error {
	admin := people[0]
	admin.Role = community.RoleAdmin
	s, err := parts.Hall.CreateSpace(ctx, admin, forum.NewSpace{Name: "Hall", Visibility: forum.Public})
	if err != nil {
		return err
	}
	made, err := parts.Boards.CreateBoard(ctx, admin, ideas.NewBoard{SpaceID: s.ID, Name: "Ideas", Kind: ideas.IdeaBoard})
	if err != nil {
		return err
	}
	b.ID = made.ID
	r := rand.New(rand.NewPCG(1, 1))
	counts := votesOf(n)
	r.Shuffle(n, func(i, j int) { counts[i], counts[j] = counts[j], counts[i] })
	for len(counts) > 0 {
		some := counts[:min(atOnce, len(counts))]
		counts = counts[len(some):]
		err := parts.Store.Do(ctx, func(tx store.Tx) error {
			for _, votes := range some {
				i, err := parts.Boards.Bring(ctx, tx, draw(r, b.ID, people, votes))
				if err != nil {
					return err
				}
				b.Ideas = append(b.Ideas, i.ID)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// votesOf is how many votes each of n ideas has.
func votesOf(n int) []int {
	sum := 0.
	for k := range n {
		sum += math.Pow(float64(k+1), -skew)
	}
	out := make([]int, n)
	for k := range out {
		out[k] = min(mostVotes, int(math.Round(float64(perIdea*n)*math.Pow(float64(k+1), -skew)/sum)))
	}
	return out
}

var tags = []string{"чай", "транспорт", "office", "remote", "обучение", "health", "tools", "парковка"}

func draw(r *rand.Rand, on community.BoardID, people []community.Viewer, votes int) ideas.Brought {
	now := time.Now().UTC().Truncate(time.Millisecond)
	created := now.Add(-time.Duration(r.Int64N(int64(365 * 24 * time.Hour))))
	i := ideas.Brought{
		BoardID: on, Author: people[r.IntN(len(people))].ID, Title: words(r, 7), Body: words(r, 60),
		Tags: []string{tags[r.IntN(4)], tags[4+r.IntN(4)]}, Status: ideas.Proposed, CreatedAt: created,
	}
	for n := range votes {
		who := community.MemberID(fmt.Sprintf("member_elsewhere%06d", n))
		i.Votes = append(i.Votes, ideas.BroughtVote{Member: who, Value: 1, At: created.Add(time.Duration(r.Int64N(int64(now.Sub(created)) + 1))).Truncate(time.Millisecond)})
	}
	return i
}

var vocabulary = strings.Fields(`вече город мост река площадь совет решение голос город утро the of community forum
	answer question river bridge council voice morning decision client product meeting idea plan сообщество вопрос ответ
	клиент продукт встреча идея план`)

func words(r *rand.Rand, n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = vocabulary[r.IntN(len(vocabulary))]
	}
	return strings.Join(out, " ")
}
