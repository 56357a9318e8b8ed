package imports

import (
	"context"
	"slices"
	"strings"
	"time"

	"veche/community/forum"
	"veche/community/ideas"
)

// requestTag marks the questions of a meta site that are ideas.
const requestTag = "feature-request"

// outcomes are the tags by which a site's team says what became of a request.
var outcomes = map[string]ideas.Status{
	"status-completed": ideas.Implemented, "status-declined": ideas.Declined, "status-bydesign": ideas.Declined,
	"status-norepro": ideas.Declined, "status-planned": ideas.Planned, "status-review": ideas.UnderReview,
	"status-deferred": ideas.UnderReview, "status-reproduced": ideas.UnderReview, "status-in-progress": ideas.InProgress,
}

// IdeasOfStackExchange brings the feature requests of a meta site's dump to the
// board: what became of them as their status, answers and comments as comments.
// Who voted is in no dump, so scores are kept as brought scores.
func (j *Job) IdeasOfStackExchange(ctx context.Context, dir string) (*Report, error) {
	return j.dumpOf(ctx, dir, func(ctx context.Context, d *dump) (err error) {
		d.board, err = d.enterBoard(ctx)
		return err
	})
}

func dumpTags(r row) []string { return strings.FieldsFunc(r.text("Tags"), isTagEdge) }

// requested says whether the question is an idea, and takes note of the tag that
// says what became of it.
func (p *postFacts) requested(r row) bool {
	tags := dumpTags(r)
	for _, tag := range tags {
		if outcomes[tag] != "" {
			p.outcome = tag
		}
	}
	return slices.Contains(tags, requestTag)
}

// decided learns from the history of tags when a question got its outcome.
func (d *dump) decided(r row) {
	if d.board == nil {
		return
	}
	post, _ := r.number("PostId")
	p := d.posts[post]
	at, err := r.date("CreationDate")
	if p == nil || p.outcome == "" || err != nil {
		return
	}
	had := slices.Contains(strings.FieldsFunc(r.text("Text"), isTagEdge), p.outcome)
	switch {
	case !had:
		p.decided = 0
	case p.decided == 0:
		p.decided = millis(at)
	}
}

// request is a question as an idea.
func (d *dump) request(report *Report, r row, text draft, topic forum.BroughtTopic, q item) deed {
	p := d.posts[q.id]
	i := ideas.BroughtIdea{
		Title: topic.Title, Body: report.markdown(text.Body, ideas.MaxBody), CreatedAt: text.CreatedAt, EditedAt: text.EditedAt,
		Status: ideas.Proposed, StatusAt: text.CreatedAt, Score: int(p.score), Source: text.Source,
	}
	if p.outcome != "" {
		i.Status = outcomes[p.outcome]
		if p.decided != 0 {
			i.StatusAt = time.UnixMilli(p.decided).UTC()
		}
	}
	i.Tags = report.tags(slices.DeleteFunc(dumpTags(r), func(tag string) bool {
		return tag == requestTag || outcomes[tag] != ""
	}), ideas.MaxTags)
	text.Body = i.Body // the topic says the same
	return d.openIdea(i, text, d.board, topic)
}
