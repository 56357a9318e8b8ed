package store_test

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"veche/store"
)

func TestWalk(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 100 {
		doc := &everyKind{}
		draw(r, reflect.ValueOf(doc).Elem())
		raw := must(bson.Marshal(doc))
		wantWalked(t, raw)
		wantWalked(t, must(bson.Marshal(bson.D{{Key: "known", Value: doc}, {Key: "id", Value: bson.NewObjectID()}})))
	}
	if err := store.Walk(nil, nil); err == nil {
		t.Error("nothing was taken for a document")
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// wantWalked compares the last that was seen of each field.
func wantWalked(t *testing.T, raw bson.Raw) {
	t.Helper()
	want, got := map[string]string{}, map[string]string{}
	for _, e := range must(raw.Elements()) {
		want[e.Key()] = e.Value().String()
	}
	if err := store.Walk(raw, func(name string, v bson.RawValue) bool { got[name] = v.String(); return true }); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAdded(t *testing.T) {
	for name, c := range map[string]struct{ was, want bson.D }{
		"absent":        {bson.D{{Key: "a", Value: "x"}}, bson.D{{Key: "a", Value: "x"}, {Key: "n", Value: int64(3)}}},
		"nothing":       {bson.D{}, bson.D{{Key: "n", Value: int64(3)}}},
		"short":         {bson.D{{Key: "n", Value: int32(-5)}, {Key: "z", Value: true}}, bson.D{{Key: "n", Value: int64(-2)}, {Key: "z", Value: true}}},
		"long":          {bson.D{{Key: "a", Value: "x"}, {Key: "n", Value: int64(1) << 40}}, bson.D{{Key: "a", Value: "x"}, {Key: "n", Value: int64(1)<<40 + 3}}},
		"within others": {bson.D{{Key: "in", Value: bson.D{{Key: "n", Value: int32(1)}}}}, bson.D{{Key: "in", Value: bson.D{{Key: "n", Value: int32(1)}}}, {Key: "n", Value: int64(3)}}},
	} {
		got, sum, err := store.Added(must(bson.Marshal(c.was)), "n", 3)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := bson.Raw(must(bson.Marshal(c.want)))
		if diff := cmp.Diff(want.String(), got.String()); diff != "" || got.Validate() != nil {
			t.Errorf("%s (-want +got), valid %v:\n%s", name, got.Validate(), diff)
		}
		if v := want.Lookup("n").Int64(); v != sum {
			t.Errorf("%s: the sum is %d, want %d", name, sum, v)
		}
	}
	if _, _, err := store.Added(must(bson.Marshal(bson.D{{Key: "n", Value: "x"}})), "n", 1); err == nil {
		t.Error("a text was added to")
	}
}
