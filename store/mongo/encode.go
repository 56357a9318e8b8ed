package mongo

import (
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"

	"veche/store"
)

// encode is the document as it is stored, but for the revision, and its id.
func encode(c *store.Spec, doc any) (raw bson.Raw, id string, err error) {
	raw, err = bson.Marshal(doc)
	if err != nil {
		return nil, "", fmt.Errorf("encode a document of %s: %w", c.Name, err)
	}
	id, ok := raw.Lookup(store.IDField).StringValueOK()
	if !ok || id == "" {
		return nil, "", fmt.Errorf("encode a document of %s: it has no string _id", c.Name)
	}
	return raw, id, nil
}

// decode makes a document of the collection's type; fields that the type does
// not know, the revision among them, are passed over.
func decode(c *store.Spec, raw bson.Raw) (any, error) {
	doc := c.New()
	if err := bson.Unmarshal(raw, doc); err != nil {
		return nil, fmt.Errorf("decode a document of %s: %w", c.Name, err)
	}
	return doc, nil
}

// revised is the document with its revision.
func revised(raw bson.Raw, revision int64) bson.D {
	elements, _ := raw.Elements() // cannot fail: just encoded
	doc := make(bson.D, 0, len(elements)+1)
	for _, e := range elements {
		doc = append(doc, bson.E{Key: e.Key(), Value: e.Value()})
	}
	return append(doc, bson.E{Key: store.RevField, Value: revision})
}

// valueOf is the field's value, or nil where it is absent.
func valueOf(raw bson.Raw, field string) any {
	v, err := raw.LookupErr(field)
	if err != nil {
		return nil
	}
	return v
}
