package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"

	"veche/bench/process"
	"veche/community"
)

// The operations by which the server is known here.
const (
	cursorOp = `query Cursor($id: ID!) { topic(id: $id) { liveCursor } }`
	watchOp  = `subscription Watch($id: ID!, $after: Cursor) { topicEvents(topicId: $id, after: $after) { __typename
		... on PostAdded { cursor post { id number body author { handle name } } } } }`
	addOp = `mutation Add($id: ID!, $body: Markdown!) { addPost(input: {topicId: $id, body: $body}) { post { id number } } }`
)

// venue is a server, of either side, and the topics in it.
type venue struct {
	*process.Server
	raw    bool
	rooms  []room
	empty  room // nobody watches it
	tokens []string
}

// room is a topic. Sockets listen behind its cursor, so that nothing is missed
// however late the server comes to their subscription.
type room struct {
	id     community.TopicID
	cursor string
}

func openVenue(ctx context.Context, binary, folder string, bare bool, topics int) (*venue, error) {
	v := &venue{raw: bare, tokens: make([]string, lines)}
	if bare {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		for i := range topics {
			v.rooms = append(v.rooms, room{id: community.TopicID(fmt.Sprint(i))})
		}
		v.empty.id = "empty"
		addr, err := process.FreeAddr()
		if err != nil {
			return nil, err
		}
		v.Server, err = process.Start(ctx, addr, nil, self, "raw", addr)
		return v, err
	}
	ids, tokens, err := fill(ctx, folder, topics+1)
	if err != nil {
		return nil, fmt.Errorf("fill a store: %w", err)
	}
	for _, id := range ids[1:] {
		v.rooms = append(v.rooms, room{id: id})
	}
	v.empty.id, v.tokens = ids[0], tokens
	if v.Server, err = process.Veche(ctx, binary, folder, false); err != nil {
		return nil, err
	}
	if err := v.readCursors(); err != nil {
		v.Stop()
		return nil, fmt.Errorf("read the cursors of the topics: %w", err)
	}
	return v, nil
}

func (v *venue) readCursors() error {
	l, err := v.line()
	if err != nil {
		return err
	}
	defer l.Close()
	for i := range v.rooms {
		text, err := l.ask("/graphql", "", operation(cursorOp, map[string]any{"id": v.rooms[i].id}))
		if err != nil {
			return err
		}
		var answer struct {
			Data struct{ Topic struct{ LiveCursor string } }
		}
		if err := json.Unmarshal(text, &answer); err != nil {
			return err
		}
		v.rooms[i].cursor = answer.Data.Topic.LiveCursor
	}
	return nil
}

// post is the request that publishes.
func (v *venue) post(in room, body string) (path string, request []byte) {
	if v.raw {
		return "/?topic=" + string(in.id), []byte(body)
	}
	return "/graphql", operation(addOp, map[string]any{"id": in.id, "body": body})
}

// subscribe is the message that asks for a topic, under an id that looks like
// those of graphql-ws.
func subscribe(to room) []byte {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	payload := operation(watchOp, map[string]any{"id": to.id, "after": to.cursor})
	return fmt.Appendf(nil, `{"id":"%x-%x-%x-%x-%x","type":"subscribe","payload":%s}`, id[:4], id[4:6], id[6:8], id[8:10], id[10:], payload)
}

func operation(query string, variables map[string]any) []byte {
	text, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		panic(err) // strings only
	}
	return text
}
