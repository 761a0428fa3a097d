package depot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"cinnabar/internal/capability/filestore/ftpstore"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Finding is one disagreement between the database and a store.
type Finding struct {
	Store    string `json:"store"`
	Path     string `json:"path,omitempty"`
	Item     string `json:"item,omitempty"`
	Problem  string `json:"problem"`          // missing, altered, extra, part, stuck, or a code of told
	Repaired bool   `json:"repaired"`         // what was wrong is right now
	Detail   string `json:"detail,omitempty"` // where it was moved to, or why it was not repaired
}

func (f Finding) String() string {
	done := "not repaired"
	if f.Repaired {
		done = "repaired"
	}
	return strings.TrimSpace(fmt.Sprintf("%s: %s %s: %s %s", f.Store, f.Problem, f.Path, done, f.Detail))
}

// late is how long a removal may take before it is reported.
const late = time.Hour

// Check compares the database with all stores, both ways, reading every file again, and reports what is
// missing, altered, extra, or stuck. With repair, files are put back from the local copy, what is extra is
// moved to quarantine/ on its store, unfinished parts of uploads are removed, and what is stuck goes on. It
// can run beside everything else. A store that cannot be reached is a finding; the others are checked.
func (s *Service) Check(ctx context.Context, repair bool) ([]Finding, error) {
	names, err := s.Names(ctx)
	if err != nil {
		return nil, err
	}
	found, err := s.stuck(ctx, repair)
	for _, name := range names {
		if err != nil {
			return found, err
		}
		c := &check{Service: s, name: name, repair: repair}
		err = c.run(ctx)
		found = append(found, c.found...)
	}
	return found, err
}

// stuck reports what should have moved on long ago.
func (s *Service) stuck(ctx context.Context, repair bool) ([]Finding, error) {
	now := s.Clock.Now()
	items, err := overdue(ctx, s.DB, now, now.Add(-late))
	if err != nil || len(items) == 0 {
		return nil, err
	}
	detail := ""
	if repair {
		if err := s.Recover(ctx); err != nil {
			detail = err.Error()
		}
	}
	var found []Finding
	for _, it := range items {
		after, err := itemOf(ctx, s.DB, it.ID)
		if err != nil {
			return nil, err
		}
		found = append(found, Finding{it.Store, it.Path, it.ID, "stuck", after.State == Deleted, detail})
	}
	return found, nil
}

// check is the comparison of one store.
type check struct {
	*Service
	name   string
	repair bool
	store  Store
	found  []Finding
}

func (c *check) add(f Finding) { f.Store = c.name; c.found = append(c.found, f) }

func (c *check) run(ctx context.Context) (err error) {
	if c.store, err = c.open(ctx, c.name); err == nil {
		if err = c.files(ctx); err == nil {
			err = c.rows(ctx)
		}
	}
	if e := errs.As(err); err != nil && e.Kind == errs.Unavailable {
		c.add(Finding{Problem: e.Code, Detail: err.Error()})
		return nil
	}
	return err
}

// files looks for what is on the store and not in the database. What is listed had its row written before, so
// that a row is looked for after the listing.
func (c *check) files(ctx context.Context) error {
	var unknown []ftpstore.Entry
	err := c.store.List(ctx, "", func(e ftpstore.Entry) error {
		if top, _, _ := strings.Cut(e.Path, "/"); top == quarantine {
			return nil
		}
		if _, err := c.known(ctx, e); !errors.Is(err, errs.NotFound) {
			return err
		}
		unknown = append(unknown, e)
		return nil
	})
	if err != nil {
		return told(c.name, err)
	}
	for _, e := range unknown {
		if err := c.file(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// known finds the row that a file belongs to; a part belongs to the file that it was to become.
func (c *check) known(ctx context.Context, e ftpstore.Entry) (Item, error) {
	if !e.Part {
		return itemAt(ctx, c.DB, c.name, e.Path)
	}
	it, err := itemAt(ctx, c.DB, c.name, ftpstore.WholeOf(e.Path))
	if err != nil {
		return it, err
	}
	leased, err := hasLease(ctx, c.DB, it.ID, c.Clock.Now())
	if err == nil && !leased {
		err = noItem()
	}
	return it, err
}

func (c *check) file(ctx context.Context, e ftpstore.Entry) error {
	if _, err := c.store.Stat(ctx, e.Path); errors.Is(err, ftpstore.Absent) {
		return nil // removed since it was listed
	}
	f := Finding{Path: e.Path, Problem: "extra"}
	var err error
	switch {
	case e.Part:
		f.Problem = "part"
		if c.repair {
			err = c.store.Delete(ctx, e.Path)
			f.Repaired = err == nil
		}
	case c.repair && ftpstore.CheckPath(e.Path) != nil:
		f.Detail = "its name is not one that can be moved safely; move it by hand"
	case c.repair:
		f.Detail, err = c.evict(ctx, e)
		f.Repaired = err == nil
	}
	if errors.Is(err, ftpstore.Absent) || errors.Is(err, errPathTaken) {
		return nil
	}
	if err != nil {
		f.Detail = err.Error()
	}
	c.add(f)
	return nil
}

var errPathTaken = errors.New("the path was taken meanwhile")

// evict moves a file to quarantine. A row keeps the path meanwhile, so that no Put finds the file still there.
func (c *check) evict(ctx context.Context, e ftpstore.Entry) (to string, err error) {
	it := Item{ID: cinnabar.NewID[string]("item"), Store: c.name, Path: e.Path, Size: max(0, e.Size), State: evicting, PutAt: c.Clock.Now()}
	err = c.DB.InTx(ctx, func(tx db.Tx) error {
		free, err := insertItem(ctx, tx, it, c.owner, c.leaseEnd())
		if err == nil && !free {
			err = errPathTaken
		}
		return err
	})
	if err != nil {
		return "", err
	}
	to = aside(e.Path, c.Clock.Now())
	err = c.leased(ctx, it.ID, func(ctx context.Context) error { return c.store.Move(ctx, e.Path, to) })
	if errors.Is(err, ftpstore.Unknown) {
		return to, err // Recover frees the path when it is known that nothing moves any more
	}
	return to, errors.Join(err, c.DB.InTx(ctx, func(tx db.Tx) error { return dropEviction(ctx, tx, it.ID) }))
}

// rows looks for what is in the database and not, or not right, on the store.
func (c *check) rows(ctx context.Context) error {
	for after := ""; ; {
		items, err := storedAfter(ctx, c.DB, c.name, after)
		if err != nil || len(items) == 0 {
			return err
		}
		for _, it := range items {
			if err := c.row(ctx, it); err != nil {
				return err
			}
		}
		after = items[len(items)-1].ID
	}
}

func (c *check) row(ctx context.Context, it Item) error {
	wrong := told(c.name, c.store.Verify(ctx, it.document()))
	if wrong == nil {
		return nil
	}
	if errs.As(wrong).Kind != errs.Conflict {
		return wrong
	}
	// It may have been withdrawn since it was read.
	if now, err := itemOf(ctx, c.DB, it.ID); err != nil || now.State != Stored {
		return err
	}
	f := Finding{Path: it.Path, Item: it.ID, Problem: errs.As(wrong).Code}
	if c.repair {
		err := c.mend(ctx, it)
		if f.Repaired = err == nil; err != nil {
			f.Detail = err.Error()
		}
	}
	c.add(f)
	return nil
}
