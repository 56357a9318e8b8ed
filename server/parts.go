package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"
	_ "time/tzdata" // the zones of events, where the machine has none

	"veche/community/counters"
	calendars "veche/community/events" // an event is of a stream here
	"veche/community/forum"
	"veche/community/ideas"
	"veche/community/members"
	"veche/live"
	"veche/search"
	"veche/server/limits"
	"veche/server/observe"
	"veche/server/persisted"
	"veche/store"
	"veche/store/mongo"
	"veche/store/sqlite"
	"veche/uploads"
)

// Parts is the community put together over one store: what the server serves,
// and what the other commands work on.
type Parts struct {
	Store  store.Store
	Log    *live.Log
	Roll   *members.Roll
	Hall   *forum.Hall
	Boards *ideas.Assembly
	// Index is empty until somebody runs it.
	Index   *search.Index
	Ledger  *counters.Ledger
	Almanac *calendars.Almanac
	// Documents are what clients may ask for by its hash.
	Documents *persisted.Documents
	// Trusted are the only documents that may be asked for; nil if any may.
	Trusted *persisted.Trusted
	// Budgets are what everybody may still spend.
	Budgets *limits.Budgets
	// Lookout sees what all of them do.
	Lookout *observe.Lookout

	engine store.Store // what Store is without the lookout
}

// Assemble opens the store and puts the community together. cost is what a
// password hash costs; nil means the default.
func Assemble(ctx context.Context, c Config, cost *members.Cost) (*Parts, error) {
	s, err := openStore(ctx, c)
	if err != nil {
		return nil, err
	}
	p, err := over(ctx, s, c, cost)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return p, nil
}

func openStore(ctx context.Context, c Config) (store.Store, error) {
	if c.MongoDBURI != "" {
		s, err := mongo.Open(ctx, c.MongoDBURI, c.MongoDatabase)
		if err != nil {
			return nil, fmt.Errorf("open the document store: %w", err)
		}
		return s, nil
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	s, err := sqlite.Open(filepath.Join(c.Data, "documents.db"), c.CacheMB<<20)
	if err != nil {
		return nil, fmt.Errorf("open the document store: %w", err)
	}
	return s, nil
}

func over(ctx context.Context, s store.Store, c Config, cost *members.Cost) (*Parts, error) {
	lookout, err := observe.Open(ctx, observe.Options{Requests: c.LogRequests, Numbers: c.DebugListen != ""})
	if err != nil {
		return nil, err
	}
	p, err := seen(ctx, lookout, s, c, cost)
	if err != nil {
		lookout.Close()
	}
	return p, err
}

// seen is over, under the eyes of a lookout.
func seen(ctx context.Context, lookout *observe.Lookout, engine store.Store, c Config, cost *members.Cost) (*Parts, error) {
	s := lookout.Store(engine)
	o := live.Options{Retention: c.Retention}
	if c.MongoDBURI == "" {
		o.Poll = -1 // nobody else writes to the file
	}
	p := &Parts{Store: s, Lookout: lookout, engine: engine}
	var err error
	if p.Log, err = live.Open(ctx, s, o); err != nil {
		return nil, err
	}
	if p.Roll, err = members.New(ctx, s, p.Log, members.Options{Cost: cost, Closed: c.Registration == "closed"}); err != nil {
		return nil, err
	}
	if p.Hall, err = forum.New(ctx, s, p.Log, p.Roll, nil); err != nil {
		return nil, err
	}
	around := ideas.Around{Spaces: p.Hall.Place(), Comments: p.Hall.Place(), People: p.Roll}
	if p.Boards, err = ideas.New(ctx, s, p.Log, around, nil); err != nil {
		return nil, err
	}
	p.Index = search.New(filepath.Join(c.Data, "search"), p.Log, p.Boards)
	if p.Ledger, err = p.ledger(c); err != nil {
		return nil, err
	}
	if p.Almanac, err = calendars.New(ctx, s, p.Log, p.Hall.Place(), p.Roll, nil); err != nil {
		return nil, err
	}
	if p.Documents, err = persisted.Open(ctx, s, nil); err != nil {
		return nil, err
	}
	if err := s.Ensure(ctx, store.Answers()); err != nil {
		return nil, fmt.Errorf("open the answers of mutations: %w", err)
	}
	if c.TrustedDocuments != "" {
		if p.Trusted, err = persisted.ReadTrusted(c.TrustedDocuments); err != nil {
			return nil, err
		}
	}
	if p.Budgets, err = limits.OpenBudgets(ctx, s, c.MongoDBURI != "", nil); err != nil {
		return nil, err
	}
	return p, nil
}

// Close closes the store, and sends the last traces.
func (p *Parts) Close() error {
	err := p.Store.Close()
	p.Lookout.Close()
	return err
}

// pruneEvery is how often old entries of the log are looked for.
const pruneEvery = 10 * time.Minute

// consumers are all that read the log in the background.
func (p *Parts) consumers() []live.Consumer {
	return slices.Concat(p.Hall.Consumers(), p.Boards.Consumers())
}

// prune keeps the log to its retention until ctx ends.
func (p *Parts) prune(ctx context.Context) {
	var names []string
	for _, c := range p.consumers() {
		names = append(names, c.Name)
	}
	tick := time.NewTicker(pruneEvery)
	defer tick.Stop()
	for {
		if n, err := p.Log.Prune(ctx, names...); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "the log could not be pruned", "error", err)
		} else if n > 0 {
			slog.InfoContext(ctx, "old entries of the log were pruned", "entries", n)
		}
		if _, err := store.ForgetAnswers(ctx, p.Store, time.Now().Add(-answersKept)); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "old answers of mutations could not be removed", "error", err)
		}
		if _, err := p.Boards.ForgetLadders(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "rankings of periods that are over could not be removed", "error", err)
		}
		if err := p.Documents.Prune(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "persisted documents could not be pruned", "error", err)
		}
		if err := p.Budgets.Prune(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "budgets could not be pruned", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func openShelf(ctx context.Context, c Config) (*uploads.Shelf, error) {
	s, err := uploads.Open(ctx, uploads.Config{
		Endpoint: c.S3Endpoint, Listen: c.S3Listen, Dir: filepath.Join(c.Data, "media"),
		AccessKey: c.S3AccessKey, SecretKey: c.S3SecretKey, Bucket: c.S3Bucket, Region: c.S3Region,
	})
	if err != nil {
		return nil, fmt.Errorf("open the media store: %w", err)
	}
	return s, nil
}
