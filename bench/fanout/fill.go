package main

import (
	"context"
	"errors"
	"fmt"

	"veche/community"
	"veche/community/forum"
	"veche/community/members"
	"veche/server"
)

// fill makes a public space with topics, and members to write in them: one for
// each line over which posts are published.
func fill(ctx context.Context, folder string, topics int) (ids []community.TopicID, tokens []string, err error) {
	parts, err := server.Assemble(ctx, server.Config{Data: folder, CacheMB: 16}, cheap)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, parts.Close()) }()
	var owner community.Viewer
	for i := range lines {
		in, err := parts.Roll.Register(ctx, members.NewMember{
			Email: fmt.Sprintf("m%d@example.org", i), Password: "a long enough one",
			Handle: fmt.Sprintf("member-%d", i), Name: fmt.Sprintf("Member Number %d", i),
		}, members.Device{})
		if err != nil {
			return nil, nil, err
		}
		if owner, err = parts.Roll.Authenticate(ctx, in.Token); err != nil {
			return nil, nil, err
		}
		tokens = append(tokens, in.Token)
	}
	owner.Role = community.RoleOwner
	ids, err = openTopics(ctx, parts.Hall, owner, topics)
	return ids, tokens, err
}

var cheap = &members.Cost{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

func openTopics(ctx context.Context, hall *forum.Hall, owner community.Viewer, n int) ([]community.TopicID, error) {
	space, err := hall.CreateSpace(ctx, owner, forum.NewSpace{Name: "Square", Visibility: forum.Public})
	if err != nil {
		return nil, err
	}
	var ids []community.TopicID
	for i := range n {
		t, err := hall.OpenTopic(ctx, owner, forum.NewTopic{SpaceID: space.ID, Title: fmt.Sprintf("Topic %d", i), Body: "What goes on here is heard by many."})
		if err != nil {
			return nil, err
		}
		ids = append(ids, t.ID)
	}
	return ids, nil
}
