package imports

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"veche/community"
	"veche/community/forum"
	"veche/community/members"
	"veche/store"
)

// here answers what the thing behind the key has become.
func here(ctx context.Context, tx store.Tx, key string) (*kept, error) {
	k, err := imported.Get(ctx, tx, key)
	if err != nil {
		return nil, fmt.Errorf("look up %s: %w", key, err)
	}
	return k, nil
}

func memberHere(ctx context.Context, tx store.Tx, key string) (community.MemberID, error) {
	k, err := here(ctx, tx, key)
	if err != nil {
		return "", err
	}
	return community.MemberID(k.Here), nil
}

// person is the piece of a member.
func (r *run) person(key string, make func(*Report) members.Brought) piece {
	return piece{key: key, counts: Counts{Members: 1}, load: func(report *Report) (deed, error) {
		b := make(report)
		return func(ctx context.Context, tx store.Tx) (kept, error) {
			id, err := r.Roll.Bring(ctx, tx, b)
			return kept{Here: string(id)}, err
		}, nil
	}}
}

// standIn is the piece of the one member who stands for all authors of the
// source that nobody knows.
func (r *run) standIn(key string, since time.Time) piece {
	return r.person(key, func(report *Report) members.Brought {
		return members.Brought{
			Name:      report.line("Former member of "+r.report.Source, members.MaxName),
			CreatedAt: since,
		}
	})
}

// draft is a text whose author and editors are known by their keys.
type draft struct {
	forum.BroughtText
	author  string
	editors []string // of BroughtText.Revisions, one for each
}

// signed is the text with the members behind the keys.
func (d draft) signed(ctx context.Context, tx store.Tx) (forum.BroughtText, error) {
	signed := d.BroughtText
	signed.Revisions = slices.Clone(d.Revisions)
	var err error
	if signed.Author, err = memberHere(ctx, tx, d.author); err != nil {
		return signed, err
	}
	for i, key := range d.editors {
		if signed.Revisions[i].Editor, err = memberHere(ctx, tx, key); err != nil {
			return signed, err
		}
	}
	return signed, nil
}

// body makes what is kept of the HTML of a post, and counts what it became.
func (r *Report) body(html, origin string) string {
	body, markdown := fromHTML(r.only(html, allowed), origin)
	if markdown {
		r.Markdown++
	} else {
		r.HTML++
	}
	return r.markdown(body, forum.MaxBody)
}

// bio makes what is kept of the HTML in which somebody tells of themselves.
func (r *Report) bio(html, origin string) string {
	bio, _ := fromHTML(r.only(html, allowed), origin)
	if strings.TrimSpace(bio) == "" {
		return ""
	}
	return r.markdown(bio, members.MaxBio)
}
