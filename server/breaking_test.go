package server

import (
	"fmt"
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// breaks compares two schemas, and answers what a client of the one would miss
// in the other, if the one did not tell beforehand with @deprecated.
func breaks(was, is *ast.Schema) (all []string) {
	d := &differences{was: was, is: is}
	for _, name := range slices.Sorted(maps.Keys(was.Types)) {
		if old := was.Types[name]; !old.BuiltIn {
			d.kind(old, is.Types[name])
		}
	}
	return d.found
}

// differences are those that break clients.
type differences struct {
	was, is *ast.Schema
	found   []string
}

func (d *differences) add(format string, args ...any) {
	d.found = append(d.found, fmt.Sprintf(format, args...))
}

func (d *differences) kind(old, now *ast.Definition) {
	switch {
	case now == nil && !d.unused(old):
		d.add("%s is gone", old.Name)
	case now == nil:
	case now.Kind != old.Kind:
		d.add("%s is %s, and was %s", old.Name, now.Kind, old.Kind)
	default:
		d.interfaces(old, now)
		d.values(old, now)
		d.members(old, now)
		d.fields(old, now)
	}
}

// unused says whether a type was told to go: all that it has is deprecated, or
// all that leads to it.
func (d *differences) unused(of *ast.Definition) bool {
	if outdated(of) {
		return true
	}
	for _, other := range d.was.Types {
		if slices.Contains(other.Types, of.Name) {
			return false
		}
		for _, f := range other.Fields {
			if !deprecated(f.Directives) && leads(f, of.Name) {
				return false
			}
		}
	}
	return of != d.was.Query && of != d.was.Mutation && of != d.was.Subscription
}

func leads(f *ast.FieldDefinition, to string) bool {
	return f.Type.Name() == to || slices.ContainsFunc(f.Arguments, func(a *ast.ArgumentDefinition) bool {
		return !deprecated(a.Directives) && a.Type.Name() == to
	})
}

// outdated says whether all that a type has is deprecated.
func outdated(of *ast.Definition) bool {
	for _, f := range of.Fields {
		if !deprecated(f.Directives) {
			return false
		}
	}
	for _, v := range of.EnumValues {
		if !deprecated(v.Directives) {
			return false
		}
	}
	return len(of.Fields)+len(of.EnumValues) > 0
}

func deprecated(directives ast.DirectiveList) bool { return directives.ForName("deprecated") != nil }

func (d *differences) interfaces(old, now *ast.Definition) {
	for _, name := range old.Interfaces {
		if !slices.Contains(now.Interfaces, name) {
			d.add("%s is no %s any more", old.Name, name)
		}
	}
}

func (d *differences) values(old, now *ast.Definition) {
	for _, v := range old.EnumValues {
		if now.EnumValues.ForName(v.Name) == nil && !deprecated(v.Directives) {
			d.add("%s.%s is gone", old.Name, v.Name)
		}
	}
}

func (d *differences) members(old, now *ast.Definition) {
	for _, name := range old.Types {
		if !slices.Contains(now.Types, name) && !outdated(d.was.Types[name]) {
			d.add("%s is not among %s any more", name, old.Name)
		}
	}
}

func (d *differences) fields(old, now *ast.Definition) {
	for _, f := range old.Fields {
		place := old.Name + "." + f.Name
		g := now.Fields.ForName(f.Name)
		switch {
		case g == nil && !deprecated(f.Directives):
			d.add("%s is gone", place)
		case g == nil:
		case old.Kind == ast.InputObject:
			d.given(place, taken{f.Type, f.DefaultValue}, taken{g.Type, g.DefaultValue})
		default:
			if !narrower(g.Type, f.Type) {
				d.add("%s is %s, and was %s", place, g.Type, f.Type)
			}
			d.arguments(place, f, g)
		}
	}
	for _, g := range now.Fields {
		if now.Kind == ast.InputObject && old.Fields.ForName(g.Name) == nil && (taken{g.Type, g.DefaultValue}).required() {
			d.add("%s.%s is new and required", now.Name, g.Name)
		}
	}
}

func (d *differences) arguments(place string, old, now *ast.FieldDefinition) {
	for _, a := range old.Arguments {
		b := now.Arguments.ForName(a.Name)
		switch {
		case b != nil:
			d.given(fmt.Sprintf("%s(%s:)", place, a.Name), taken{a.Type, a.DefaultValue}, taken{b.Type, b.DefaultValue})
		case !deprecated(a.Directives):
			d.add("%s(%s:) is gone", place, a.Name)
		}
	}
	for _, b := range now.Arguments {
		if old.Arguments.ForName(b.Name) == nil && (taken{b.Type, b.DefaultValue}).required() {
			d.add("%s(%s:) is new and required", place, b.Name)
		}
	}
}

// taken is what clients give: an argument, or a field of an input.
type taken struct {
	kind     *ast.Type
	fallback *ast.Value
}

func (t taken) required() bool { return t.kind.NonNull && t.fallback == nil }

func (d *differences) given(place string, old, now taken) {
	if !narrower(old.kind, now.kind) {
		d.add("%s takes %s, and took %s", place, now.kind, old.kind)
	}
	if before, after := old.byDefault(), now.byDefault(); before != after {
		d.add("%s is %s by default, and was %s", place, after, before)
	}
}

func (t taken) byDefault() string {
	if t.fallback == nil {
		return "nothing"
	}
	return t.fallback.String()
}

// narrower says whether each value of a type is one of another, too: what was
// handed out may become so, and what is taken may become wider.
func narrower(a, b *ast.Type) bool {
	switch {
	case b.NonNull && !a.NonNull, (a.Elem == nil) != (b.Elem == nil):
		return false
	case a.Elem != nil:
		return narrower(a.Elem, b.Elem)
	}
	return a.NamedType == b.NamedType
}
