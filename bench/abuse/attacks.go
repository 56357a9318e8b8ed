package main

import (
	"context"
	"fmt"
	"strings"
)

// attack is something that no client does by mistake. want is what the server
// must say to it: the status and the code of the error, or how the socket ends.
type attack struct {
	name string
	want string
	once func(context.Context, *target) (string, error)
}

// document is an attack by what is asked.
func document(name, want, query string) attack {
	body := encode(map[string]any{"query": query})
	return attack{name, want, func(ctx context.Context, t *target) (string, error) { return t.post(ctx, "application/json", body) }}
}

func body(name, want, kind, text string) attack {
	all := []byte(text)
	return attack{name, want, func(ctx context.Context, t *target) (string, error) { return t.post(ctx, kind, all) }}
}

const (
	tooComplex = "400 TOO_COMPLEX"
	badInput   = "400 BAD_INPUT"
	plain      = `{"query": "{ __typename }"}`
	deed       = `mutation { logOut { member { id } } }`
)

// attacks are all there are.
func attacks() []attack {
	return []attack{
		document("1,000 aliases", tooComplex, "{"+numbered(1000, " a%d: __typename")+" }"),
		document("5,000 repeated fields", tooComplex, "{"+strings.Repeat(" __typename", 5000)+"}"),
		document("1,900 repeated fields", tooComplex, "{ viewer {"+strings.Repeat(" email", 1900)+"} }"),
		document("fields 100 deep", tooComplex, strings.Repeat("{a", 100)+strings.Repeat("}", 100)),
		document("replies in replies", tooComplex, "{ post(id: 1) { "+strings.Repeat("replyTo { ", 30)+"id"+strings.Repeat("}", 32)),
		document("fragments in a circle", badInput, "{...A} fragment A on Query {...B} fragment B on Query {...A}"),
		document("fragments that double", tooComplex, doubling(30)),
		document("fragments that are alike", tooComplex, alike(150)),
		document("errors in every field", badInput, "{ viewer {"+numbered(1800, " emai%d")+"} }"),
		document("a megabyte of [", tooComplex, strings.Repeat("[", 1<<20-100)),
		document("a megabyte of {", tooComplex, strings.Repeat("{", 1<<20-100)),
		document("a megabyte of comments", tooComplex, "{ a }"+strings.Repeat("#\n", 1<<18)),
		document("a string without end", tooComplex, `{ a(b: "`+strings.Repeat("x", 1<<20-100)),
		document("pages of pages", tooComplex, "{ topics(first: 100) { nodes { posts(first: 100) { nodes { id } } } } }"),
		document("a page of a million", "200 BAD_INPUT", "{ topics(first: 1000000) { nodes { id } } }"),
		document("introspection again and again", tooComplex, "{"+numbered(110, " a%d: __schema { types { fields { args { type { ofType { name } } } } } }")+"}"),
		body("variables 5,000 deep", tooComplex, "application/json", `{"query": "{ __typename }", "variables": {"a": `+strings.Repeat("[", 5000)+strings.Repeat("]", 5000)+`}}`),
		body("variables 400,000 deep", tooComplex, "application/json", `{"query": "{ __typename }", "variables": {"a": `+strings.Repeat("[", 400_000)+strings.Repeat("]", 400_000)+`}}`),
		body("400,000 variables", tooComplex, "application/json", `{"query": "{ __typename }", "variables": {"a": [1`+strings.Repeat(",1", 400_000)+`]}}`),
		body("a body of 10 MB", "413 BAD_INPUT", "application/json", strings.Repeat(" ", 10<<20)),
		body("a batch of 100", badInput, "application/json", "["+plain+strings.Repeat(","+plain, 99)+"]"),
		body("a mutation from a form", "415 BAD_INPUT", "application/x-www-form-urlencoded", "query="+deed),
		{"a mutation by GET", "405 BAD_INPUT", func(ctx context.Context, t *target) (string, error) { return t.get(ctx, deed) }},
		{"1,000 operations on a socket", "close 4901", func(ctx context.Context, t *target) (string, error) { return t.many(ctx, 1000) }},
		{"a megabyte of [ on a socket", "close 4400", func(ctx context.Context, t *target) (string, error) {
			return t.say(ctx, strings.Repeat("[", 1<<20-200))
		}},
		{"2 MB on a socket", "close 1009", func(ctx context.Context, t *target) (string, error) { return t.say(ctx, strings.Repeat(" ", 2<<20)) }},
	}
}

// slow are attacks that take as long as the server's patience.
func slow() []attack {
	return []attack{
		{"slow headers", "cut off", func(ctx context.Context, t *target) (string, error) {
			return t.dribble(ctx, "POST /graphql HTTP/1.1\r\nHost: veche\r\n", "X-%d: x\r\n")
		}},
		{"a slow body", "413 BAD_INPUT", func(ctx context.Context, t *target) (string, error) {
			return t.dribble(ctx, "POST /graphql HTTP/1.1\r\nHost: veche\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{", " ")
		}},
	}
}

func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// doubling has n fragments of which each is spread twice in the one before.
func doubling(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "fragment F%d on Query { ...F%d ...F%d } ", i, i+1, i+1)
	}
	return b.String() + fmt.Sprintf("fragment F%d on Query { __typename } { ...F0 }", n)
}

// alike has n fragments with the same fields in one place.
func alike(n int) string {
	spreads := numbered(n, "...F%d ")
	return "{ topic(id: 1) {" + spreads + "} }" + numbered(n, "fragment F%d on Topic { author { id name handle } } ")
}
