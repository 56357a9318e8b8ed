package store_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"

	"veche/store"
)

type (
	inner struct {
		Word  named   `bson:"word"`
		Count int     `bson:"count"`
		Deep  *inner2 `bson:"deep"`
	}
	inner2 struct {
		At *time.Time `bson:"at,omitempty"`
	}
	inlined struct {
		Body string  `bson:"body"`
		List []named `bson:"list,omitempty"`
	}
	everyKind struct {
		ID      named      `bson:"_id"`
		Inlined inlined    `bson:",inline"`
		Text    string     `bson:"text,omitempty"`
		Maybe   *string    `bson:"maybe"`
		Short   int32      `bson:"short"`
		Long    int64      `bson:"long,omitempty"`
		Number  *int       `bson:"number,omitempty"`
		Int     int        `bson:"int"`
		Share   float64    `bson:"share,omitempty"`
		Open    bool       `bson:"open,omitempty"`
		At      time.Time  `bson:"at"`
		Since   time.Time  `bson:"since,omitempty"`
		Until   *time.Time `bson:"until,omitempty"`
		One     inner      `bson:"one"`
		Some    *inner     `bson:"some,omitempty"`
		Many    []inner    `bson:"many"`
		Ints    []int      `bson:"ints,omitempty"`
		Times   [][]bool   `bson:"times"`
		_       int
	}
	// unplanned has fields that only the bson package knows.
	unplanned struct {
		ID  string         `bson:"_id"`
		Map map[string]any `bson:"map"`
	}
)

var (
	everyKinds = store.Define[everyKind]("kinds")
	unplanneds = store.Define[unplanned]("unplanned")
)

// wantSame compares what the spec makes of the document and of its BSON with
// what the bson package does.
func wantSame[T any](t *testing.T, spec *store.Spec, doc *T) {
	t.Helper()
	want, err := bson.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	got, err := spec.Encode(doc)
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("encoded %v, %v\nwant %v", got, err, bson.Raw(want))
	}
	wantSameRead[T](t, spec, want)
}

func wantSameRead[T any](t *testing.T, spec *store.Spec, raw []byte) {
	t.Helper()
	want := new(T)
	failed := bson.Unmarshal(raw, want)
	got, err := spec.Decode(bytes.Clone(raw))
	if (err == nil) != (failed == nil) {
		t.Fatalf("%v is read with %v, want %v", bson.Raw(raw), err, failed)
	}
	if err == nil && !reflect.DeepEqual(got, want) {
		t.Fatalf("%v is read otherwise: %s", bson.Raw(raw), cmp.Diff(want, got))
	}
}

func TestCodecOfZero(t *testing.T) {
	wantSame(t, everyKinds.Spec(), &everyKind{})
	wantSame(t, unplanneds.Spec(), &unplanned{})
	wantSame(t, unplanneds.Spec(), &unplanned{ID: "x", Map: map[string]any{"a": int32(1)}})
	wantSame(t, everyKinds.Spec(), &everyKind{
		Many: []inner{}, Ints: []int{}, Times: [][]bool{nil, {}, {true}}, Until: &time.Time{}, Number: new(int), Maybe: new(string),
	})
	if _, err := everyKinds.Spec().Encode((*everyKind)(nil)); err == nil {
		t.Error("no document was encoded")
	}
}

// TestCodecReadsWhatItDoesNotWrite: other types of the same value, names in
// other letters, fields twice or unknown, and what is broken.
func TestCodecReadsWhatItDoesNotWrite(t *testing.T) {
	for _, doc := range []bson.D{
		{{Key: "text", Value: nil}},
		{{Key: "int", Value: 2.0}},
		{{Key: "int", Value: 2.5}},
		{{Key: "short", Value: int64(1) << 40}},
		{{Key: "share", Value: int32(2)}},
		{{Key: "open", Value: int32(1)}},
		{{Key: "at", Value: "2020-01-01T00:00:00Z"}},
		{{Key: "at", Value: int64(5)}},
		{{Key: "TEXT", Value: "x"}},
		{{Key: "Text", Value: "x"}},
		{{Key: "other", Value: bson.D{{Key: "text", Value: "x"}}}},
		{{Key: "text", Value: "x"}, {Key: "text", Value: "y"}},
		{{Key: "many", Value: bson.A{nil}}},
		{{Key: "ints", Value: bson.A{int64(1), "x"}}},
		{{Key: "one", Value: nil}},
		{{Key: "some", Value: nil}},
		{{Key: "many", Value: bson.D{}}},
		{{Key: "text", Value: bson.Symbol("x")}},
		{{Key: "some", Value: bson.D{{Key: "deep", Value: bson.D{{Key: "at", Value: nil}}}}}},
		{{Key: "list", Value: bson.Binary{Data: []byte("x")}}},
		{{Key: "number", Value: bson.Decimal128{}}},
		{{Key: "x", Value: bson.NewObjectID()}, {Key: "int", Value: 1}},
		{{Key: "maybe", Value: bson.Undefined{}}},
	} {
		raw, err := bson.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		wantSameRead[everyKind](t, everyKinds.Spec(), raw)
	}
}

func TestCodecOfAnything(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		doc := &everyKind{}
		draw(r, reflect.ValueOf(doc).Elem())
		wantSame(t, everyKinds.Spec(), doc)
	}
}

// draw fills the value with something, often with little.
func draw(r *rand.Rand, v reflect.Value) {
	if r.IntN(4) == 0 || !v.CanSet() {
		return
	}
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Unix(r.Int64N(1e11)-5e10, r.Int64N(1e9))))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString([]string{"", "a", "вече", "a\x00b", "\xff"}[r.IntN(5)])
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 0)
	case reflect.Int32:
		v.SetInt(int64(int32(r.Uint32())))
	case reflect.Int, reflect.Int64:
		v.SetInt([]int64{1, math.MaxInt32, math.MinInt32, math.MaxInt32 + 1, math.MinInt32 - 1, math.MinInt64}[r.IntN(6)])
	case reflect.Float64:
		v.SetFloat([]float64{1.5, math.Inf(-1), math.Copysign(0, -1)}[r.IntN(3)])
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		draw(r, v.Elem())
	case reflect.Slice:
		n := r.IntN(12)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			draw(r, v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			draw(r, v.Field(i))
		}
	}
}

func FuzzDecode(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		doc := &everyKind{}
		draw(r, reflect.ValueOf(doc).Elem())
		raw, err := bson.Marshal(doc)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if bson.Raw(raw).Validate() != nil { // what is broken must not panic
			_, _ = everyKinds.Spec().Decode(raw)
			return
		}
		wantSameRead[everyKind](t, everyKinds.Spec(), raw)
	})
}
