package server

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// sent is a raw request, and answered what came.
type sent struct {
	method, query, body string
	header              map[string]string
}

type answered struct {
	status int
	kind   string // with its parameters
	header http.Header
	body   string
	fields map[string]json.RawMessage
}

// send sends the request as it is.
func (h *house) send(s sent) answered {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), s.method, h.url+s.query, strings.NewReader(s.body))
	if err != nil {
		h.t.Fatal(err)
	}
	for name, value := range s.header {
		r.Header.Set(name, value)
	}
	if host := s.header["Host"]; host != "" {
		r.Host = host
	}
	response, err := h.client.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	a := answered{status: response.StatusCode, kind: response.Header.Get("Content-Type"), header: response.Header, body: string(body)}
	_ = json.Unmarshal(body, &a.fields) // an event stream has none
	return a
}

const (
	newerType = responseJSON + "; charset=utf-8"
	olderType = plainJSON + "; charset=utf-8"
)

// bodied is a POST with the body, in the way of a client of today, or with other
// headers.
func bodied(body string, header ...string) sent {
	s := sent{"POST", "", body, map[string]string{"Content-Type": plainJSON, "Accept": responseJSON}}
	for i := 0; i < len(header); i += 2 {
		s.header[header[i]] = header[i+1]
	}
	return s
}

// queried is a GET with the parameters, in pairs.
func queried(pairs ...string) sent {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return sent{"GET", "?" + v.Encode(), "", nil}
}

// clause is what the draft of GraphQL over HTTP asks of a server, in our words,
// with a request that shows it.
type clause struct {
	says   string
	sent   sent
	status int
	kind   string
	data   bool // whether there is data
}

const simple, two = `{"query":"{ viewer { email } }"}`, `{"query":"query A { viewer { email } } query B { spaces { nodes { id } } }"`

var accepting = []clause{
	{"the newerType media type can be had", bodied(simple), 200, newerType, true},
	{"plain JSON can be had", bodied(simple, "Accept", plainJSON), 200, olderType, true},
	{"no Accept leaves it to the server", sent{"POST", "", simple, map[string]string{"Content-Type": plainJSON}}, 200, newerType, true},
	{"anything leaves it to the server", bodied(simple, "Accept", "*/*"), 200, newerType, true},
	{"anything of a family, too", bodied(simple, "Accept", "application/*"), 200, newerType, true},
	{"the highest priority wins", bodied(simple, "Accept", responseJSON+";q=0.5, "+plainJSON+";q=0.9"), 200, olderType, true},
	{"the draft's own header gets the newerType type", bodied(simple, "Accept", responseJSON+", "+plainJSON+";q=0.9"), 200, newerType, true},
	{"at equal priority the first wins", bodied(simple, "Accept", plainJSON+", "+responseJSON), 200, olderType, true},
	{"priority 0 is a refusal", bodied(simple, "Accept", responseJSON+";q=0, */*"), 200, olderType, true},
	{"a browser's header gets something", bodied(simple, "Accept", "text/html,application/xhtml+xml,*/*;q=0.8"), 200, newerType, true},
	{"what fits nothing is not acceptable", bodied(simple, "Accept", "text/html"), 406, newerType, false},
	{"nor is a charset that is not UTF-8", bodied(simple, "Accept", plainJSON+";charset=koi8-r"), 406, newerType, false},
	{"a charset of UTF-8 is", bodied(simple, "Accept", plainJSON+"; charset=UTF-8"), 200, olderType, true},
	{"urql, which takes streams too, gets JSON for a query", bodied(simple, "Accept", responseJSON+", application/graphql+json, "+plainJSON+", text/event-stream, multipart/mixed"), 200, newerType, true},
}

var encoding = []clause{
	{"UTF-8 is understood when named", bodied(simple, "Content-Type", "application/json; charset=UTF-8"), 200, newerType, true},
	{"another charset is not", bodied(simple, "Content-Type", "application/json; charset=koi8-r"), 415, newerType, false},
	{"bytes that are no UTF-8 are refused", bodied("{\"query\":\"{ member(handle: \\\"\xff\\\") { id } }\"}"), 400, newerType, false},
	{"a POST without a content type is refused", sent{"POST", "", simple, nil}, 415, newerType, false},
	{"a form is an unknown content type", bodied(simple, "Content-Type", "application/x-www-form-urlencoded"), 415, newerType, false},
	{"so is a form with files", bodied(simple, "Content-Type", "multipart/form-data; boundary=x"), 415, newerType, false},
	{"so is text", bodied(simple, "Content-Type", "text/plain"), 415, newerType, false},
	{"so is the newerType type, which is for answers", bodied(simple, "Content-Type", responseJSON), 415, newerType, false},
	{"so is a compressed body", bodied(simple, "Content-Encoding", "gzip"), 415, newerType, false},
	{"a body too long is 413", bodied(`{"query":"` + strings.Repeat(" ", maxBody)), 413, newerType, false},
	{"a URI too long is 414", queried("query", "{ viewer { email } }"+strings.Repeat(" ", maxQuery)), 414, newerType, false},
}

var wellFormed = []clause{
	{"no JSON", bodied("NONSENSE"), 400, newerType, false},
	{"no JSON, for an olderType client", bodied("NONSENSE", "Accept", plainJSON), 400, olderType, false},
	{"cut off JSON", bodied(`{"query":`), 400, newerType, false},
	{"more than JSON", bodied(simple + simple), 400, newerType, false},
	{"no body", bodied(""), 400, newerType, false},
	{"a body that is no object", bodied(`"{ viewer { email } }"`), 400, newerType, false},
	{"a body that is nothing", bodied(`null`), 400, newerType, false},
	{"a batch", bodied("\n[" + simple + "]"), 400, newerType, false},
	{"the query is required", bodied(`{"qeury":"{ viewer { email } }"}`), 400, newerType, false},
	{"by its exact name", bodied(`{"Query":"{ viewer { email } }"}`), 400, newerType, false},
	{"null is no query", bodied(`{"query":null}`), 400, newerType, false},
	{"an object is no query", bodied(`{"query":{}}`), 400, newerType, false},
	{"a number is no query", bodied(`{"query":7}`, "Accept", plainJSON), 400, olderType, false},
	{"an operation's name is a string", bodied(`{"query":"{ viewer { email } }","operationName":{}}`), 400, newerType, false},
	{"variables are an object", bodied(`{"query":"{ viewer { email } }","variables":[7]}`), 400, newerType, false},
	{"and no text", bodied(`{"query":"{ viewer { email } }","variables":"{}"}`), 400, newerType, false},
	{"extensions are an object", bodied(`{"query":"{ viewer { email } }","extensions":[]}`), 400, newerType, false},
	{"null is as good as nothing", bodied(`{"query":"{ viewer { email } }","operationName":null,"variables":null,"extensions":null}`), 200, newerType, true},
	{"what is not known is let be", bodied(`{"query":"{ viewer { email } }","id":7}`), 200, newerType, true},
	{"variables and extensions are taken", bodied(`{"query":"query($h: String!) { viewer { email } members: spaces(first: 1) { nodes { id } } __typename @skip(if: false) ... @skip(if: true) { member(handle: $h) { id } } }","variables":{"h":"x"},"extensions":{"x":1}}`), 200, newerType, true},
}

var byGET = []clause{
	{"a query by GET", queried("query", "{ viewer { email } }"), 200, newerType, true},
	{"with variables in JSON", queried("query", "query($n: Int) { spaces(first: $n) { nodes { id } } }", "variables", `{"n":1}`, "operationName", "", "extensions", ""), 200, newerType, true},
	{"with an operation's name", queried("query", "query A { viewer { email } } query B { viewer { email } }", "operationName", "B"), 200, newerType, true},
	{"variables that are no JSON", queried("query", "{ viewer { email } }", "variables", "{"), 400, newerType, false},
	{"variables that are no object", queried("query", "{ viewer { email } }", "variables", "[]"), 400, newerType, false},
	{"extensions that are no object", queried("query", "{ viewer { email } }", "extensions", `"x"`), 400, newerType, false},
	{"without a query", queried("operationName", "A"), 400, newerType, false},
	{"with two queries", queried("query", "{ viewer { email } }", "query", "{ viewer { email } }"), 400, newerType, false},
	{"badly encoded", sent{"GET", "?query=%zz", "", nil}, 400, newerType, false},
	{"a mutation by GET", queried("query", "mutation { logOut { member { id } } }"), 405, newerType, false},
	{"a mutation among others by GET", queried("query", "query A { viewer { email } } mutation B { logOut { member { id } } }", "operationName", "B"), 405, newerType, false},
	{"a query beside a mutation by GET", queried("query", "query A { viewer { email } } mutation B { logOut { member { id } } }", "operationName", "A"), 200, newerType, true},
	{"a mutation by HEAD", sent{"HEAD", queried("query", "mutation { logOut { member { id } } }").query, "", nil}, 405, newerType, false},
	{"a query by HEAD", sent{"HEAD", queried("query", "{ viewer { email } }").query, "", nil}, 200, newerType, false},
	{"a subscription by HEAD", sent{"HEAD", queried("query", "subscription { spaceEvents(spaceId: \"x\") { __typename } }").query, "", map[string]string{"Accept": "*/*, text/event-stream"}}, 400, newerType, false},
	{"another method", sent{"PUT", "", simple, map[string]string{"Content-Type": plainJSON}}, 405, newerType, false},
	{"yet another", sent{"DELETE", "", "", nil}, 405, newerType, false},
}

var statusCodes = []clause{
	{"a document that cannot be parsed", bodied(`{"query":"{"}`), 400, newerType, false},
	{"the same, for an olderType client", bodied(`{"query":"{"}`, "Accept", plainJSON), 200, olderType, false},
	{"a document that is not valid", bodied(`{"query":"{ nothing }"}`), 400, newerType, false},
	{"the same, for an olderType client", bodied(`{"query":"{ nothing }"}`, "Accept", plainJSON), 200, olderType, false},
	{"an empty document", bodied(`{"query":""}`), 400, newerType, false},
	{"an unknown operation", bodied(two + `,"operationName":"C"}`), 400, newerType, false},
	{"no operation named among several", bodied(two + `}`), 400, newerType, false},
	{"the same, for an olderType client", bodied(two+`}`, "Accept", plainJSON), 200, olderType, false},
	{"the operation that is named", bodied(two + `,"operationName":"A"}`), 200, newerType, true},
	{"a variable that is missing", bodied(`{"query":"query($h: String!) { member(handle: $h) { id } }"}`), 400, newerType, false},
	{"a variable of a wrong type", bodied(`{"query":"query($h: String!) { member(handle: $h) { id } }","variables":{"h":{}}}`), 400, newerType, false},
	{"the same, for an olderType client", bodied(`{"query":"query($h: String!) { member(handle: $h) { id } }","variables":{"h":{}}}`, "Accept", plainJSON), 200, olderType, false},
	{"a field that fails", bodied(`{"query":"{ viewer { email } node(id: \"topic_x\") { id } }"}`), 200, newerType, true},
	{"all that was asked fails", bodied(`{"query":"{ member(handle: \"nobody\") { id } }"}`), 200, newerType, true},
	{"a token of nobody", bodied(simple, "Authorization", "Bearer veche_s_x"), 401, newerType, false},
}

// TestOverHTTP goes through the draft of GraphQL over HTTP.
func TestOverHTTP(t *testing.T) {
	h := open(t, inFolder(t.TempDir()))
	for part, clauses := range map[string][]clause{
		"Accept": accepting, "encoding": encoding, "well-formed": wellFormed, "GET": byGET, "status": statusCodes,
	} {
		for _, c := range clauses {
			t.Run(part+"/"+c.says, func(t *testing.T) { c.hold(t, h.send(c.sent)) })
		}
	}
}

func (c clause) hold(t *testing.T, got answered) {
	if got.status != c.status || got.kind != c.kind {
		t.Fatalf("want %d %s, got %d %s: %s", c.status, c.kind, got.status, got.kind, got.body)
	}
	if c.sent.method == "HEAD" {
		if got.body != "" {
			t.Errorf("an answer to HEAD has a body: %s", got.body)
		}
		return
	}
	data, has := got.fields["data"]
	if has != c.data {
		t.Errorf("data %s, want some: %v", data, c.data)
	}
	if _, failed := got.fields["errors"]; !has && !failed {
		t.Errorf("neither data nor errors: %s", got.body)
	}
	if got.status == http.StatusMethodNotAllowed && got.header.Get("Allow") == "" {
		t.Error("405 without Allow")
	}
	if got.status == http.StatusUnauthorized && got.header.Get("WWW-Authenticate") == "" {
		t.Error("401 without WWW-Authenticate")
	}
	if !has && !strings.Contains(got.body, `"code":"`) {
		t.Errorf("no code: %s", got.body)
	}
}

// TestSubscriptionByAnyAccept gets a stream for a subscription wherever it is
// among what the client takes.
func TestSubscriptionByAnyAccept(t *testing.T) {
	h := open(t, inFolder(t.TempDir()))
	const text = `{"query":"subscription { topicEvents(topicId: \"topic_x\") { __typename } }"}`
	got := h.send(bodied(text, "Accept", responseJSON+", text/event-stream"))
	if got.status != 200 || !strings.HasPrefix(got.kind, eventStream) || !strings.Contains(got.body, "event: complete") || strings.Contains(got.body, `"data"`) {
		t.Errorf("got %d %s %s", got.status, got.kind, got.body)
	}
	if got := h.send(bodied(text)); got.status != 400 || !strings.Contains(got.body, "BAD_INPUT") {
		t.Errorf("without a stream: %d %s", got.status, got.body)
	}
}
