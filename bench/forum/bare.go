package main

import (
	"database/sql"
	"encoding/json"
	"net/http"
	"runtime"

	"go.mongodb.org/mongo-driver/v2/bson"
	_ "modernc.org/sqlite" // the driver, by its name "sqlite"

	"veche/community/forum"
)

// serveBare answers a topic's first 20 posts with nothing around them: one
// indexed read, BSON, JSON.
func serveBare(file, addr string) error {
	db, err := sql.Open("sqlite", "file:"+file+"?mode=ro")
	if err != nil {
		return err
	}
	db.SetMaxIdleConns(4 * runtime.GOMAXPROCS(0))
	posts, err := db.Prepare(`SELECT doc FROM posts WHERE topic = ? AND deleted = 0 AND number >= 1 ORDER BY number LIMIT 20`)
	if err != nil {
		return err
	}
	return http.ListenAndServe(addr, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		found, err := firstPosts(posts, r.URL.Query().Get("topic"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(found) // the client may have gone
	}))
}

func firstPosts(posts *sql.Stmt, topic string) ([]*forum.Post, error) {
	rows, err := posts.Query(topic)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []*forum.Post
	for rows.Next() {
		var doc []byte
		if err := rows.Scan(&doc); err != nil {
			return nil, err
		}
		p := &forum.Post{}
		if err := bson.Unmarshal(doc, p); err != nil {
			return nil, err
		}
		found = append(found, p)
	}
	return found, rows.Err()
}
