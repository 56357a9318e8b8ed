package sqlite

import (
	"strconv"
	"strings"

	"veche/store"
)

// selected is a query as SQL that answers ids, and where it can the rows in
// which the documents stand.
type selected struct {
	text  string
	args  []any
	rows  bool
	empty bool // no document can match
}

// maxBranches is how many lists are merged in order at the most. SQLite takes
// 500; past this, one statement sorts what it found.
const maxBranches = 250

// selection turns a query into SQL that the plan's index answers alone, in its
// order. Choices of an In become a list each, merged by UNION ALL, since SQLite
// would otherwise read them all before sorting.
func selection(c *store.Spec, q store.Query) (selected, error) {
	plan, err := c.PlanQuery(q)
	if err != nil {
		return selected{}, err
	}
	b := builder{table: c.Name, plan: plan, q: q, row: `, rowid`}
	if plan.Index != nil && plan.Index.Multi != "" {
		b.table, b.row = indexName(c, *plan.Index), ``
	} else if c.Near == store.IDField {
		b.row = `` // its table has no rows but those of the id
	}
	branches := [][]store.Cond{nil}
	for _, cond := range plan.Fixed {
		if branches, err = multiply(branches, cond); err != nil {
			return selected{}, err
		}
	}
	if len(branches) == 0 {
		return selected{empty: true}, nil
	}
	if err := b.write(branches); err != nil {
		return selected{}, err
	}
	return selected{text: b.text.String(), args: b.args, rows: b.row != ``}, nil
}

// multiply gives every branch every one of the condition's choices, each once.
func multiply(branches [][]store.Cond, cond store.Cond) ([][]store.Cond, error) {
	var out [][]store.Cond
	seen := map[any]bool{}
	for _, v := range cond.Values {
		bound, err := bindValue(v)
		if err != nil {
			return nil, err
		}
		if seen[bound] {
			continue
		}
		seen[bound] = true
		for _, branch := range branches {
			out = append(out, append(branch[:len(branch):len(branch)], store.Eq(cond.Field, v)))
		}
	}
	return out, nil
}

type builder struct {
	table string
	plan  store.Plan
	q     store.Query
	row   string // what to select beside the id
	text  strings.Builder
	args  []any
}

func (b *builder) write(branches [][]store.Cond) error {
	if len(branches) == 1 {
		if err := b.branch(branches[0], `"_id"`+b.row); err != nil {
			return err
		}
		b.order()
		return nil
	}
	b.text.WriteString(`SELECT "_id"` + b.row + ` FROM (`)
	for i, branch := range branches {
		if i > 0 {
			b.text.WriteString(` UNION ALL `)
		}
		b.text.WriteString(`SELECT * FROM (`)
		if err := b.branch(branch, quoteAll(b.plan.Order)+b.row); err != nil {
			return err
		}
		if len(branches) <= maxBranches {
			b.order()
		}
		b.text.WriteString(`)`)
	}
	b.text.WriteString(`)`)
	b.order()
	return nil
}

func (b *builder) branch(fixed []store.Cond, columns string) error {
	b.text.WriteString(`SELECT ` + columns + ` FROM ` + quote(b.table))
	joint := ` WHERE `
	for _, cond := range fixed {
		b.text.WriteString(joint)
		joint = ` AND `
		if err := b.compare(cond.Field, "=", cond.Values[0]); err != nil {
			return err
		}
	}
	if b.plan.Range != nil {
		b.text.WriteString(joint)
		joint = ` AND `
		if err := b.between(*b.plan.Range); err != nil {
			return err
		}
	}
	if b.q.After != nil {
		b.text.WriteString(joint)
		return b.after()
	}
	return nil
}

func (b *builder) compare(field, op string, v any) error {
	bound, err := bindValue(v)
	if err != nil {
		return err
	}
	b.text.WriteString(quote(field) + ` ` + op + ` ?`)
	b.args = append(b.args, bound)
	return nil
}

// between leaves absent fields out of every range, open ones too.
func (b *builder) between(cond store.Cond) error {
	lower, err := store.Normal(cond.Values[0])
	if err != nil {
		return err
	}
	upper, err := store.Normal(cond.Values[1])
	if err != nil {
		return err
	}
	op := ">="
	if lower == nil {
		op = ">"
	}
	if err := b.compare(cond.Field, op, lower); err != nil || upper == nil {
		return err
	}
	b.text.WriteString(` AND `)
	return b.compare(cond.Field, "<", upper)
}

// after is a comparison of whole rows, which SQLite answers from the index.
func (b *builder) after() error {
	op := ` > `
	if b.q.Desc {
		op = ` < `
	}
	b.text.WriteString(`(` + quoteAll(b.plan.Order) + `)` + op + `(?` + strings.Repeat(`,?`, len(b.plan.Order)-1) + `)`)
	for _, v := range b.q.After {
		bound, err := bindValue(v)
		if err != nil {
			return err
		}
		b.args = append(b.args, bound)
	}
	return nil
}

func (b *builder) order() {
	way := ""
	if b.q.Desc {
		way = " DESC"
	}
	for i, field := range b.plan.Order {
		if i == 0 {
			b.text.WriteString(` ORDER BY `)
		} else {
			b.text.WriteString(`, `)
		}
		b.text.WriteString(quote(field) + way)
	}
	if b.q.Limit > 0 {
		b.text.WriteString(` LIMIT ` + strconv.Itoa(b.q.Limit))
	}
}
