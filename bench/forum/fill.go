package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"veche/community"
	"veche/community/forum"
	"veche/community/members"
	"veche/server"
)

// perTopic is how many posts a topic has; authors how many members wrote them.
const (
	perTopic = 50
	authors  = 500
	writers  = 64
)

// people is what measuring needs to know of a filled store.
type people struct {
	Topics []community.TopicID
	Tokens []string
}

// fill writes the posts by the same path as every reply takes, unless the
// folder holds them already.
func fill(ctx context.Context, folder string, posts int) (_ *people, err error) {
	notes := filepath.Join(folder, "bench.json")
	if text, err := os.ReadFile(notes); err == nil {
		p := &people{}
		return p, json.Unmarshal(text, p)
	}
	parts, err := server.Assemble(ctx, server.Config{Data: folder}, cheap)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, parts.Close()) }()
	p := &people{}
	viewers, err := p.join(ctx, parts)
	if err != nil {
		return nil, err
	}
	if err := p.write(ctx, parts, viewers, posts); err != nil {
		return nil, err
	}
	for _, c := range parts.Hall.Consumers() { // or the server would do it while it is measured
		if _, err := parts.Log.CatchUp(ctx, c); err != nil {
			return nil, err
		}
	}
	text, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	return p, os.WriteFile(notes, text, 0o600)
}

var cheap = &members.Cost{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

func (p *people) join(ctx context.Context, parts *server.Parts) ([]community.Viewer, error) {
	var viewers []community.Viewer
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
		viewers, p.Tokens = append(viewers, viewer), append(p.Tokens, in.Token)
	}
	return viewers, nil
}

func (p *people) write(ctx context.Context, parts *server.Parts, viewers []community.Viewer, posts int) error {
	admin := viewers[0]
	admin.Role = community.RoleAdmin
	var spaces []community.SpaceID
	for i := range 10 {
		s, err := parts.Hall.CreateSpace(ctx, admin, forum.NewSpace{Name: fmt.Sprintf("Space %d", i), Visibility: forum.Public})
		if err != nil {
			return err
		}
		spaces = append(spaces, s.ID)
	}
	n := max(1, posts/perTopic)
	p.Topics = make([]community.TopicID, n)
	errs := make([]error, writers)
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 1))
			for i := w; i < n && errs[w] == nil; i += writers {
				p.Topics[i], errs[w] = writeTopic(ctx, parts.Hall, viewers, spaces[r.IntN(len(spaces))], r)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

func writeTopic(ctx context.Context, hall *forum.Hall, viewers []community.Viewer, space community.SpaceID, r *rand.Rand) (community.TopicID, error) {
	anybody := func() community.Viewer { return viewers[r.IntN(len(viewers))] }
	t, err := hall.OpenTopic(ctx, anybody(), forum.NewTopic{
		SpaceID: space, Title: words(r, 8), Body: words(r, 80), Tags: []string{words(r, 1), words(r, 1)},
	})
	if err != nil {
		return "", err
	}
	var earlier []community.PostID
	for range perTopic {
		n := forum.NewPost{TopicID: t.ID, Body: words(r, 40) + "\n\n" + words(r, 40)}
		if len(earlier) > 0 && r.IntN(2) == 0 {
			n.ReplyToID = &earlier[r.IntN(len(earlier))]
		}
		post, err := hall.Reply(ctx, anybody(), n)
		if err != nil {
			return "", err
		}
		earlier = append(earlier, post.ID)
		if r.IntN(2) == 0 {
			if _, err := hall.React(ctx, anybody(), post.ID, []forum.ReactionKind{forum.Like, forum.Thanks}[r.IntN(2)]); err != nil {
				return "", err
			}
		}
	}
	return t.ID, nil
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
