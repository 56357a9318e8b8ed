package server

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"veche/community"
)

// table asks for a table of a board, as somebody or with headers.
func (h *house) table(who, path string, header ...string) answered {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, strings.TrimSuffix(h.url, "/graphql")+"/boards/"+path, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	credential, err := h.credential(who)
	if err != nil {
		h.t.Fatal(err)
	}
	if credential != "" {
		r.Header.Set("Authorization", credential)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
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
	return answered{status: response.StatusCode, kind: response.Header.Get("Content-Type"), header: response.Header, body: string(body)}
}

// boardWith makes a board with an idea of Anna's that Boris votes for.
func (h *house) boardWith(space, slug, policy string) {
	h.t.Helper()
	board := h.get("vera", `mutation($s: ID!, $n: String!) { createBoard(input: {spaceId: $s, name: $n, slug: $n`+policy+`}) { board { id } } }`,
		vars{"s": h.spaces[space], "n": slug}).at("createBoard.board.id").text()
	idea := h.get("anna", `mutation($b: ID!) { proposeIdea(input: {boardId: $b, title: "=HYPERLINK(1)", body: "Чай, «на»\nэтаже \"3\"", tags: ["кухня", "tea"]}) { idea { id } } }`,
		vars{"b": board}).at("proposeIdea.idea.id").text()
	h.get("boris", `mutation($i: ID!) { voteIdea(input: {ideaId: $i, value: 1}) { idea { id } } }`, vars{"i": idea})
}

// TestExports reads tables as people who may and as people who may not.
func TestExports(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna", "boris", "vera moderator", "rita admin")
	h.build("hall")
	h.build("cellar private")
	h.boardWith("hall", "wishes", "")
	h.boardWith("hall", "open", ", policy: {votersShown: true}")
	h.get("rita", `mutation($s: ID!) { createBoard(input: {spaceId: $s, name: "Тайная", slug: "secret"}) { board { id } } }`, vars{"s": h.spaces["cellar"]})
	for _, test := range []struct {
		who, path string
		status    int
	}{
		{"guest", "wishes/ideas.csv", 200},
		{"guest", "wishes/ideas.json", 200},
		{"guest", "wishes/votes.csv", 403},
		{"anna", "wishes/votes.json", 403},
		{"vera", "wishes/votes.json", 200},
		{"guest", "open/votes.csv", 200},
		{"anna", "secret/ideas.csv", 404},
		{"anna", "secret/votes.csv", 404},
		{"vera", "secret/votes.csv", 404},
		{"rita", "secret/ideas.csv", 200},
		{"rita", "secret/ideas.json", 200},
		{"anna", "nowhere/ideas.csv", 404},
		{"anna", "board_/ideas.csv", 404},
		{"anna", "wishes/ideas.xml", 404},
		{"anna", "wishes/members.csv", 404},
	} {
		if got := h.table(test.who, test.path); got.status != test.status {
			t.Errorf("%s reads %s: %d %s", test.who, test.path, got.status, got.body)
		}
	}
	if hidden, absent := h.table("anna", "secret/ideas.csv"), h.table("anna", "nowhere/ideas.csv"); hidden.body != absent.body {
		t.Errorf("a hidden board answers %s, none %s", hidden.body, absent.body)
	}
	h.wantTables(t)
}

func (h *house) wantTables(t *testing.T) {
	t.Helper()
	got := h.table("guest", "wishes/ideas.csv?bom=1")
	text, marked := strings.CutPrefix(got.body, "\uFEFF")
	if !marked || got.header.Get("Content-Disposition") != `attachment; filename="wishes-ideas.csv"` || !strings.HasPrefix(got.kind, "text/csv; charset=utf-8") {
		t.Errorf("for Excel: %v %q", got.header, got.body)
	}
	if strings.Count(text, "\n") != strings.Count(text, "\r\n") {
		t.Errorf("lines do not end as RFC 4180 has it: %q", text)
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%q: %v", text, err)
	}
	if row := rows[1]; row[1] != "'=HYPERLINK(1)" || row[2] != "Чай, «на»\nэтаже \"3\"" || row[3] != "кухня tea" || row[5] != "anna" || row[9] != "1" {
		t.Errorf("the row is %q", row)
	}
	var told []struct{ Title, Author string }
	if err := json.Unmarshal([]byte(h.table("guest", "wishes/ideas.json").body), &told); err != nil || len(told) != 1 || told[0].Title != "=HYPERLINK(1)" {
		t.Errorf("as JSON %v: %v", told, err)
	}
	var none []any
	if body := h.table("rita", "secret/ideas.json").body; json.Unmarshal([]byte(body), &none) != nil || none == nil || len(none) > 0 {
		t.Errorf("an empty board is %q", body)
	}
	var votes []struct{ Member string }
	if err := json.Unmarshal([]byte(h.table("vera", "wishes/votes.json").body), &votes); err != nil || len(votes) != 1 || votes[0].Member != "boris" {
		t.Errorf("the votes are %v: %v", votes, err)
	}
}

// TestExportsByCookie reads tables with a session's cookie, from pages of this
// server and of others.
func TestExportsByCookie(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna", "boris", "vera moderator")
	h.build("club members")
	h.boardWith("club", "wishes", "")
	cookie := h.signInByCookie()
	for name, test := range map[string]struct {
		header []string
		status int
	}{
		"without a cookie":        {nil, 404},
		"a link on our page":      {[]string{"Cookie", cookie}, 200},
		"a page of another":       {[]string{"Cookie", cookie, "Origin", "https://evil.example"}, 403},
		"a token that is no more": {[]string{"Authorization", "Bearer nonsense"}, 401},
	} {
		got := h.table("guest", "wishes/ideas.csv", test.header...)
		if got.status != test.status || got.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: %d %v %s", name, got.status, got.header, got.body)
		}
	}
}

// TestExportsCost has a guest read tables until the budget is spent.
func TestExportsCost(t *testing.T) {
	c := inFolder(t.TempDir())
	c.RateLimit, c.GuestRate = "on", 200
	h := open(t, c, "anna", "boris", "vera moderator")
	h.build("hall")
	h.boardWith("hall", "wishes", "")
	for n := range 400 {
		got := h.table("guest", "wishes/ideas.csv")
		if got.status == http.StatusTooManyRequests {
			if got.header.Get("Retry-After") == "" || n < 20 {
				t.Errorf("refused after %d: %v", n, got.header)
			}
			return
		}
	}
	t.Error("tables cost nothing")
}

// TestExportOfManyPages reads more than a page, each idea once.
func TestExportOfManyPages(t *testing.T) {
	h := open(t, inFolder(t.TempDir()), "anna", "boris", "vera moderator")
	h.build("hall")
	h.boardWith("hall", "wishes", "")
	board, err := h.parts.Boards.BoardBySlug(t.Context(), community.Viewer{}, "wishes")
	if err != nil {
		t.Fatal(err)
	}
	for range 249 {
		h.get("anna", `mutation($b: ID!) { proposeIdea(input: {boardId: $b, title: "Идея", body: "x"}) { idea { id } } }`, vars{"b": board.ID})
	}
	rows, err := csv.NewReader(strings.NewReader(h.table("guest", string(board.ID)+"/ideas.csv").body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, row := range rows[1:] {
		seen[row[0]] = true
	}
	if len(rows) != 251 || len(seen) != 250 {
		t.Errorf("%d rows of %d ideas", len(rows)-1, len(seen))
	}
}
