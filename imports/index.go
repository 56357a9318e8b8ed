package imports

import (
	"cmp"
	"context"
	"slices"
)

// wording is one entry of a post's history that gives its whole text.
type wording struct {
	at, id int64
	gone   bool // who wrote it is not known
	span
}

// indexPosts learns what questions and answers there are.
func (d *dump) indexPosts(ctx context.Context) error {
	var answers []item
	err := d.rows(ctx, "Posts.xml", func(r row) error {
		p, id, err := d.postFacts(r)
		if err != nil {
			return err
		}
		it := item{id: id, at: p.at, span: r.span}
		switch r.text("PostTypeId") {
		case "1":
			if requested := p.requested(r); d.board != nil && !requested {
				d.report.Dropped["question that is no "+requestTag]++
				return nil
			}
			p.question, p.topic, it.topic = true, len(d.topics), len(d.topics)
			d.topics = append(d.topics, it)
		case "2":
			if it.post, err = r.id("ParentId"); err != nil {
				return err
			}
			answers = append(answers, it)
		case "4", "5":
			d.report.Dropped["tag wiki"]++
			return nil
		case "":
			return faulty("PostTypeId is missing")
		default:
			d.report.Dropped["page that is neither a question nor an answer"]++
			return nil
		}
		if d.posts[id] = p; d.member(r, "OwnerUserId") == d.goneKey() {
			p.gone = 1
		}
		return nil
	})
	d.placeAnswers(answers)
	return err
}

// placeAnswers puts answers to their questions, and counts the texts that are
// brought of those who are gone.
func (d *dump) placeAnswers(answers []item) {
	for _, it := range answers {
		q := d.posts[it.post]
		if q == nil || !q.question {
			d.report.Dropped["answer to a question that was not brought"]++
			delete(d.posts, it.id)
			continue
		}
		it.topic, it.accepted = q.topic, q.accepted == it.id
		d.posts[it.id].topic = q.topic
		d.replies = append(d.replies, it)
	}
	for _, p := range d.posts {
		d.report.StandIns += p.gone
	}
}

func (d *dump) postFacts(r row) (p *postFacts, id int64, err error) {
	if id, err = r.id("Id"); err != nil {
		return nil, 0, err
	}
	if d.posts[id] != nil {
		return nil, 0, faulty("an earlier row has the same Id")
	}
	p = &postFacts{}
	if p.score, err = r.number("Score"); err != nil {
		return nil, 0, err
	}
	if p.accepted, err = r.number("AcceptedAnswerId"); err != nil {
		return nil, 0, err
	}
	p.author, _ = r.number("OwnerUserId")
	at, err := r.date("CreationDate")
	p.at = millis(at)
	if d.since.IsZero() || at.Before(d.since) {
		d.since = at
	}
	return p, id, err
}

// indexComments learns what comments there are, and orders all replies.
func (d *dump) indexComments(ctx context.Context) error {
	err := d.rows(ctx, "Comments.xml", func(r row) error {
		id, err := r.id("Id")
		if err != nil {
			return err
		}
		on, err := r.id("PostId")
		if err != nil {
			return err
		}
		at, err := r.date("CreationDate")
		if err != nil {
			return err
		}
		p := d.posts[on]
		if p == nil {
			d.report.Dropped["comment on a post that was not brought"]++
			return nil
		}
		d.replies = append(d.replies, item{
			id: id, post: on, file: 1, span: r.span, topic: p.topic, comment: true,
			at: max(millis(at), p.at), // a post that was moved may be younger than its comments
		})
		d.need(r, "UserId")
		if d.member(r, "UserId") == d.goneKey() {
			d.report.StandIns++
		}
		return nil
	})
	d.settle()
	return err
}

// What a row of the history is about, by its PostHistoryTypeId.
var historyReasons = map[string]string{
	"1": "history of a title", "4": "history of a title", "7": "history of a title",
	"3": "history of tags", "6": "history of tags", "9": "history of tags",
}

// indexHistory learns which posts were worded otherwise before.
func (d *dump) indexHistory(ctx context.Context) error {
	err := d.rows(ctx, "PostHistory.xml", func(r row) error {
		kind := r.text("PostHistoryTypeId")
		if kind != "2" && kind != "5" && kind != "8" {
			d.decided(r)
			reason := cmp.Or(historyReasons[kind], "history of closing, moving and the like")
			d.report.Dropped[reason]++
			return nil
		}
		id, err := r.id("Id")
		if err != nil {
			return err
		}
		post, err := r.id("PostId")
		if err != nil {
			return err
		}
		at, err := r.date("CreationDate")
		if err != nil {
			return err
		}
		if d.posts[post] == nil {
			d.report.Dropped["wording of a post that was not brought"]++
			return nil
		}
		d.need(r, "UserId")
		gone := d.member(r, "UserId") == d.goneKey()
		d.wordings[post] = append(d.wordings[post], wording{millis(at), id, gone, r.span})
		return nil
	})
	for _, found := range d.wordings {
		slices.SortFunc(found, func(a, b wording) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.id, b.id)) })
		d.report.Dropped["wording that the post has now"]++
		for _, w := range found[1:] { // who wrote the first is the author
			if w.gone {
				d.report.StandIns++
			}
		}
	}
	return err
}
