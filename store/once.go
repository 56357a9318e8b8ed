package store

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// What can be wrong with a Claim.
var (
	// ErrReused says that the claim was used for something else before.
	ErrReused = errors.New("store: the claim was used with another input")
	// ErrUnknown says that the process died between a deed and its answer, on an
	// engine without transactions: whether it was done is not known.
	ErrUnknown = errors.New("store: it is not known how the first attempt ended")
)

// Claim makes what is done under it count once: the first Result under a claim
// keeps its answer in the same Do as the deed, and each later one under the same
// claim, on whatever node, answers that and does nothing. A deed that failed
// claims nothing.
type Claim struct {
	// ID tells claims apart; it must not tell the secret.
	ID string
	// Input is a digest of what was asked for: the same claim with another input
	// is ErrReused.
	Input string
	// Secret seals the answers, which may hold what is told but once, such as a
	// session's token. It is not kept.
	Secret []byte

	results atomic.Int32 // of the deeds under it, those that began
}

// answer is what a deed under a claim came to.
type answer struct {
	ID    string    `bson:"_id"` // the claim's id, and which of its results
	Input string    `bson:"input"`
	At    time.Time `bson:"at"`
	// Sealed is the answer; nothing while the deed is under way on an engine
	// without transactions.
	Sealed []byte `bson:"sealed,omitempty"`
}

var answers = Define[answer]("answers", On("at"))

// Answers is the collection of what was answered under claims, for
// Store.Ensure.
func Answers() *Spec { return answers.Spec() }

type claimKey struct{}

// WithClaim has the Results under the context count once.
func WithClaim(ctx context.Context, c *Claim) context.Context {
	return context.WithValue(ctx, claimKey{}, c)
}

func claimOf(ctx context.Context) *Claim {
	c, _ := ctx.Value(claimKey{}).(*Claim)
	return c
}

func (c *Claim) id(n int32) string { return fmt.Sprintf("%s/%d", c.ID, n) }

// Answered answers what the next Result under the context's claim was answered
// before, if it was: for what checks things that its own deed changes.
func Answered[T any](ctx context.Context, s Store) (out T, answered bool, err error) {
	c := claimOf(ctx)
	if c == nil {
		return out, false, nil
	}
	found, err := answers.Get(ctx, s, c.id(c.results.Load()))
	if errors.Is(err, ErrNotFound) {
		return out, false, nil
	}
	if err == nil {
		out, err = replay[T](c, found)
	}
	return out, err == nil, err
}

// once is Result under a claim.
func once[T any](ctx context.Context, s Store, c *Claim, fn func(Tx) (T, error)) (T, error) {
	id := c.id(c.results.Add(1) - 1)
	var out T
	err := s.Do(ctx, func(tx Tx) error {
		found, err := answers.Get(ctx, tx, id)
		if err == nil {
			out, err = replay[T](c, found)
			return err
		}
		if !errors.Is(err, ErrNotFound) {
			return err
		}
		if !s.Transactional() {
			out, err = stepwise(ctx, tx, c, id, fn)
			return err
		}
		if out, err = fn(tx); err != nil {
			return err
		}
		kept := answer{ID: id, Input: c.Input, At: time.Now().UTC()}
		if kept.Sealed, err = c.seal(id, out); err != nil {
			return err
		}
		return answers.Insert(ctx, tx, &kept)
	})
	if err != nil {
		var none T
		return none, err
	}
	return out, nil
}

// stepwise claims first, where nothing makes several writes one: of two at once
// one does the deed, and the other is told that it is under way.
func stepwise[T any](ctx context.Context, tx Tx, c *Claim, id string, fn func(Tx) (T, error)) (out T, err error) {
	err = answers.Insert(ctx, tx, &answer{ID: id, Input: c.Input, At: time.Now().UTC()})
	if errors.Is(err, ErrExists) {
		return out, ErrUnknown
	}
	if err != nil {
		return out, err
	}
	if out, err = fn(tx); err != nil {
		return out, errors.Join(err, answers.Delete(ctx, tx, id))
	}
	sealed, err := c.seal(id, out)
	if err != nil {
		return out, err
	}
	_, err = answers.Update(ctx, tx, id, func(a *answer) error { a.Sealed = sealed; return nil })
	return out, err
}

// boxed gives an answer of whatever type the form of a document.
type boxed[T any] struct {
	Value T `bson:"value"`
}

func replay[T any](c *Claim, found *answer) (out T, err error) {
	if found.Input != c.Input {
		return out, ErrReused
	}
	if found.Sealed == nil {
		return out, ErrUnknown
	}
	plain, err := c.open(found.ID, found.Sealed)
	if err != nil {
		return out, ErrReused // another secret: somebody else's claim
	}
	var box boxed[T]
	if err := bson.Unmarshal(plain, &box); err != nil {
		return out, fmt.Errorf("read what was answered before: %w", err)
	}
	return box.Value, nil
}

func (c *Claim) cipher() (cipher.AEAD, error) {
	key := sha256.Sum256(c.Secret)
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func (c *Claim) seal(id string, value any) ([]byte, error) {
	plain, err := bson.Marshal(bson.D{{Key: "value", Value: value}})
	if err != nil {
		return nil, fmt.Errorf("keep what is answered: %w", err)
	}
	box, err := c.cipher()
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, box.NonceSize())
	rand.Read(nonce) // never fails (crypto/rand)
	return box.Seal(nonce, nonce, plain, []byte(id)), nil
}

func (c *Claim) open(id string, sealed []byte) ([]byte, error) {
	box, err := c.cipher()
	if err != nil {
		return nil, err
	}
	if len(sealed) < box.NonceSize() {
		return nil, errors.New("store: a sealed answer is too short")
	}
	return box.Open(nil, sealed[:box.NonceSize()], sealed[box.NonceSize():], []byte(id))
}

// ForgetAnswers removes what was answered before the time, some at once, and says
// how many that were.
func ForgetAnswers(ctx context.Context, s Store, before time.Time) (total int, err error) {
	for {
		old, err := answers.Find(ctx, s, Query{Where: []Cond{Between("at", nil, before)}, Sort: []string{"at"}, Limit: 256})
		if err != nil || len(old) == 0 {
			return total, err
		}
		err = s.Do(ctx, func(tx Tx) error {
			for _, a := range old {
				if err := answers.Delete(ctx, tx, a.ID); err != nil && !errors.Is(err, ErrNotFound) {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return total, err
		}
		total += len(old)
	}
}
