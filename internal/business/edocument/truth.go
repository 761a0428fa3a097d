package edocument

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"cinnabar/internal/capability/mirror"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/jobs"
)

// Databases are all index databases, each with the rows that it ought to hold (DOC-4, DOC-5): none where no type names
// it any more. The main database is not among them.
func (s *Service) Databases(ctx context.Context) (map[string]mirror.Truth, error) {
	rows, err := s.DB.Query(ctx, `SELECT DISTINCT org, type FROM edoc`)
	kinds, err := db.Collect(rows, err, func(rows db.Rows) (k kindOf, err error) { return k, rows.Scan(&k.org, &k.id) })
	if err != nil {
		return nil, err
	}
	of := map[string][]kindOf{}
	for _, k := range kinds {
		t, err := s.TypeOf(ctx, s.DB, k.org, k.id)
		if err != nil {
			return nil, err
		}
		if t.Database != "" && t.Database != MainDatabase {
			of[t.Database] = append(of[t.Database], k)
		}
	}
	list, err := s.Mirror.Databases(ctx)
	for _, d := range list {
		if _, named := of[d.Name]; !named {
			of[d.Name] = nil
		}
	}
	out := map[string]mirror.Truth{}
	for name, kinds := range of {
		out[name] = func(ctx context.Context, after mirror.Key, limit int) ([]mirror.Row, error) {
			return s.truth(ctx, kinds, after, limit)
		}
	}
	return out, err
}

// movedJob brings an index database in order after a type has come to it or left it.
const movedJob = "edocument.moved"

type movedArgs struct {
	Database string         `json:"database"`
	Org      cinnabar.OrgID `json:"org"`
	Type     string         `json:"type"`
}

// moved has the documents of types that go to another index database than before taken there, and out of the former.
func (s *Service) moved(ctx context.Context, tx db.Tx, org cinnabar.OrgID, was, now []Type) error {
	for _, t := range now {
		i := slices.IndexFunc(was, func(w Type) bool { return w.ID == t.ID })
		if i < 0 || was[i].Database == t.Database {
			continue
		}
		for _, name := range []string{was[i].Database, t.Database} {
			if name == "" || name == MainDatabase {
				continue
			}
			if err := s.Jobs.Enqueue(ctx, tx, movedJob, movedArgs{name, org, t.ID}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) move(ctx context.Context, j jobs.Job) error {
	var args movedArgs
	if err := j.Decode(&args); err != nil {
		return err
	}
	databases, err := s.Databases(ctx)
	truth := databases[args.Database]
	if err != nil || truth == nil { // removed meanwhile
		return err
	}
	its := func(r *mirror.Row) bool { return r != nil && r.Org == string(args.Org) && r.Type == args.Type }
	return s.Mirror.Equalise(ctx, args.Database, truth, func(f mirror.Finding) bool { return its(f.Want) || its(f.Got) })
}

// TypesIn names the types whose documents go to an index database, of all organisations.
func (s *Service) TypesIn(ctx context.Context, r db.Reader, database string) (ids []string, err error) {
	orgs, err := s.Settings.Orgs(ctx, r, SettingTypes)
	for _, org := range orgs {
		if err != nil {
			break
		}
		var list []Type
		list, _, err = s.Types(ctx, r, org)
		for _, t := range list {
			if t.Database == database {
				ids = append(ids, t.ID)
			}
		}
	}
	return ids, err
}

// index brings a document's entry to the index database of its type. While there is no such database one waits for
// it, as for one that does not answer.
func (s *Service) index(ctx context.Context, tx db.Tx, t *Type, e *Entry) error {
	err := s.Mirror.Write(ctx, tx, t.Database, e.mirrored())
	if errors.Is(err, errs.NotFound) {
		return errs.New(errs.Unavailable, "index-database-unknown", "the index database %s, which documents of this type go to, is not set up", t.Database).Because(err)
	}
	return err
}

// kindOf is a type of an organisation.
type kindOf struct {
	org cinnabar.OrgID
	id  string
}

// truth pages through what an index database ought to hold of some types: every document that has a file.
func (s *Service) truth(ctx context.Context, kinds []kindOf, after mirror.Key, limit int) ([]mirror.Row, error) {
	if len(kinds) == 0 {
		return nil, nil
	}
	w := &conditions{}
	var either []string
	for _, k := range kinds {
		either = append(either, fmt.Sprintf("(e.org = %s AND e.type = %s)", w.Arg(string(k.org)), w.Arg(k.id)))
	}
	number, org := "e.number"+s.DB.Dialect().ByBytes(), "e.org"+s.DB.Dialect().ByBytes()
	w.And("(%s)", strings.Join(either, " OR "))
	w.And("e.number <> '' AND e.digest <> ''")
	last := w.Arg(after.Number)
	w.And("%s >= %s AND (%s > %s OR %s > %s)", number, last, number, last, org, w.Arg(after.Org))
	rows, err := s.DB.Query(ctx, `SELECT `+entryColumns+` FROM edoc e WHERE `+w.String()+` ORDER BY `+number+`, `+org+` LIMIT `+w.Arg(limit), w.Args...)
	return db.Collect(rows, err, func(rows db.Rows) (mirror.Row, error) {
		e, err := scanEntry(rows)
		return e.mirrored(), err
	})
}
