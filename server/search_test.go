package server

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"veche/store/storetest/ferret"
)

// TestSearchIsBuiltAnew takes the index away while the server is down: it is made
// again of the ideas that are there.
func TestSearchIsBuiltAnew(t *testing.T) {
	for engine, fresh := range engines(ferret.StartReplicaSet(t).URI) {
		t.Run(engine, func(t *testing.T) {
			c := fresh(t)
			h := open(t, c, "anna", "vera moderator")
			h.build("hall")
			board := h.get("vera", `mutation($s: ID!) { createBoard(input: {spaceId: $s, name: "Идеи", kind: IDEAS}) { board { id } } }`,
				vars{"s": string(h.spaces["hall"])}).at("createBoard.board.id").text()
			for _, title := range []string{"Сделайте тёмную тему", "Велопарковка", "Ещё одна тёмная тема"} {
				h.get("anna", `mutation($b: ID!, $t: String!) { proposeIdea(input: {boardId: $b, title: $t, body: "Нужно."}) { idea { id } } }`,
					vars{"b": board, "t": title})
			}
			found := func(h *house) int {
				return len(h.get("anna", `query($b: ID!) { similarIdeas(boardId: $b, title: "Тёмная тема") { id } }`, vars{"b": board}).at("similarIdeas").list())
			}
			if n := found(h); n != 2 {
				t.Errorf("%d are found", n)
			}
			if err := h.stop(); err != nil {
				t.Fatal(err)
			}
			if err := os.RemoveAll(filepath.Join(c.Data, "search")); err != nil {
				t.Fatal(err)
			}
			again := open(t, c)
			again.residents, again.spaces = h.residents, h.spaces
			for end := time.Now().Add(patience); ; time.Sleep(settle) {
				got := again.ask("anna", `query($b: ID!) { similarIdeas(boardId: $b, title: "Тёмная тема") { id } }`, vars{"b": board})
				if len(got.Errors) == 0 || time.Now().After(end) {
					break // until then it is UNAVAILABLE
				}
			}
			if n := found(again); n != 2 {
				t.Errorf("%d are found by the new index", n)
			}
		})
	}
}
