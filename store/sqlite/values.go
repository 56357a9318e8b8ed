package sqlite

import (
	"fmt"
	"math"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"veche/store"
)

// absent stands in columns for a field that is absent or null. Unlike SQL's
// NULL it equals itself and takes part in comparisons, and it orders before
// every value that store.Normal lets through: just as null does in MongoDB.
var absent any = math.Inf(-1)

// columnOf is what a column holds for the field of a document.
func columnOf(raw bson.Raw, field string) (any, error) {
	v, err := raw.LookupErr(field)
	if err != nil {
		return absent, nil
	}
	return columnValue(v)
}

func columnValue(v bson.RawValue) (any, error) {
	switch v.Type {
	case bson.TypeNull, bson.TypeUndefined:
		return absent, nil
	case bson.TypeString:
		return v.StringValue(), nil
	case bson.TypeInt32:
		return int64(v.Int32()), nil
	case bson.TypeInt64:
		return v.Int64(), nil
	case bson.TypeDateTime:
		return v.DateTime(), nil
	case bson.TypeBoolean:
		return boolColumn(v.Boolean()), nil
	case bson.TypeDouble:
		if f := v.Double(); !math.IsNaN(f) && !math.IsInf(f, 0) {
			return f, nil
		}
	}
	return nil, fmt.Errorf("a value of type %s cannot be indexed", v.Type)
}

// elementsOf is what a multi index finds the document by: each element once,
// or absent for want of the array.
func elementsOf(raw bson.Raw, field string) ([]any, error) {
	v, err := raw.LookupErr(field)
	if err != nil || v.Type == bson.TypeNull {
		return []any{absent}, nil
	}
	array, ok := v.ArrayOK()
	if !ok {
		return nil, fmt.Errorf("multi field %s is of type %s, not an array", field, v.Type)
	}
	values, err := array.Values()
	if err != nil {
		return nil, fmt.Errorf("read array %s: %w", field, err)
	}
	var elements []any
	seen := map[any]bool{}
	for _, v := range values {
		element, err := columnValue(v)
		if err != nil {
			return nil, err
		}
		if !seen[element] {
			seen[element] = true
			elements = append(elements, element)
		}
	}
	return elements, nil
}

// bindValue is what a column is compared with for a value of a query.
func bindValue(v any) (any, error) {
	v, err := store.Normal(v)
	if err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case nil:
		return absent, nil
	case bool:
		return boolColumn(v), nil
	case time.Time:
		return v.UnixMilli(), nil
	default:
		return v, nil
	}
}

func boolColumn(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
