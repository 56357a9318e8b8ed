package community_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/community"
	"veche/store"
)

func TestCursor(t *testing.T) {
	at := time.UnixMilli(1_700_000_000_123).UTC()
	c := community.NewCursor("list", "привет", int64(-5), 2.5, at)
	like := []any{"", int64(0), 0.0, time.Time{}}
	got, err := c.Open("after", "list", like...)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]any{"привет", int64(-5), 2.5, at}, got); diff != "" {
		t.Error(diff)
	}
	for name, bad := range map[string]community.Cursor{
		"of another list": community.NewCursor("other", "x", int64(1), 1.0, at),
		"of other types":  community.NewCursor("list", int64(1), int64(1), 1.0, at),
		"too short":       community.NewCursor("list", "x"),
		"nonsense":        "nonsense!",
		"too long":        community.Cursor(strings.Repeat("a", 5000)),
		"empty":           "",
	} {
		if _, err := bad.Open("after", "list", like...); community.KindOf(err) != community.KindBadInput {
			t.Errorf("a cursor %s: %v", name, err)
		}
	}
}

func FuzzCursor(f *testing.F) {
	f.Add(string(community.NewCursor("list", "x", int64(1))))
	f.Add("bnVsbA")
	f.Fuzz(func(t *testing.T, text string) {
		values, err := community.Cursor(text).Open("after", "list", "", int64(0))
		if err != nil {
			if community.KindOf(err) != community.KindBadInput {
				t.Error(err)
			}
			return
		}
		again, err := community.NewCursor("list", values...).Open("after", "list", "", int64(0))
		if err != nil || !cmp.Equal(values, again) {
			t.Errorf("%v came back as %v, %v", values, again, err)
		}
	})
}

// numbers is a list of 0 … 99 that is paged like any other.
func numbers() community.List[int] {
	return community.List[int]{
		Name: "numbers", Like: []any{int64(0)},
		Place: func(n int) []any { return []any{int64(n)} },
		Find: func(q store.Query) ([]int, error) {
			n, step := -1, 1
			if q.Desc {
				n, step = 100, -1
			}
			if q.After != nil {
				n = int(q.After[0].(int64))
			}
			var out []int
			for n += step; n >= 0 && n < 100 && len(out) < q.Limit; n += step {
				out = append(out, n)
			}
			return out, nil
		},
	}
}

func TestPagesForwardAndBack(t *testing.T) {
	size := 30
	var seen []int
	p := community.Paging{First: &size}
	for {
		page, err := numbers().Read(p)
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, page.Nodes()...)
		if !page.PageInfo.HasNextPage {
			break
		}
		p.After = page.PageInfo.EndCursor
	}
	var back []int
	p = community.Paging{Last: &size}
	for {
		page, err := numbers().Read(p)
		if err != nil {
			t.Fatal(err)
		}
		back = append(page.Nodes(), back...)
		if !page.PageInfo.HasPreviousPage {
			break
		}
		p.Before = page.PageInfo.StartCursor
	}
	if len(seen) != 100 || !cmp.Equal(seen, back) {
		t.Errorf("forward %v\nback %v", seen, back)
	}
}

func TestPagingIsChecked(t *testing.T) {
	n, zero, many := 5, 0, community.MaxPage+1
	c := community.NewCursor("numbers", int64(5))
	for name, p := range map[string]community.Paging{
		"first 0":           {First: &zero},
		"first 101":         {First: &many},
		"last 0":            {Last: &zero},
		"first and last":    {First: &n, Last: &n},
		"after and before":  {Last: &n, After: &c, Before: &c},
		"last after":        {Last: &n, After: &c},
		"before without":    {Before: &c},
		"first with before": {First: &n, Before: &c},
	} {
		if _, err := numbers().Read(p); community.KindOf(err) != community.KindBadInput {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRoles(t *testing.T) {
	if community.RoleMember.AtLeast(community.RoleModerator) || !community.RoleOwner.AtLeast(community.RoleAdmin) {
		t.Error("the order of roles is wrong")
	}
	reader := community.Viewer{ID: "member_x", Role: community.RoleOwner, Scopes: []community.Scope{community.ScopeRead}}
	if reader.Has(community.RoleAdmin) {
		t.Error("a token without MODERATE rules")
	}
}
