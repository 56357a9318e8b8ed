package store

import (
	"fmt"
	"math"
	"reflect"
	"time"
)

// Normal brings a value of a condition or a position to the one form that both
// engines order alike: string, int64, float64, bool, time.Time (UTC, to the
// millisecond) or nil. Named types such as ids lose their name. Not-a-number
// and the infinities have no place in an order and are refused.
func Normal(v any) (any, error) {
	switch v := v.(type) {
	case nil, string, int64, bool:
		return v, nil
	case time.Time:
		return v.UTC().Truncate(time.Millisecond), nil
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.String:
		return r.String(), nil
	case reflect.Bool:
		return r.Bool(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return r.Int(), nil
	case reflect.Float32, reflect.Float64:
		if f := r.Float(); !math.IsNaN(f) && !math.IsInf(f, 0) {
			return f, nil
		}
	case reflect.Pointer:
		if r.IsNil() {
			return nil, nil
		}
		return Normal(r.Elem().Interface())
	}
	return nil, fmt.Errorf("store: %v of type %T cannot be ordered", v, v)
}
