package events

import (
	"context"
	"encoding/csv"
	"strconv"
	"strings"
	"time"

	"veche/community"
	"veche/store"
)

// Attendees lists who answered to an occurrence, the first first: to who runs the
// event all, to other members who goes, if the event shows that.
func (a *Almanac) Attendees(ctx context.Context, viewer community.Viewer, id community.OccurrenceID, status *AttendanceStatus, p community.Paging) (*community.Page[*Attendance], error) {
	if err := viewer.MayLook(); err != nil {
		return nil, err
	}
	o, runs, err := a.occurrence(ctx, a.store, viewer, id)
	if err != nil {
		return nil, err
	}
	if !runs {
		if o.event.AttendeesHidden {
			return nil, community.Forbidden("Only who runs the event sees who comes.")
		}
		going := Going
		if status != nil && *status != going {
			return nil, errHosts
		}
		status = &going
	}
	where, name := []store.Cond{store.Eq("occurrence", o.ID)}, "attendees "+string(o.ID)
	if status != nil {
		where, name = append(where, store.Eq("status", *status)), name+" "+string(*status)
	}
	return community.List[*Attendance]{
		Name: name, Like: []any{time.Time{}, ""},
		Place: func(at *Attendance) []any { return []any{at.At, at.ID} },
		Query: store.Query{Where: where, Sort: []string{"at"}},
		Find:  func(q store.Query) ([]*Attendance, error) { return attendances.Find(ctx, a.store, q) },
	}.Read(p)
}

// maxReport is how many answers a report holds.
const maxReport = 20_000

// AttendeesCSV is a table of all who answered, for who runs the event.
func (a *Almanac) AttendeesCSV(ctx context.Context, viewer community.Viewer, id community.OccurrenceID) (string, error) {
	o, runs, err := a.occurrence(ctx, a.store, viewer, id)
	if err != nil {
		return "", err
	}
	if !runs {
		return "", errHosts
	}
	all, err := attendances.Find(ctx, a.store, store.Query{
		Where: []store.Cond{store.Eq("occurrence", o.ID)}, Sort: []string{"at"}, Limit: maxReport,
	})
	if err != nil {
		return "", err
	}
	ids := make([]community.MemberID, len(all))
	for i, at := range all {
		ids[i] = at.MemberID
	}
	names, err := a.people.Named(ctx, ids)
	if err != nil {
		return "", err
	}
	return table(all, names), nil
}

// table writes CSV (RFC 4180).
func table(all []*Attendance, names map[community.MemberID]community.Name) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	rows := [][]string{{"handle", "name", "status", "guests", "answered", "checked in"}}
	for _, at := range all {
		in := ""
		if at.CheckedInAt != nil {
			in = at.CheckedInAt.UTC().Format(time.RFC3339)
		}
		who := names[at.MemberID]
		rows = append(rows, []string{plain(who.Handle), plain(who.Name), string(at.Status), strconv.Itoa(at.Guests), at.At.UTC().Format(time.RFC3339), in})
	}
	_ = w.WriteAll(rows) // a Builder takes everything
	return b.String()
}

// plain keeps a spreadsheet from taking a name for a formula.
func plain(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
