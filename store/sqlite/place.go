package sqlite

import (
	"fmt"
	"hash/fnv"

	"go.mongodb.org/mongo-driver/v2/bson"

	"veche/store"
)

// stretch is how many rows in succession belong to one value of the field that
// documents lie near by, as a power of two. Two values may come to share one:
// then their documents lie mixed, and nothing worse.
const stretch = 20

// placeNear is the expression for a new document's row, and its arguments: the
// next row in the stretch of its value. A table is kept in the order of its
// rows, so that what has one value lies on few pages. When the stretch is full
// the expression is null, and SQLite takes any row.
func placeNear(c *store.Spec, raw bson.Raw) (string, []any, error) {
	v, err := columnOf(raw, c.Near)
	if err != nil {
		return "", nil, fmt.Errorf("field %s of %s: %w", c.Near, c.Name, err)
	}
	h := fnv.New64a()
	if s, ok := v.(string); ok {
		h.Write([]byte(s))
	} else {
		fmt.Fprint(h, v)
	}
	first := int64(h.Sum64() >> (1 + stretch) << stretch)
	last := first + 1<<stretch - 1
	latest := `(SELECT rowid FROM ` + quote(c.Name) + ` WHERE rowid BETWEEN ? AND ? ORDER BY rowid DESC LIMIT 1)`
	return `(SELECT CASE WHEN at <= ? THEN at END FROM (SELECT coalesce(` + latest + `, ?) + 1 AS at))`, []any{last, first, last, first - 1}, nil
}
