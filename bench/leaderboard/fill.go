package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"veche/bench/process"
	"veche/community"
	"veche/community/forum"
	"veche/community/ideas"
	"veche/community/members"
	"veche/server"
)

// fair is a board whose leaderboard is watched.
type fair struct {
	server  *process.Server
	private string
	board   community.BoardID
	ideas   []community.IdeaID
	tokens  []string // of the voters
}

var cheap = &members.Cost{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// fill makes a public board with ideas, and as many members as the votes need of
// which each is given to one idea once.
func fill(ctx context.Context, folder string, p plan) (f *fair, err error) {
	parts, err := server.Assemble(ctx, server.Config{Data: folder, CacheMB: 64}, cheap)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, parts.Close()) }()
	f = &fair{}
	var owner community.Viewer
	for n := range 2 * (p.votes()/p.ideas + 1) {
		in, err := parts.Roll.Register(ctx, members.NewMember{
			Email: fmt.Sprintf("m%d@example.org", n), Password: "a long enough one", Handle: fmt.Sprintf("member-%d", n), Name: fmt.Sprintf("Member Number %d", n),
		}, members.Device{})
		if err != nil {
			return nil, err
		}
		f.tokens = append(f.tokens, in.Token)
		owner = community.Viewer{ID: in.Member.ID, Role: community.RoleOwner, Scopes: community.AllScopes}
	}
	return f, f.open(ctx, parts, owner, p)
}

func (f *fair) open(ctx context.Context, parts *server.Parts, owner community.Viewer, p plan) error {
	space, err := parts.Hall.CreateSpace(ctx, owner, forum.NewSpace{Name: "Square", Visibility: forum.Public})
	if err != nil {
		return err
	}
	board, err := parts.Boards.CreateBoard(ctx, owner, ideas.NewBoard{SpaceID: space.ID, Name: "Ideas", Kind: ideas.IdeaBoard})
	if err != nil {
		return err
	}
	f.board = board.ID
	for n := range p.ideas {
		i, err := parts.Boards.Propose(ctx, owner, ideas.NewIdea{BoardID: board.ID, Title: fmt.Sprintf("Idea number %d", n), Body: "What would be better."})
		if err != nil {
			return err
		}
		f.ideas = append(f.ideas, i.ID)
	}
	return nil
}

// number adds up what the server tells under the name, with the label.
func (f *fair) number(name, label string) (sum float64) {
	response, err := http.Get("http://" + f.private + "/metrics")
	if err != nil {
		return -1
	}
	defer response.Body.Close()
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		if line := lines.Text(); strings.HasPrefix(line, name) && strings.Contains(line, label) {
			n, _ := strconv.ParseFloat(line[strings.LastIndexByte(line, ' ')+1:], 64)
			sum += n
		}
	}
	return sum
}

// executions is how many events the server has executed for groups of readers.
func (f *fair) executions() float64 {
	return f.number("veche_operation_seconds_count", `type="event"`)
}
