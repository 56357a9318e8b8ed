package members

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"veche/community"
)

// Limits of a password, in characters. The upper one bounds the work of
// hashing, not the taste for long passphrases.
const (
	MinPassword = 10
	MaxPassword = 200
)

// Cost is what one hash costs: the parameters of argon2id (RFC 9106).
type Cost = argon2id.Params

// kiln hashes passwords, a few at a time: each hash takes 64 MiB by default,
// and a flood of sign-ins must not take the machine's memory.
type kiln struct {
	cost  *Cost
	turns chan struct{}
	// blank is compared with when no member has the address, so that the time
	// an answer takes does not tell whether one has.
	blank func() string
}

func newKiln(cost *Cost) *kiln {
	if cost == nil {
		cost = argon2id.DefaultParams
	}
	k := &kiln{cost: cost, turns: make(chan struct{}, runtime.GOMAXPROCS(0))}
	k.blank = sync.OnceValue(func() string {
		hash, err := argon2id.CreateHash("nobody has this password", cost)
		if err != nil {
			panic(fmt.Sprintf("hash a password: %v", err)) // no randomness left on this machine
		}
		return hash
	})
	return k
}

func (k *kiln) turn(ctx context.Context) error {
	select {
	case k.turns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (k *kiln) hash(ctx context.Context, password string) (string, error) {
	if err := k.turn(ctx); err != nil {
		return "", err
	}
	defer func() { <-k.turns }()
	hash, err := argon2id.CreateHash(password, k.cost)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return hash, nil
}

// matches compares with the hash; an empty one matches nothing, in the same
// time.
func (k *kiln) matches(ctx context.Context, password, hash string) (bool, error) {
	if err := k.turn(ctx); err != nil {
		return false, err
	}
	defer func() { <-k.turns }()
	known := hash != ""
	if !known {
		hash = k.blank()
	}
	same, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, fmt.Errorf("compare a password: %w", err)
	}
	return same && known, nil
}

func checkPassword(field, password string) error {
	n := utf8.RuneCountInString(password)
	if n < MinPassword || n > MaxPassword || !utf8.ValidString(password) {
		return community.BadInput(field, "A password has %d to %d characters.", MinPassword, MaxPassword)
	}
	return nil
}
