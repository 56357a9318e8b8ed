package storetest

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"veche/store"
)

var documents = []ability{
	{"come back as they were", comeBack},
	{"keep times to the millisecond in UTC", keepTimes},
	{"are refused when the id is taken", refuseTakenID},
	{"need an id", needID},
	{"take any text as an id", takeAnyID},
	{"that are not there are not found", notFound},
	{"are read many at once", readMany},
	{"are gone once deleted", deleted},
	{"may be large", large},
}

type word string

type part struct {
	Name  string   `bson:"name"`
	Words []string `bson:"words"`
}

type every struct {
	ID      string         `bson:"_id"`
	Text    string         `bson:"text"`
	Named   word           `bson:"named"`
	Int     int            `bson:"int"`
	Small   int32          `bson:"small"`
	Long    int64          `bson:"long"`
	Float   float64        `bson:"float"`
	Yes     bool           `bson:"yes"`
	At      time.Time      `bson:"at"`
	Maybe   *time.Time     `bson:"maybe,omitempty"`
	Never   *time.Time     `bson:"never"`
	Bytes   []byte         `bson:"bytes"`
	List    []string       `bson:"list"`
	Nil     []string       `bson:"nil"`
	Empty   []string       `bson:"empty"`
	Part    part           `bson:"part"`
	Parts   []part         `bson:"parts"`
	Numbers map[string]int `bson:"numbers"`
}

var everything = store.Define[every]("everything")

func comeBack(t *testing.T, s store.Store) {
	ensure(t, s, everything.Spec())
	at := time.Date(2026, 3, 1, 12, 30, 15, 123e6, time.UTC)
	full := every{
		ID: "full", Text: "Вече \"quoted\" \x00 and 🚀", Named: "named", Int: -5, Small: 1 << 30, Long: 1 << 62,
		Float: 0.1, Yes: true, At: at, Maybe: &at, Bytes: []byte{0, 1, 255}, List: []string{"b", "", "a"},
		Empty: []string{}, Part: part{Name: "one", Words: []string{"x"}}, Parts: []part{{Name: "two"}, {Name: "three"}},
		Numbers: map[string]int{"one": 1},
	}
	bare := every{ID: "bare", At: at}
	insert(t, s, everything, full, bare)
	same(t, "the full one", get(t, s, everything, "full"), full)
	same(t, "the bare one", get(t, s, everything, "bare"), bare)
}

func keepTimes(t *testing.T, s store.Store) {
	ensure(t, s, everything.Spec())
	zone := time.FixedZone("east", 5*3600+1800)
	for id, at := range map[string]time.Time{
		"now":    time.Date(2026, 3, 1, 12, 30, 15, 123_999_999, zone),
		"old":    time.Date(1147, 4, 4, 0, 0, 0, 999_999, time.UTC),
		"future": time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC),
		"zero":   {},
	} {
		insert(t, s, everything, every{ID: id, At: at})
		got := get(t, s, everything, id).At
		if want := at.UTC().Truncate(time.Millisecond); !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%s came back as %v, want %v", at, got, want)
		}
	}
}

func refuseTakenID(t *testing.T, s store.Store) {
	ensure(t, s, everything.Spec())
	first := every{ID: "a", Text: "first"}
	insert(t, s, everything, first)
	err := everything.Insert(t.Context(), s, &every{ID: "a", Text: "second"})
	if !errors.Is(err, store.ErrExists) {
		t.Errorf("insert with a taken id: got %v, want ErrExists", err)
	}
	same(t, "the text", get(t, s, everything, "a").Text, "first")
}

func needID(t *testing.T, s store.Store) {
	ensure(t, s, everything.Spec())
	if err := everything.Insert(t.Context(), s, &every{Text: "nobody's"}); err == nil {
		t.Error("a document with an empty id was taken")
	}
	wantFound(t, s, everything, store.Query{})
}

func takeAnyID(t *testing.T, s store.Store) {
	ensure(t, s, everything.Spec())
	for i, id := range []string{
		"topic_01jd", "Вече", "a b", " ", "a.b", "$a", "a'b\"c", "null", "0", "%_", "💬", "e\u0301", "\u00e9",
		"A", "a", strings.Repeat("long", 200),
	} {
		insert(t, s, everything, every{ID: id, Int: i})
		if got := get(t, s, everything, id); got.ID != id || got.Int != i {
			t.Errorf("id %q came back as %q with %d, want %d", id, got.ID, got.Int, i)
		}
	}
}

func notFound(t *testing.T, s store.Store) {
	ensure(t, s, everything.Spec())
	_, get := everything.Get(t.Context(), s, "none")
	_, update := everything.Update(t.Context(), s, "none", func(*every) error {
		t.Error("the change ran without a document")
		return nil
	})
	for deed, err := range map[string]error{
		"get": get, "update": update, "delete": everything.Delete(t.Context(), s, "none"),
	} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: got %v, want ErrNotFound", deed, err)
		}
	}
}

func readMany(t *testing.T, s store.Store) {
	ensure(t, s, everything.Spec())
	var all []string
	for i := range 30 {
		all = append(all, fmt.Sprintf("id%02d", i))
		insert(t, s, everything, every{ID: all[i], Int: i})
	}
	for name, asked := range map[string][]string{
		"none":    nil,
		"all":     all,
		"missing": {"id03", "none", "id04", ""},
		"twice":   {"id05", "id05"},
	} {
		got, err := everything.GetMany(t.Context(), s, asked)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := map[string]int{}
		for i, id := range all {
			for _, a := range asked {
				if a == id {
					want[id] = i
				}
			}
		}
		have := map[string]int{}
		for id, doc := range got {
			have[id] = doc.Int
		}
		same(t, name, have, want)
	}
}

func deleted(t *testing.T, s store.Store) {
	ensure(t, s, everything.Spec())
	insert(t, s, everything, every{ID: "a"}, every{ID: "b"})
	if err := everything.Delete(t.Context(), s, "a"); err != nil {
		t.Fatal(err)
	}
	if err := everything.Delete(t.Context(), s, "a"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("delete again: got %v, want ErrNotFound", err)
	}
	if _, err := everything.Get(t.Context(), s, "a"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get: got %v, want ErrNotFound", err)
	}
	wantFound(t, s, everything, store.Query{}, "b")
	insert(t, s, everything, every{ID: "a", Text: "again"})
	same(t, "the text", get(t, s, everything, "a").Text, "again")
}

func large(t *testing.T, s store.Store) {
	ensure(t, s, everything.Spec())
	text := strings.Repeat("Длинная речь. ", 80_000/2) // about 1 MB
	insert(t, s, everything, every{ID: "long", Text: text})
	if got := get(t, s, everything, "long").Text; got != text {
		t.Errorf("came back with %d bytes of %d, or others", len(got), len(text))
	}
	_, err := everything.Update(t.Context(), s, "long", func(e *every) error {
		e.Text += "!"
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := get(t, s, everything, "long").Text; got != text+"!" {
		t.Errorf("after an update it came back with %d bytes of %d, or others", len(got), len(text)+1)
	}
}
