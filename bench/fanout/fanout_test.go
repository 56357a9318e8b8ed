package main

import (
	"bufio"
	"bytes"
	"context"
	"log"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/bench/process"
)

// The bare server is this program once more, which is the test's own here.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "raw" {
		log.Fatal(serveRaw(os.Args[2]))
	}
	os.Exit(m.Run())
}

// framed is a server's frame.
func framed(kind byte, text string) string {
	switch n := len(text); {
	case n < 126:
		return string([]byte{0x80 | kind, byte(n)}) + text
	case n < 1<<16:
		return string([]byte{0x80 | kind, 126, byte(n >> 8), byte(n)}) + text
	default:
		return string([]byte{0x80 | kind, 127, 0, 0, 0, 0, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}) + text
	}
}

func TestFrames(t *testing.T) {
	texts := []string{"", "short", strings.Repeat("b", 125), strings.Repeat("c", 126), strings.Repeat("d", 2000), strings.Repeat("e", 70_000), "last"}
	var stream strings.Builder
	for _, text := range texts {
		stream.WriteString(framed(textFrame, text))
	}
	stream.WriteString(framed(pingFrame, "are you there"))
	in := frames{Reader: bufio.NewReaderSize(strings.NewReader(stream.String()), 1024)}
	for _, want := range texts {
		kind, got, err := in.next()
		if err != nil || kind != textFrame {
			t.Fatalf("kind %d, %v", kind, err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Fatal(diff)
		}
	}
	if kind, got, err := in.next(); kind != pingFrame || string(got) != "are you there" || err != nil {
		t.Fatalf("%d %q %v", kind, got, err)
	}
	if _, _, err := in.next(); err == nil {
		t.Fatal("read behind the end")
	}
}

func TestFramesThatAreNone(t *testing.T) {
	for name, stream := range map[string]string{
		"part":       "\x01\x01a",
		"compressed": "\xc1\x01a",
		"masked":     "\x81\x81\x00\x00\x00\x00a",
		"endless":    "\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff",
		"cut off":    "\x81\x05ab",
	} {
		in := frames{Reader: bufio.NewReaderSize(strings.NewReader(stream), 1024)}
		if _, got, err := in.next(); err == nil {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestMasked(t *testing.T) {
	for _, n := range []int{0, 125, 126, 1000} {
		text := bytes.Repeat([]byte("m"), n)
		got := masked(textFrame, text)
		if got[0] != 0x81 || got[1]&0x80 == 0 || !bytes.HasSuffix(got, append([]byte{0, 0, 0, 0}, text...)) {
			t.Errorf("%d bytes: % x", n, got[:min(len(got), 10)])
		}
	}
}

func TestPostIn(t *testing.T) {
	if got, ok := postIn(message(17, "t=1795528141830411851 lorem")); !ok || got != (heard{17, 1795528141830411851}) {
		t.Errorf("got %v, %v", got, ok)
	}
	for _, text := range []string{``, `{"type":"ping"}`, `{"number":}`, `{"number":1,"body":"t="}`, `{"body":"t=1"}`} {
		if got, ok := postIn([]byte(text)); ok {
			t.Errorf("%s: got %v", text, got)
		}
	}
}

func TestTally(t *testing.T) {
	type outcome struct{ Lost, Doubled, Disordered, Strange int }
	for _, c := range []struct {
		name  string
		heard []int
		want  outcome
	}{
		{"all", []int{1, 2, 3, 4, 5}, outcome{}},
		{"none", nil, outcome{Lost: 5}},
		{"a hole", []int{1, 2, 4, 5}, outcome{Lost: 1}},
		{"the last", []int{1, 2, 3, 4}, outcome{Lost: 1}},
		{"twice", []int{1, 2, 2, 3, 4, 5, 1}, outcome{Doubled: 2}},
		{"late", []int{1, 3, 4, 2, 5}, outcome{Disordered: 1}},
		{"backwards", []int{5, 4, 3, 2, 1}, outcome{Disordered: 4}},
		{"strange", []int{0, 1, 2, 3, 4, 5, 64}, outcome{Strange: 2}},
	} {
		sum := newTally(5)
		fresh := 0
		for _, number := range c.heard {
			if sum.note(number) {
				fresh++
			}
		}
		got := outcome{sum.lost(5), sum.doubled, sum.disordered, sum.strange}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		if fresh != 5-c.want.Lost {
			t.Errorf("%s: %d were new", c.name, fresh)
		}
	}
}

func TestSpread(t *testing.T) {
	if got := spread([]float64{3, 1, 2}, "%.0f", true); got != "2 (1–3)" {
		t.Error(got)
	}
	if got := spread([]float64{3}, "%.0f", true); got != "3" {
		t.Error(got)
	}
}

// A small run by both servers: what is heard is whole, and something was
// measured.
func TestSmallRun(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the server")
	}
	folder := t.TempDir()
	binary, err := process.Build(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	small := trial{sockets: 40, topics: 4, events: 5, payload: 400, settle: 300 * time.Millisecond, sides: []side{{name: "veche", stuck: 10}, raw}}
	results, err := small.hold(context.Background(), binary, folder, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, readers := range []int{36, 40} {
		r := results[i][0]
		if r.expected != 6*readers || r.lost+r.doubled+r.disordered+r.strange+r.ended != 0 {
			t.Errorf("%s: %+v", small.sides[i].name, r)
		}
		if r.perSecond <= 0 || r.p50 <= 0 || r.p99 < r.p50 || r.max < r.p99 || r.open <= 0 || r.frame < 380 || r.frame > 440 {
			t.Errorf("%s: %+v", small.sides[i].name, r)
		}
	}
}
