package members

import (
	"context"
	"errors"
	"fmt"
	"time"

	"veche/store"
)

// census is how many members there are. It changes in the same commit as the
// roll: to count members one by one takes as long as there are many.
type census struct {
	ID string `bson:"_id"`
	N  int64  `bson:"n"`
}

var censuses = store.Define[census]("census")

const allMembers = "members"

// Census answers how many members there are, and when the first joined; no time
// if none did.
func (r *Roll) Census(ctx context.Context) (count int, first time.Time, err error) {
	c, err := censuses.Get(ctx, r.store, allMembers)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return 0, first, fmt.Errorf("look up how many members there are: %w", err)
	}
	if err == nil {
		count = int(c.N)
	}
	found, err := roll.Find(ctx, r.store, store.Query{Sort: []string{"createdAt"}, Limit: 1})
	if err != nil {
		return 0, first, fmt.Errorf("look up the first member: %w", err)
	}
	if len(found) > 0 {
		first = found[0].CreatedAt
	}
	return count, first, nil
}

// joins counts the member, and tells of it.
func (r *Roll) joins(ctx context.Context, tx store.Tx, m *Member) error {
	if _, err := censuses.Inc(ctx, tx, allMembers, "n", 1); err != nil {
		return fmt.Errorf("count a member: %w", err)
	}
	return r.tell(ctx, tx, Joined, m.ID, m.ID)
}

// counted sees to it that members are counted: where the store is from before
// they were, and at each start where a crash can come between the roll and the
// census.
func (r *Roll) counted(ctx context.Context) error {
	_, err := censuses.Get(ctx, r.store, allMembers)
	if err == nil && r.store.Transactional() {
		return nil
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("look up how many members there are: %w", err)
	}
	_, err = r.Recount(ctx)
	return err
}

// Recount counts the members one by one, and keeps what that comes to.
func (r *Roll) Recount(ctx context.Context) (n int, err error) {
	err = r.store.Do(ctx, func(tx store.Tx) error {
		if n, err = roll.Count(ctx, tx, store.Query{Sort: []string{"createdAt"}}); err != nil {
			return fmt.Errorf("count the members: %w", err)
		}
		_, err = censuses.Upsert(ctx, tx, allMembers, census{ID: allMembers}, func(c *census) error {
			c.N = int64(n)
			return nil
		})
		return err
	})
	return n, err
}
