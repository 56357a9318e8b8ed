package imports

import (
	"context"
	"strings"
	"time"

	"veche/community"
	"veche/community/forum"
	"veche/store"
)

const mendedAcceptance = "an accepted answer that is not in the dump"

// bringThreads brings every topic with its answers and comments.
func (d *dump) bringThreads(ctx context.Context) error {
	if d.report.StandIns > 0 {
		if err := d.bring(ctx, d.standIn(d.goneKey(), d.since)); err != nil {
			return err
		}
	}
	err := d.each(
		func(q item) error { return d.bring(ctx, d.question(q)) },
		func(q, it item) error {
			if it.comment {
				return d.bring(ctx, d.comment(q, it))
			}
			return d.bring(ctx, d.answer(q, it))
		})
	if err != nil {
		return err
	}
	return d.flush(ctx)
}

func (d *dump) question(q item) piece {
	p := piece{
		key: d.key("post", q.id), size: d.sizeOf(q),
		counts: Counts{Topics: 1, Revisions: d.earlier(q.id)},
	}
	if d.board != nil {
		p.counts.Topics, p.counts.Ideas = 0, 1
	}
	p.load = func(report *Report) (deed, error) {
		r, err := rowAt(d.files[0], q.span)
		if err != nil {
			return nil, err
		}
		text, err := d.draft(report, r, q, "/q/")
		if err != nil {
			return nil, err
		}
		views, _ := r.number("ViewCount")
		if answer := d.posts[q.id].accepted; answer != 0 && (d.posts[answer] == nil || d.posts[answer].topic != q.topic) {
			report.Mended[mendedAcceptance]++
		}
		topic := forum.BroughtTopic{
			SpaceID: d.space, Title: report.line(r.text("Title"), forum.MaxTitle),
			Tags:  report.tags(strings.FieldsFunc(r.text("Tags"), isTagEdge), forum.MaxTags),
			Views: max(0, int(views)), Locked: r.text("ClosedDate") != "",
		}
		if d.board != nil {
			return d.request(report, r, text, topic, q), nil
		}
		return d.openTopic(text, topic), nil
	}
	return p
}

// isTagEdge parts tags that are written <a><b>, or |a|b| in newer dumps.
func isTagEdge(c rune) bool { return c == '<' || c == '>' || c == '|' }

// openTopic writes a topic with its opening text.
func (r *run) openTopic(text draft, topic forum.BroughtTopic) deed {
	return func(ctx context.Context, tx store.Tx) (kept, error) {
		signed, err := text.signed(ctx, tx)
		if err != nil {
			return kept{}, err
		}
		made := topic
		made.BroughtText = signed
		t, err := r.Hall.BringTopic(ctx, tx, made)
		if err != nil {
			return kept{}, err
		}
		return kept{Here: string(t.OpeningID), Topic: t.ID}, nil
	}
}

func (d *dump) answer(q, it item) piece {
	p := piece{
		key: d.key("post", it.id), size: d.sizeOf(it),
		counts: Counts{Answers: 1, Revisions: d.earlier(it.id)},
	}
	if it.accepted {
		p.counts.Accepted = 1
	}
	p.load = func(report *Report) (deed, error) {
		r, err := rowAt(d.files[0], it.span)
		if err != nil {
			return nil, err
		}
		text, err := d.draft(report, r, it, "/a/")
		if err != nil {
			return nil, err
		}
		return d.reply(text, it.accepted, d.key("post", q.id), ""), nil
	}
	return p
}

// reply writes a post into the topic behind a key, as a reply to the post
// behind another one, if that is given.
func (r *run) reply(text draft, accepted bool, topic, to string) deed {
	return func(ctx context.Context, tx store.Tx) (kept, error) {
		signed, err := text.signed(ctx, tx)
		if err != nil {
			return kept{}, err
		}
		t, err := here(ctx, tx, topic)
		if err != nil {
			return kept{}, err
		}
		made := forum.BroughtPost{BroughtText: signed, TopicID: t.Topic, IsAnswer: accepted}
		if to != "" {
			parent, err := here(ctx, tx, to)
			if err != nil {
				return kept{}, err
			}
			made.ReplyTo = community.PostID(parent.Here)
		}
		p, err := r.Hall.BringPost(ctx, tx, made)
		if err != nil {
			return kept{}, err
		}
		return kept{Here: string(p.ID)}, nil
	}
}

func (d *dump) comment(q, it item) piece {
	p := piece{key: d.key("comment", it.id), size: int64(it.size), counts: Counts{Comments: 1}}
	p.load = func(report *Report) (deed, error) {
		r, err := rowAt(d.files[1], it.span)
		if err != nil {
			return nil, err
		}
		score, _ := r.number("Score")
		at, err := r.date("CreationDate")
		if err != nil {
			return nil, err
		}
		text := draft{author: d.member(r, "UserId"), BroughtText: forum.BroughtText{
			Body: report.markdown(comment(r.text("Text")), forum.MaxBody), CreatedAt: at, Score: int(score),
			Source: d.page("/posts/comments/", it.id),
		}}
		to := ""
		if it.post != q.id {
			to = d.key("post", it.post)
		}
		return d.reply(text, false, d.key("post", q.id), to), nil
	}
	return p
}

// draft is the text of a question or an answer, with its earlier wordings.
func (d *dump) draft(report *Report, r row, it item, path string) (draft, error) {
	text := draft{author: d.member(r, "OwnerUserId"), BroughtText: forum.BroughtText{
		Body:      report.body(r.text("Body"), d.origin),
		CreatedAt: time.UnixMilli(it.at).UTC(), EditedAt: r.dateIfAny("LastEditDate"),
		Score: int(d.posts[it.id].score), Source: d.page(path, it.id),
	}}
	found := d.wordings[it.id]
	for i := 1; i < len(found); i++ {
		was, err := rowAt(d.files[2], found[i-1].span)
		if err != nil {
			return text, err
		}
		next, err := rowAt(d.files[2], found[i].span)
		if err != nil {
			return text, err
		}
		revision := forum.BroughtRevision{
			Body: report.markdown(was.text("Text"), forum.MaxBody), At: time.UnixMilli(found[i].at).UTC(),
		}
		if reason := strings.TrimSpace(next.text("Comment")); reason != "" {
			revision.Reason = report.line(reason, forum.MaxReason)
		}
		text.Revisions = append(text.Revisions, revision)
		text.editors = append(text.editors, d.member(next, "UserId"))
	}
	return text, nil
}

// earlier is how many wordings a post had before the one it has.
func (d *dump) earlier(post int64) int { return max(0, len(d.wordings[post])-1) }

func (d *dump) sizeOf(it item) int64 {
	sum := it.size
	for _, w := range d.wordings[it.id] {
		sum += w.size
	}
	return int64(sum)
}
