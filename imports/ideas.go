package imports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"veche/community"
	"veche/community/forum"
	"veche/community/ideas"
	"veche/community/members"
	"veche/community/text"
	"veche/store"
)

// The columns of a table of ideas, and of one of votes. The first must be there.
// What Veche exports has these, and some that follow from the rest.
var (
	ideaColumns = []string{
		"title", "id", "body", "tags", "status", "author", "created", "edited", "status_at", "score", "release_note",
		"anonymous", "voters", "comments", "place",
	}
	voteColumns = []string{"idea", "member", "value", "counted", "at"}
)

// tableRun is a run over tables of ideas and of votes.
type tableRun struct {
	*run
	board *ideas.Board
	// scored says that the ideas came with scores, which have the votes.
	scored bool
	met    map[string]bool // authors and voters
}

// IdeasOfTable brings a table of ideas to the board, and one of votes for them if
// votes is not empty. A score without voters is kept as the idea's brought score;
// each vote of somebody who is known is taken out of that, so that the sum stays.
// The report is good for what was done also when there is an error.
func (j *Job) IdeasOfTable(ctx context.Context, path, votes string) (*Report, error) {
	all := []string{path}
	if votes != "" {
		all = append(all, votes)
	}
	t := &tableRun{run: j.start("board "+j.Board, bytesOf(all)), met: map[string]bool{}}
	var err error
	if t.board, err = t.enterBoard(ctx); err == nil {
		err = t.bringIdeas(ctx, path)
	}
	if err == nil && votes != "" {
		err = t.bringVotes(ctx, votes)
	}
	t.meter.finish()
	return t.report, err
}

// enterBoard finds the board or, if a space is named, makes it there.
func (r *run) enterBoard(ctx context.Context) (*ideas.Board, error) {
	if err := r.Store.Ensure(ctx, imported.Spec()); err != nil {
		return nil, fmt.Errorf("make ready to import: %w", err)
	}
	b, err := r.Boards.Receiving(ctx, r.Store, r.Board)
	if community.KindOf(err) == community.KindNotFound && r.Space != "" {
		if err := r.enter(ctx); err != nil {
			return nil, err
		}
		b, err = store.Result(ctx, r.Store, func(tx store.Tx) (*ideas.Board, error) {
			return r.Boards.BringBoard(ctx, tx, r.space, r.Board, r.report.line(r.report.Source, ideas.MaxBoardName))
		})
	}
	if err != nil {
		return nil, fmt.Errorf("bring to the board %s: %w", r.Board, err)
	}
	r.space = b.SpaceID
	return b, nil
}

func (t *tableRun) key(kind, id string) string {
	if len(id) > 80 {
		sum := sha256.Sum256([]byte(id))
		id = hex.EncodeToString(sum[:16])
	}
	return "table:" + string(t.board.ID) + ":" + kind + ":" + id
}

func (t *tableRun) bringIdeas(ctx context.Context, path string) error {
	err := t.sheet(ctx, path, ideaColumns, func(c cells) error {
		_, t.scored = c.columns["score"]
		idea, key, err := t.read(c)
		if err != nil {
			return err
		}
		if own, err := t.Boards.StandsOn(ctx, t.Store, t.board, community.IdeaID(c.word("id"))); own || err != nil {
			t.report.Present.Ideas++
			return err
		}
		author, err := t.meet(ctx, c.word("author"), idea.CreatedAt)
		if err != nil {
			return err
		}
		return t.bring(ctx, piece{key: key, counts: Counts{Ideas: 1}, load: func(report *Report) (deed, error) {
			report.mendIdea(&idea, c)
			return t.openIdea(idea, draft{author: author, BroughtText: forum.BroughtText{
				Body: idea.Body, CreatedAt: idea.CreatedAt, EditedAt: idea.EditedAt,
			}}, t.board, forum.BroughtTopic{}), nil
		}})
	})
	if err != nil {
		return err
	}
	return t.flush(ctx)
}

// read understands a row of ideas, and answers by what it is remembered.
func (t *tableRun) read(c cells) (i ideas.BroughtIdea, key string, err error) {
	if c.word("title") == "" {
		return i, "", faulty("title is empty")
	}
	if i.Score, err = c.number("score"); err != nil {
		return i, "", err
	}
	if i.Status, err = statusOf(c.word("status")); err != nil {
		return i, "", err
	}
	created, err := c.date("created")
	if err != nil {
		return i, "", err
	}
	if i.EditedAt, err = c.date("edited"); err != nil {
		return i, "", err
	}
	at, err := c.date("status_at")
	if err != nil {
		return i, "", err
	}
	if created == nil {
		now := community.Now()
		created = &now
	}
	if at == nil {
		at = created
	}
	i.CreatedAt, i.StatusAt = *created, *at
	id := c.word("id")
	if id == "" {
		id = strings.Join([]string{c.word("title"), c.word("author"), c.word("created"), c.text("body")}, "\n")
		sum := sha256.Sum256([]byte(id))
		id = "row:" + hex.EncodeToString(sum[:16])
	}
	return i, t.key("idea", id), nil
}

// mendIdea takes the texts of the row, as they may stand here.
func (r *Report) mendIdea(i *ideas.BroughtIdea, c cells) {
	i.Title = r.line(c.text("title"), ideas.MaxTitle)
	i.Body = r.markdown(c.text("body"), ideas.MaxBody)
	i.Tags = r.tags(strings.FieldsFunc(c.text("tags"), isTagGap), ideas.MaxTags)
	if note := c.text("release_note"); strings.TrimSpace(note) != "" {
		i.ReleaseNote = r.markdown(note, ideas.MaxAnswer)
	}
	if i.Status == ideas.Duplicate {
		i.Status = ideas.Declined
		r.Mended["a duplicate, which is declined here: the other idea is not known"]++
	}
}

func isTagGap(c rune) bool { return strings.ContainsRune(" ,;|<>\t\n", c) }

// statuses are other words for what became of ideas.
var statuses = map[string]ideas.Status{
	"": ideas.Proposed, "OPEN": ideas.Proposed, "REVIEW": ideas.UnderReview, "STARTED": ideas.InProgress,
	"COMPLETED": ideas.Implemented, "DONE": ideas.Implemented, "REJECTED": ideas.Declined,
	"НОВАЯ": ideas.Proposed, "НА_РАССМОТРЕНИИ": ideas.UnderReview, "ЗАПЛАНИРОВАНА": ideas.Planned,
	"В_РАБОТЕ": ideas.InProgress, "РЕАЛИЗОВАНА": ideas.Implemented, "ОТКЛОНЕНА": ideas.Declined,
}

func statusOf(word string) (ideas.Status, error) {
	name := strings.ToUpper(strings.NewReplacer(" ", "_", "-", "_").Replace(word))
	if s, ok := statuses[name]; ok {
		return s, nil
	}
	if s := ideas.Status(name); s.Valid() {
		return s, nil
	}
	return "", faulty(fmt.Sprintf("there is no status %.40q", word))
}

// openIdea writes an idea with its topic.
func (r *run) openIdea(idea ideas.BroughtIdea, opening draft, board *ideas.Board, topic forum.BroughtTopic) deed {
	return func(ctx context.Context, tx store.Tx) (kept, error) {
		signed, err := opening.signed(ctx, tx)
		if err != nil {
			return kept{}, err
		}
		made := topic
		made.BroughtText, made.SpaceID, made.Title, made.Tags = signed, board.SpaceID, idea.Title, idea.Tags
		made.IdeaID = community.NewID[community.IdeaID](community.IdeaPrefix)
		t, err := r.Hall.BringTopic(ctx, tx, made)
		if err != nil {
			return kept{}, err
		}
		brought := idea
		brought.ID, brought.TopicID, brought.Author = made.IdeaID, t.ID, signed.Author
		i, err := r.Boards.BringIdea(ctx, tx, board, brought)
		if err != nil {
			return kept{}, err
		}
		return kept{Here: string(t.OpeningID), Topic: t.ID, Idea: i.ID}, nil
	}
}

// meet has somebody be known, by a handle or an address of mail: who has it here,
// or a member who is brought. It answers the key.
func (t *tableRun) meet(ctx context.Context, who string, since time.Time) (string, error) {
	key := "table:member:" + strings.ToLower(strings.TrimPrefix(who, "@"))
	if who == "" {
		key = t.key("member", "gone")
		t.report.StandIns++
	}
	if t.met[key] {
		return key, nil
	}
	p := t.standIn(key, since)
	if who != "" {
		here, err := t.holder(ctx, who)
		if err != nil {
			return "", err
		}
		p = t.person(key, func(report *Report) members.Brought {
			name, _, _ := strings.Cut(strings.TrimPrefix(who, "@"), "@")
			return members.Brought{Name: report.line(name, members.MaxName), CreatedAt: since}
		})
		if here != "" {
			p.counts = Counts{}
			p.load = func(*Report) (deed, error) {
				return func(context.Context, store.Tx) (kept, error) { return kept{Here: string(here)}, nil }, nil
			}
		}
	}
	t.met[key] = true
	return key, t.bring(ctx, p)
}

// holder is the member with the handle or the address; empty for none.
func (t *tableRun) holder(ctx context.Context, who string) (community.MemberID, error) {
	if strings.Contains(strings.TrimPrefix(who, "@"), "@") {
		return t.Roll.Holder(ctx, who)
	}
	if _, _, err := text.Handle("author", strings.TrimPrefix(who, "@")); err != nil {
		return "", nil
	}
	m, err := t.Roll.ByHandle(ctx, strings.TrimPrefix(who, "@"))
	if community.KindOf(err) == community.KindNotFound {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return m.ID, nil
}

// bringVotes brings votes for ideas that were brought, now or before.
func (t *tableRun) bringVotes(ctx context.Context, path string) error {
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return errors.Join(fmt.Errorf("%s is no table", path), err)
	}
	err := t.sheet(ctx, path, voteColumns, func(c cells) error {
		idea, who := c.word("idea"), c.word("member")
		v, err := t.readVote(c, idea, who)
		if err != nil {
			return err
		}
		if own, err := t.Boards.StandsOn(ctx, t.Store, t.board, community.IdeaID(idea)); own || err != nil {
			t.report.Present.Votes++
			return err
		}
		ideaKey := t.key("idea", idea)
		if there, err := imported.GetMany(ctx, t.Store, []string{ideaKey}); err != nil {
			return err
		} else if there[ideaKey] == nil {
			t.report.Dropped["vote for an idea that was not brought"]++
			return nil
		}
		voter, err := t.meet(ctx, who, v.At)
		if err != nil {
			return err
		}
		return t.bring(ctx, piece{
			key: t.key("vote", idea+"/"+strings.ToLower(who)), counts: Counts{Votes: 1},
			load: func(*Report) (deed, error) { return t.giveVote(v, ideaKey, voter), nil },
		})
	})
	if err != nil {
		return err
	}
	return t.flush(ctx)
}

func (t *tableRun) readVote(c cells, idea, who string) (v ideas.BroughtBallot, err error) {
	if idea == "" || who == "" {
		return v, faulty("it does not say whose vote it is, or for which idea")
	}
	if v.Value, err = c.number("value"); err != nil {
		return v, err
	}
	if _, ok := c.columns["value"]; !ok {
		v.Value = 1
	}
	if v.Value == 0 {
		return v, faulty("value is 0: that is no vote")
	}
	if v.Counted, err = c.number("counted"); err != nil {
		return v, err
	}
	if c.word("counted") == "" {
		v.Counted = v.Value
	}
	at, err := c.date("at")
	if err != nil {
		return v, err
	}
	if at == nil {
		return v, faulty("at is empty: a vote counts in the periods in which it was given")
	}
	v.At, v.Scored = *at, t.scored
	return v, nil
}

// giveVote writes a vote of somebody for an idea that was brought.
func (t *tableRun) giveVote(v ideas.BroughtBallot, idea, voter string) deed {
	return func(ctx context.Context, tx store.Tx) (kept, error) {
		made := v
		on, err := here(ctx, tx, idea)
		if err != nil {
			return kept{}, err
		}
		if made.Member, err = memberHere(ctx, tx, voter); err != nil {
			return kept{}, err
		}
		made.IdeaID = on.Idea
		return kept{Here: string(made.Member), Idea: on.Idea}, t.Boards.BringVote(ctx, tx, made)
	}
}
