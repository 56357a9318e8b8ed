package ferret

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.mongodb.org/mongo-driver/v2/bson"
)

func TestFrame(t *testing.T) {
	doc := bson.D{{Key: "find", Value: "c"}, {Key: "limit", Value: int64(2)}}
	f, err := messageFrame(7, doc)
	if err != nil {
		t.Fatal(err)
	}
	again, err := readFrame(bytes.NewReader(f.bytes))
	if err != nil {
		t.Fatal(err)
	}
	got, err := again.document()
	if err != nil || again.id() != 7 || !cmp.Equal(got, doc) {
		t.Errorf("came back as %v with id %d, %v", got, again.id(), err)
	}
	for n := range f.bytes { // cut short anywhere
		if _, err := (frame{sized(bytes.Clone(f.bytes[:max(n, headLen)])).bytes}).document(); err == nil {
			t.Errorf("%d bytes of %d were understood", n, len(f.bytes))
		}
	}
}
