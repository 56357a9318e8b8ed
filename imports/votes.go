package imports

import (
	"context"

	"veche/community"
	"veche/store"
)

// The kinds of votes that mean something here, by their VoteTypeId.
const (
	voteAccepted = "1"
	voteUp       = "2"
	voteDown     = "3"
	voteFavorite = "5"
)

// bringBookmarks reads the votes: favorites become bookmarks, and up and down
// votes must come to the scores that the posts have.
func (d *dump) bringBookmarks(ctx context.Context) error {
	err := d.rows(ctx, "Votes.xml", func(r row) error {
		id, err := r.id("PostId")
		if err != nil {
			return err
		}
		p := d.posts[id]
		kind := r.text("VoteTypeId")
		switch {
		case kind == "":
			return faulty("VoteTypeId is missing")
		case kind != voteAccepted && kind != voteUp && kind != voteDown && kind != voteFavorite:
			d.report.Dropped["vote of a kind that has no place here"]++
		case p == nil:
			d.report.Dropped["vote on a post that was not brought"]++
		case kind == voteAccepted:
			d.report.Dropped["acceptance (the topic has the mark)"]++
		case kind == voteFavorite:
			return d.favorite(ctx, r, id)
		default:
			d.report.Dropped["up or down vote (the score has it)"]++
			p.votes++
			if kind == voteDown {
				p.votes -= 2
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if d.report.Rows["Votes.xml"] > 0 {
		d.compareScores()
	}
	return d.flush(ctx)
}

func (d *dump) compareScores() {
	for _, p := range d.posts {
		d.report.Scores++
		if p.votes != p.score {
			d.report.ScoresOff++
		}
	}
}

func (d *dump) favorite(ctx context.Context, r row, post int64) error {
	vote, err := r.id("Id")
	if err != nil {
		return err
	}
	at, err := r.date("CreationDate")
	if err != nil {
		return err
	}
	who := d.member(r, "UserId")
	if who == d.goneKey() {
		d.report.Dropped["favorite of a member who is not known"]++
		return nil
	}
	if user, _ := r.number("UserId"); d.needed != nil && !d.needed[user] {
		d.report.Dropped["favorite of a member who wrote nothing of this"]++
		return nil
	}
	p := piece{key: d.key("vote", vote), counts: Counts{Bookmarks: 1}}
	p.load = func(*Report) (deed, error) {
		return func(ctx context.Context, tx store.Tx) (kept, error) {
			member, err := memberHere(ctx, tx, who)
			if err != nil {
				return kept{}, err
			}
			k, err := here(ctx, tx, d.key("post", post))
			if err != nil {
				return kept{}, err
			}
			return kept{Here: k.Here}, d.Hall.BringBookmark(ctx, tx, member, community.PostID(k.Here), at)
		}, nil
	}
	return d.bring(ctx, p)
}
