package ideas

import (
	"context"
	"fmt"
	"slices"

	"veche/community"
	"veche/community/text"
)

// Limits of a policy.
const (
	MaxBudget = 1000
	MaxWeight = 100
	MaxJury   = 100
)

// checkPolicy checks a policy, and fills in what goes without saying.
func (a *Assembly) checkPolicy(ctx context.Context, p *Policy) error {
	if p.VoterRole == "" {
		p.VoterRole = community.RoleMember
	}
	for _, check := range []func(*Policy) error{checkBudget, checkWeights, checkTerm} {
		if err := check(p); err != nil {
			return err
		}
	}
	if !p.VoterRole.Valid() || !p.VoterRole.AtLeast(community.RoleMember) {
		return community.BadInput("policy.voterRole", "Members vote, and those above them.")
	}
	return a.checkJury(ctx, p)
}

func checkBudget(p *Policy) error {
	switch p.Kind {
	case OneEach, Weighted:
		if p.Budget != 0 {
			return community.BadInput("policy.budget", "Only a policy of the kind BUDGET has one.")
		}
		return checkMarks(p)
	case Budget:
	default:
		return community.BadInput("policy.kind", "There is no kind %q of policies.", p.Kind)
	}
	if p.Budget < 1 || p.Budget > MaxBudget {
		return community.BadInput("policy.budget", "A budget has between 1 and %d votes.", MaxBudget)
	}
	if p.PerIdea == 0 {
		p.PerIdea = p.Budget
	}
	if p.PerIdea < 1 || p.PerIdea > p.Budget {
		return community.BadInput("policy.perIdea", "Between 1 and all votes of the budget go to one idea.")
	}
	if p.Down {
		return community.BadInput("policy.down", "The votes of a budget are for ideas, not against them.")
	}
	return nil
}

// checkMarks checks what is the most that a juror gives, where there is no budget.
func checkMarks(p *Policy) error {
	switch {
	case p.PerIdea == 0:
		return nil
	case len(p.VoterIDs) == 0:
		return community.BadInput("policy.perIdea", "Only a budget or a jury gives an idea more than one vote.")
	case p.PerIdea < 1 || p.PerIdea > MaxMark:
		return community.BadInput("policy.perIdea", "A juror gives an idea between 1 and %d at most.", MaxMark)
	}
	return nil
}

func checkWeights(p *Policy) error {
	if p.Kind != Weighted {
		if len(p.Weights) > 0 {
			return community.BadInput("policy.weights", "Only a policy of the kind WEIGHTED has weights.")
		}
		return nil
	}
	if len(p.Weights) == 0 {
		return community.BadInput("policy.weights", "Say what a vote of some role counts.")
	}
	for i, w := range p.Weights {
		switch {
		case !w.Role.Valid() || !w.Role.AtLeast(community.RoleMember):
			return community.BadInput("policy.weights", "Members vote, and those above them.")
		case w.Weight < 1 || w.Weight > MaxWeight:
			return community.BadInput("policy.weights", "A vote counts between 1 and %d.", MaxWeight)
		case slices.ContainsFunc(p.Weights[:i], func(other Weight) bool { return other.Role == w.Role }):
			return community.BadInput("policy.weights", "The role %s is there twice.", w.Role)
		}
	}
	return nil
}

func checkTerm(p *Policy) error {
	if p.OpensAt != nil && p.ClosesAt != nil && !p.OpensAt.Before(*p.ClosesAt) {
		return community.BadInput("policy.closesAt", "Voting closes after it opens.")
	}
	return nil
}

// checkJury wants members, each once.
func (a *Assembly) checkJury(ctx context.Context, p *Policy) error {
	if len(p.VoterIDs) > MaxJury {
		return community.BadInput("policy.voterIds", "A jury has at most %d members.", MaxJury)
	}
	var jury []community.MemberID
	for _, id := range p.VoterIDs {
		if slices.Contains(jury, id) {
			continue
		}
		if err := a.people.Known(ctx, id); community.KindOf(err) == community.KindNotFound {
			return community.BadInput("policy.voterIds", "There is no member %q.", id)
		} else if err != nil {
			return err
		}
		jury = append(jury, id)
	}
	p.VoterIDs = jury
	return nil
}

// wording is a text as it was written, and as it is shown.
type wording struct {
	body, html string
	mentions   []community.MemberID
}

// written checks a text and renders it.
func (a *Assembly) written(ctx context.Context, field, body string, min, max int) (w wording, err error) {
	if w.body, err = text.Markdown(field, body, min, max); err != nil || w.body == "" {
		return w, err
	}
	known, err := a.people.Mentioned(ctx, text.MentionKeys(w.body))
	if err != nil {
		return w, fmt.Errorf("look up who is mentioned: %w", err)
	}
	handles := make(map[string]string, len(known))
	for key, m := range known {
		handles[key] = m.Handle
	}
	r := text.Render(w.body, handles)
	w.html = r.HTML
	for _, key := range r.Mentions {
		w.mentions = append(w.mentions, known[key].ID)
	}
	return w, nil
}
