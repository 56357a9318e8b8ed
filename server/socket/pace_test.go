package socket

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

func TestOperationsPerSecond(t *testing.T) {
	d := open(t, Config{OperationsPerSecond: 3})
	c := d.enter(t)
	refused, answered := 0, 0
	begun := time.Now()
	for i := range 8 { // at most two seconds' worth, however slow the machine
		c.say(fmt.Sprintf(`{"type":"subscribe","id":"%d","payload":{"query":"{ name }"}}`, i))
	}
	for refused+answered < 8 {
		text, err := c.read()
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case strings.Contains(text, "RATE_LIMITED"):
			refused++
		case strings.Contains(text, "complete"):
			answered++
		}
	}
	if took := time.Since(begun); refused == 0 && took < time.Second || answered < 3 {
		t.Errorf("%d were answered and %d refused in %v", answered, refused, took)
	}
}

func TestTempo(t *testing.T) {
	var p tempo
	now := time.Unix(100, 0)
	for i := range 5 {
		if p.keeps(3, now) != (i < 3) {
			t.Errorf("number %d", i)
		}
	}
	if !p.keeps(3, now.Add(time.Second)) {
		t.Error("the next second is like the one before")
	}
	if !p.keeps(0, now) {
		t.Error("no limit is a limit")
	}
}

func TestEnterLetsInAndOut(t *testing.T) {
	var inside atomic.Int64
	d := open(t, Config{Enter: func(*http.Request) (func(), error) {
		if inside.Add(1) > 1 {
			inside.Add(-1)
			return nil, errors.New("full")
		}
		return func() { inside.Add(-1) }, nil
	}})
	c := d.enter(t)
	second := websocket.Dialer{Subprotocols: []string{transportWS.name}}
	if _, response, err := second.Dial(d.url, nil); err == nil || response == nil || response.StatusCode != http.StatusTooManyRequests {
		t.Errorf("a second one: %v, %v", response, err)
	}
	c.Close()
	eventually(t, "the place is free", func() bool { return inside.Load() == 0 })
	d.enter(t)
}

func TestMessagesLookedAtBeforeDecoding(t *testing.T) {
	d := open(t, Config{})
	c := d.enter(t)
	c.say(`{"type":"subscribe","id":"a","payload":{"query":"{ name }","variables":{"a":` + strings.Repeat("[", 9000) + `}}}`)
	c.hearClose(CloseInvalid.because("too many values, too deep, or too long a document"))
}
