package server

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"veche/community"
	"veche/resolvers"
	"veche/server/limits"
	"veche/store"
)

// idempotencyKey is the argument by which a mutation counts once.
const idempotencyKey = "idempotencyKey"

// The bounds of a key, in characters. Where a password is among the input, the
// key must be long enough not to be guessed, since the two seal what is kept.
const (
	maxKey    = 200
	minSecret = 16
)

// answersKept is how long a mutation's answer is kept for the same key.
const answersKept = 24 * time.Hour

// once has a mutation that came with a key count once: whatever it does in the
// store is done under a claim.
func once(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	field := graphql.GetRootFieldContext(ctx).Field
	if field.ObjectDefinition.Name != "Mutation" || field.Arguments.ForName(idempotencyKey) == nil {
		return next(ctx)
	}
	args := field.ArgumentMap(graphql.GetOperationContext(ctx).Variables)
	key, ok := args[idempotencyKey].(string)
	if !ok { // null
		return next(ctx)
	}
	delete(args, idempotencyKey)
	claim, err := claimFor(resolvers.RequestFrom(ctx).Viewer, key, field.Name, args)
	if err != nil {
		graphql.AddError(ctx, err)
		return graphql.Null
	}
	return next(store.WithClaim(ctx, claim))
}

// claimFor is the claim of the member's key. Guests have no name by which their
// keys could be told apart, so that theirs go with the input.
func claimFor(viewer community.Viewer, key, field string, args map[string]any) (*store.Claim, error) {
	if n := utf8.RuneCountInString(key); n < 1 || n > maxKey {
		return nil, community.BadInput(idempotencyKey, "A key has 1 to %d characters.", maxKey)
	} else if limits.Guards(field) && n < minSecret {
		return nil, community.BadInput(idempotencyKey, "With a password, a key has %d characters or more; a random UUID will do.", minSecret)
	}
	input, err := json.Marshal(args)
	if err != nil {
		return nil, fmt.Errorf("tell inputs apart: %w", err)
	}
	secret := append([]byte(key+"\x00"+field+"\x00"), input...)
	whose := string(viewer.ID)
	if !viewer.SignedIn() {
		whose = "guest " + digest(secret, "input")
	}
	return &store.Claim{ID: digest([]byte(key), "claim of "+whose), Input: digest([]byte(key), field+string(input)), Secret: secret}, nil
}

func digest(key []byte, of string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(of))
	return hex.EncodeToString(mac.Sum(nil))
}
