package members_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"veche/community"
	"veche/community/members"
	"veche/live"
	"veche/store"
	"veche/store/sqlite"
)

func TestBringNamesakes(t *testing.T) {
	ctx := t.Context()
	s, err := sqlite.Open(filepath.Join(t.TempDir(), "veche.db"), 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	log, err := live.Open(ctx, s, live.Options{Poll: -1})
	if err != nil {
		t.Fatal(err)
	}
	roll, err := members.New(ctx, s, log, members.Options{})
	if err != nil {
		t.Fatal(err)
	}
	bring := func(name string) *members.Member {
		t.Helper()
		id, err := store.Result(ctx, s, func(tx store.Tx) (community.MemberID, error) {
			return roll.Bring(ctx, tx, members.Brought{Name: name, CreatedAt: time.Unix(1, 0), Source: "https://old.example.org/users/1"})
		})
		if err != nil {
			t.Fatal(err)
		}
		m, err := roll.Member(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for n := 1; n <= 40; n++ {
		want := "anna"
		if n > 1 {
			want = fmt.Sprintf("anna-%d", n)
		}
		if m := bring("Anna"); m.Handle != want || m.Name != "Anna" || m.Role != community.RoleMember {
			t.Errorf("namesake %d is %+v", n, m)
		}
	}
	bring("Bob-2")
	bring("Bob")
	if m := bring("Bob"); m.Handle != "bob-3" {
		t.Errorf("beside bob and bob-2, the next is %s", m.Handle)
	}
	long := "абвгдежзиклмнопрстуфхцчшщэюяабвгдежзик"
	first, second := bring(long), bring(long)
	if first.HandleKey == second.HandleKey || len([]rune(second.Handle)) > 32 {
		t.Errorf("two long names became %s and %s", first.Handle, second.Handle)
	}
	if a, b := bring("日本"), bring("漢字"); a.Handle == b.Handle {
		t.Errorf("two names without a handle became %s and %s", a.Handle, b.Handle)
	}
}
