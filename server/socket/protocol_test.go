package socket

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"veche/community"
)

// admit names the session after the token of the init payload.
func admit(ctx context.Context, payload map[string]any) (context.Context, error) {
	switch payload["token"] {
	case "banned":
		return nil, community.Forbidden("You are banned until May.")
	case "broken":
		return nil, errors.New("the database is on fire")
	case "panic":
		panic("no such luck")
	}
	return context.WithValue(ctx, nameKey{}, payload["token"]), nil
}

const (
	modernInit = "> {\"type\":\"connection_init\"}\n< {\"type\":\"connection_ack\"}\n"
	olderInit  = modernInit + "< {\"type\":\"ka\"}\n"
)

func TestTransportWS(t *testing.T) {
	d := open(t, Config{Authorize: admit, MaxOperations: 2, MaxFrame: 4096})
	for _, scripts := range []map[string]string{transportWSAnswers, transportWSCloses} {
		for name, script := range scripts {
			t.Run(name, func(t *testing.T) { d.dial(t, transportWS.name).play(script) })
		}
	}
}

var transportWSAnswers = map[string]string{
	"query": modernInit + `
			> {"type":"subscribe","id":"a","payload":{"query":"{ hello }"}}
			< {"type":"next","id":"a","payload":{"data":{"hello":"world"}}}
			< {"type":"complete","id":"a"}`,
	"an id is free after complete": modernInit + `
			> {"type":"subscribe","id":"a","payload":{"query":"{ hello }"}}
			< {"type":"next","id":"a","payload":{"data":{"hello":"world"}}}
			< {"type":"complete","id":"a"}
			> {"type":"subscribe","id":"a","payload":{"query":"{ hello }"}}
			< {"type":"next","id":"a","payload":{"data":{"hello":"world"}}}
			< {"type":"complete","id":"a"}`,
	"mutation with variables": modernInit + `
			> {"type":"subscribe","id":"1","payload":{"query":"mutation M($a: Int!) { add(a: $a, b: 2) }","operationName":"M","variables":{"a":40},"extensions":null}}
			< {"type":"next","id":"1","payload":{"data":{"add":42}}}
			< {"type":"complete","id":"1"}`,
	"a query has one response": modernInit + `
			> {"type":"subscribe","id":"a","payload":{"query":"{ again }"}}
			< {"type":"next","id":"a","payload":{"data":{"again":"x"}}}
			< {"type":"complete","id":"a"}`,
	"errors beside data are a response": modernInit + `
			> {"type":"subscribe","id":"a","payload":{"query":"{ partial }"}}
			< {"type":"next","id":"a","payload":{"errors":[{"message":"half"}],"data":{"partial":null},"extensions":{"cost":1}}}
			< {"type":"complete","id":"a"}`,
	"subscription": modernInit + `
			> {"type":"subscribe","id":"a","payload":{"query":"subscription { count(to: 3) }"}}
			< {"type":"next","id":"a","payload":{"data":{"count":1}}}
			< {"type":"next","id":"a","payload":{"data":{"count":2}}}
			< {"type":"next","id":"a","payload":{"data":{"count":3}}}
			< {"type":"complete","id":"a"}`,
	"ids are escaped": modernInit + `
			> {"type":"subscribe","id":"\"\n<я>","payload":{"query":"{ hello }"}}
			< {"type":"next","id":"\"\n\u003cя\u003e","payload":{"data":{"hello":"world"}}}
			< {"type":"complete","id":"\"\n\u003cя\u003e"}`,
	"init payload": `
			> {"type":"connection_init","payload":{"token":"Ada"}}
			< {"type":"connection_ack"}
			> {"type":"subscribe","id":"a","payload":{"query":"{ name }"}}
			< {"type":"next","id":"a","payload":{"data":{"name":"Ada"}}}`,
	"init payload of null": "> {\"type\":\"connection_init\",\"payload\":null}\n< {\"type\":\"connection_ack\"}",
	"ping before init": `
			> {"type":"ping"}
			< {"type":"pong"}
			> {"type":"ping","payload":{"n":1}}
			< {"type":"pong","payload":{"n":1}}
			> {"type":"pong"}
			` + modernInit,
	"unknown ids are ignored": modernInit + `
			> {"type":"complete","id":"never"}
			> {"type":"ping"}
			< {"type":"pong"}`,
	"validation error": modernInit + `
			> {"type":"subscribe","id":"a","payload":{"query":"{ nope }"}}
			< {"type":"error","id":"a","payload":[{"message":"Cannot query field \"nope\" on type \"Query\". Did you mean \"name\"?","locations":[{"line":1,"column":3}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}
			> {"type":"ping"}
			< {"type":"pong"}`,
	"persisted query without text": modernInit + `
			> {"type":"subscribe","id":"a","payload":{"extensions":{"persistedQuery":{}}}}
			< {"type":"error","id":"a","payload":[{"message":"no operation provided","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`,
	"an answer without data is an error": modernInit + `
			> {"type":"subscribe","id":"a","payload":{"query":"{ refused }"}}
			< {"type":"error","id":"a","payload":[{"message":"not today"}]}`,
	"a subscription that does not start": modernInit + `
			> {"type":"subscribe","id":"a","payload":{"query":"subscription { unstarted }"}}
			< {"type":"error","id":"a","payload":[{"message":"There is no such topic.","extensions":{"code":"NOT_FOUND"}}]}`,
	"a subscription that fails": modernInit + `
			> {"type":"subscribe","id":"a","payload":{"query":"subscription { fails }"}}
			< {"type":"next","id":"a","payload":{"data":{"fails":1}}}
			< {"type":"error","id":"a","payload":[{"message":"The topic was closed.","extensions":{"code":"CONFLICT"}}]}
			> {"type":"ping"}
			< {"type":"pong"}`,
	"panic": modernInit + `
			> {"type":"subscribe","id":"a","payload":{"query":"{ panics }"}}
			< {"type":"error","id":"a","payload":[{"message":"panicked"}]}
			> {"type":"subscribe","id":"a","payload":{"query":"subscription { panicsLater }"}}
			< {"type":"next","id":"a","payload":{"data":{"panicsLater":1}}}
			< {"type":"error","id":"a","payload":[{"message":"panicked"}]}`,
	"a response that is no JSON": modernInit + `
			> {"type":"subscribe","id":"a","payload":{"query":"{ unencodable }"}}
			< {"type":"error","id":"a","payload":[{"message":"Something went wrong."}]}`,
}

var transportWSCloses = map[string]string{
	"4400 not JSON":       "> hello\nx 4400 Invalid message: not a JSON object of type, id and payload",
	"4400 not an object":  "> [1]\nx 4400 Invalid message: not a JSON object of type, id and payload",
	"4400 null":           "> null\nx 4400 Invalid message: unknown type \"\"",
	"4400 two objects":    "> {\"type\":\"ping\"}{}\nx 4400 Invalid message: not a JSON object of type, id and payload",
	"4400 not UTF-8":      "> {\"type\":\"\xff\"}\nx 4400 Invalid message: not a JSON object of type, id and payload",
	"4400 unknown type":   "> {\"type\":\"start\"}\nx 4400 Invalid message: unknown type \"start\"",
	"4400 server's type":  modernInit + "> {\"type\":\"next\",\"id\":\"a\"}\nx 4400 Invalid message: unknown type \"next\"",
	"4400 payload":        "> {\"type\":\"connection_init\",\"payload\":7}\nx 4400 Invalid message: the payload is not an object",
	"4400 init number":    "> {\"type\":\"connection_init\",\"payload\":{\"n\":1e999}}\nx 4400 Invalid message: the payload holds a number out of range",
	"4400 ping payload":   "> {\"type\":\"ping\",\"payload\":[]}\nx 4400 Invalid message: the payload is not an object",
	"4400 no id":          modernInit + "> {\"type\":\"subscribe\",\"payload\":{\"query\":\"{a}\"}}\nx 4400 Invalid message: subscribe needs an id of 1 to 255 bytes",
	"4400 numeric id":     modernInit + "> {\"type\":\"complete\",\"id\":1}\nx 4400 Invalid message: not a JSON object of type, id and payload",
	"4400 no payload":     modernInit + "> {\"type\":\"subscribe\",\"id\":\"a\"}\nx 4400 Invalid message: the payload is not an operation",
	"4400 no query":       modernInit + "> {\"type\":\"subscribe\",\"id\":\"a\",\"payload\":{}}\nx 4400 Invalid message: the payload has no query",
	"4400 variables":      modernInit + "> {\"type\":\"subscribe\",\"id\":\"a\",\"payload\":{\"query\":\"{a}\",\"variables\":[]}}\nx 4400 Invalid message: the payload is not an operation",
	"4401 before init":    "> {\"type\":\"subscribe\",\"id\":\"a\",\"payload\":{\"query\":\"{ hello }\"}}\nx 4401 Unauthorized",
	"4403 told":           "> {\"type\":\"connection_init\",\"payload\":{\"token\":\"banned\"}}\nx 4403 You are banned until May.",
	"4403 plain":          "> {\"type\":\"connection_init\",\"payload\":{\"token\":\"broken\"}}\nx 4403 Forbidden",
	"4500":                "> {\"type\":\"connection_init\",\"payload\":{\"token\":\"panic\"}}\nx 4500 Internal server error",
	"4409":                modernInit + hold("a") + hold("a") + "x 4409 Subscriber for a already exists",
	"4409 for a query":    modernInit + hold("a") + "> {\"type\":\"subscribe\",\"id\":\"a\",\"payload\":{\"query\":\"{ hello }\"}}\nx 4409 Subscriber for a already exists",
	"4429":                modernInit + "> {\"type\":\"connection_init\"}\nx 4429 Too many initialisation requests",
	"4901":                modernInit + hold("a") + hold("b") + hold("c") + "x 4901 Too many operations",
	"1009":                modernInit + "> " + strings.Repeat("x", 4097) + "\nx 1009 Message too large",
	"1009 by far":         modernInit + "> " + strings.Repeat("x", 4<<20) + "\nx 1009 Message too large",
	"the limit is inside": modernInit + "> {\"type\":\"ping\"" + strings.Repeat(" ", 4096-15-1) + "}\n< {\"type\":\"pong\"}",
}

func hold(id string) string {
	return `> {"type":"subscribe","id":"` + id + "\",\"payload\":{\"query\":\"subscription { hold }\"}}\n"
}

func TestGraphQLWS(t *testing.T) {
	d := open(t, Config{Authorize: admit})
	for name, script := range graphqlWSScripts {
		t.Run(name, func(t *testing.T) { d.dial(t, graphqlWS.name).play(script) })
	}
}

var graphqlWSScripts = map[string]string{
	"query": olderInit + `
			> {"type":"start","id":"1","payload":{"query":"{ hello }","variables":{},"operationName":null}}
			< {"type":"data","id":"1","payload":{"data":{"hello":"world"}}}
			< {"type":"complete","id":"1"}`,
	"subscription": olderInit + `
			> {"type":"start","id":"1","payload":{"query":"subscription { count(to: 2) }"}}
			< {"type":"data","id":"1","payload":{"data":{"count":1}}}
			< {"type":"data","id":"1","payload":{"data":{"count":2}}}
			< {"type":"complete","id":"1"}`,
	"start need not wait for the ack": `
			> {"type":"connection_init","payload":{"token":"Ada"}}
			> {"type":"start","id":"1","payload":{"query":"{ name }"}}
			< {"type":"connection_ack"}
			< {"type":"ka"}
			< {"type":"data","id":"1","payload":{"data":{"name":"Ada"}}}
			< {"type":"complete","id":"1"}`,
	"stop is answered": olderInit + `
			> {"type":"start","id":"1","payload":{"query":"subscription { hold }"}}
			> {"type":"stop","id":"1"}
			< {"type":"complete","id":"1"}
			> {"type":"stop","id":"1"}
			> {"type":"start","id":"2","payload":{"query":"{ hello }"}}
			< {"type":"data","id":"2","payload":{"data":{"hello":"world"}}}`,
	"one error": olderInit + `
			> {"type":"start","id":"1","payload":{"query":"{ refused }"}}
			< {"type":"error","id":"1","payload":{"message":"not today"}}`,
	"two errors": olderInit + `
			> {"type":"start","id":"1","payload":{"query":"{ x1 y1 }"}}
			< {"type":"error","id":"1","payload":{"message":"Cannot query field \"x1\" on type \"Query\".","locations":[{"line":1,"column":3}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"},"errors":[{"message":"Cannot query field \"x1\" on type \"Query\".","locations":[{"line":1,"column":3}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}},{"message":"Cannot query field \"y1\" on type \"Query\".","locations":[{"line":1,"column":6}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}}`,
	"what cannot be read is answered": olderInit + `
			> hello
			< {"type":"connection_error","payload":{"message":"Invalid message: not a JSON object of type, id and payload"}}
			> {"type":"ping"}
			< {"type":"connection_error","payload":{"message":"Invalid message: unknown type \"ping\""}}`,
	"terminate": olderInit + "> {\"type\":\"connection_terminate\"}\nx 1000 Done",
	"refused": `
			> {"type":"connection_init","payload":{"token":"banned"}}
			< {"type":"connection_error","payload":{"message":"You are banned until May."}}
			x 4403 You are banned until May.`,
	"refused with a start behind": `
			> {"type":"connection_init","payload":{"token":"banned"}}
			> {"type":"start","id":"1","payload":{"query":"{ hello }"}}
			< {"type":"connection_error","payload":{"message":"You are banned until May."}}
			x 4403 You are banned until May.`,
	"start before init": "> {\"type\":\"start\",\"id\":\"1\",\"payload\":{\"query\":\"{ hello }\"}}\nx 4401 Unauthorized",
	"init twice":        olderInit + "> {\"type\":\"connection_init\"}\nx 4429 Too many initialisation requests",
	"id twice": olderInit + `
			> {"type":"start","id":"1","payload":{"query":"subscription { hold }"}}
			> {"type":"start","id":"1","payload":{"query":"subscription { hold }"}}
			x 4409 Subscriber for 1 already exists`,
}

func TestSubprotocolIsNegotiated(t *testing.T) {
	d := open(t, Config{})
	for _, test := range []struct {
		offered []string
		want    string
	}{
		{[]string{"graphql-ws", "graphql-transport-ws"}, "graphql-transport-ws"},
		{[]string{"soap", "graphql-ws"}, "graphql-ws"},
		{[]string{"soap"}, ""},
		{nil, ""},
	} {
		c := d.dial(t, test.offered...)
		if got := c.Subprotocol(); got != test.want {
			t.Errorf("of %v got %q, want %q", test.offered, got, test.want)
		}
		if test.want == "" {
			c.hearClose(CloseSubprotocol)
		}
	}
}

func TestBinaryIsInvalid(t *testing.T) {
	c := open(t, Config{}).enter(t)
	if err := c.WriteMessage(websocket.BinaryMessage, []byte(`{"type":"ping"}`)); err != nil {
		t.Fatal(err)
	}
	c.hearClose(CloseInvalid.because("not text"))
}

func TestBrokenFramesAreAProtocolError(t *testing.T) {
	d := open(t, Config{})
	c := d.enter(t)
	if _, err := c.NetConn().Write([]byte{0x83, 0x80, 0, 0, 0, 0}); err != nil { // opcode 3 is reserved
		t.Fatal(err)
	}
	c.hearClose(Close{CloseProtocol.Code, "bad opcode 3"})
	if got := <-d.ended; got != CloseProtocol {
		t.Errorf("ended with %v", got)
	}
}

func TestOriginIsChecked(t *testing.T) {
	for _, test := range []struct {
		check func(*http.Request) bool
		want  int
	}{
		{nil, http.StatusForbidden},
		{func(r *http.Request) bool { return r.Header.Get("Origin") == "https://veche.example" }, http.StatusSwitchingProtocols},
	} {
		d := open(t, Config{CheckOrigin: test.check})
		ws, r, err := websocket.DefaultDialer.Dial(d.url, http.Header{"Origin": {"https://veche.example"}})
		if err == nil {
			ws.Close()
		}
		if r.StatusCode != test.want {
			t.Errorf("got %d, want %d", r.StatusCode, test.want)
		}
	}
}

func TestSupportsOnlyUpgrades(t *testing.T) {
	r, _ := http.NewRequest(http.MethodGet, "/graphql", nil)
	if New(Config{}).Supports(r) {
		t.Error("a plain GET is taken for a socket")
	}
	r.Header = http.Header{"Connection": {"keep-alive, Upgrade"}, "Upgrade": {"websocket"}}
	if !New(Config{}).Supports(r) {
		t.Error("an upgrade is not taken for a socket")
	}
}

func TestErrorsThatAreNoJSON(t *testing.T) {
	errs := gqlerror.List{{Message: "bad", Extensions: map[string]any{"x": make(chan int)}}, {Message: "worse"}}
	if diff := cmp.Diff(`{"type":"error","id":1,"payload":[{"message":"bad"}]}`, string(transportWS.failure([]byte("1"), errs))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(`{"type":"error","id":1,"payload":{"message":"bad"}}`, string(graphqlWS.failure([]byte("1"), errs))); diff != "" {
		t.Error(diff)
	}
}

func TestLongReasonsLoseWholeCharacters(t *testing.T) {
	for n := range 4 {
		reason := strings.Repeat("x", n) + strings.Repeat("вече", 40)
		got := string(Close{4400, reason}.frame()[2:])
		if len(got) < maxReason-3 || len(got) > maxReason || !utf8.ValidString(got) || !strings.HasPrefix(reason, got) {
			t.Errorf("got %d bytes: %q", len(got), got)
		}
	}
	if diff := cmp.Diff("короткое", string(Close{4400, "короткое"}.frame()[2:])); diff != "" {
		t.Error(diff)
	}
}
