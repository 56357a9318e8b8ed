package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"veche/bench/process"
)

// The operations that are measured.
const (
	fields    = `id title score status tags commentCount voterCount author { handle name }`
	plainOp   = `query Top($id: ID!) { ideas(boardId: $id, first: 30, orderBy: TOP) { pageInfo { hasNextPage endCursor } nodes { ` + fields + ` } } }`
	rankedOp  = `query Ranked($id: ID!) { ideas(boardId: $id, first: 30, orderBy: TOP) { pageInfo { hasNextPage endCursor } nodes { ` + fields + ` rank } } }`
	weekOp    = `query Week($id: ID!) { ideas(boardId: $id, first: 30, orderBy: TOP, period: WEEK) { pageInfo { hasNextPage endCursor } nodes { ` + fields + ` rank(period: WEEK) } } }`
	trendOp   = `query Trending($id: ID!) { ideas(boardId: $id, first: 30, orderBy: TRENDING) { pageInfo { hasNextPage endCursor } nodes { ` + fields + ` } } }`
	mineOp    = `query Mine($id: ID!) { ideas(boardId: $id, first: 30, orderBy: TOP) { nodes { ` + fields + ` rank viewerVote } } }`
	rankOp    = `query Rank($id: ID!) { idea(id: $id) { score rank } }`
	membersOp = `query Members($id: ID!) { board(id: $id) { members(first: 30) { nodes { member { handle name } received proposed } } } }`
	voteOp    = `mutation Vote($id: ID!) { voteIdea(input: {ideaId: $id}) { idea { id score } } }`
)

// writers is how many vote at once.
const writers = 64

func measure(ctx context.Context, binary, folder string, n int, b *board, each time.Duration, only string) error {
	server, err := process.Veche(ctx, binary, folder, false)
	if err != nil {
		return err
	}
	defer server.Stop()
	list := func(op string) func(*rand.Rand) process.Call {
		call := process.Operation("", op, map[string]any{"id": b.ID})
		return func(*rand.Rand) process.Call { return call }
	}
	for _, line := range []struct {
		what  string
		conns int
		next  func(*rand.Rand) process.Call
	}{
		{"TOP page of 30, guest", 4, list(plainOp)},
		{"TOP page of 30 with ranks, guest", 4, list(rankedOp)},
		{"TOP page of the week with ranks, guest", 4, list(weekOp)},
		{"TRENDING page of 30, guest", 4, list(trendOp)},
		{"TOP page of 30 with ranks, member", 4, func(r *rand.Rand) process.Call {
			return process.Operation(b.token(r), mineOp, map[string]any{"id": b.ID})
		}},
		{"rank of any one idea, guest", 4, func(r *rand.Rand) process.Call { return b.of(r, "", rankOp) }},
		{"members of the board, guest", 4, list(membersOp)},
		{"vote for any idea, 64 writers", writers, func(r *rand.Rand) process.Call { return b.of(r, b.token(r), voteOp) }},
	} {
		if !strings.Contains(line.what, only) {
			continue
		}
		r, err := process.Load(server, line.conns, each, line.next)
		if err != nil {
			return fmt.Errorf("%s: %w", line.what, err)
		}
		ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
		fmt.Printf("| %d | %s | %.0f | %.2f | %.2f | %.3f |\n", n, line.what, r.PerSecond, ms(r.P50), ms(r.P99), ms(r.CPU))
	}
	return nil
}

func (b *board) token(r *rand.Rand) string { return b.Tokens[r.IntN(len(b.Tokens))] }

// of asks about any one idea.
func (b *board) of(r *rand.Rand, token, op string) process.Call {
	return process.Operation(token, op, map[string]any{"id": b.Ideas[r.IntN(len(b.Ideas))]})
}
