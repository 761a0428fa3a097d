package edocument

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"cinnabar/internal/capability/mirror"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Databases are the index databases that types of documents name, each with the rows that it ought to hold
// (DOC-4, DOC-5). The main database is not among them.
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
	out := map[string]mirror.Truth{}
	for name, kinds := range of {
		out[name] = func(ctx context.Context, after mirror.Key, limit int) ([]mirror.Row, error) {
			return s.truth(ctx, kinds, after, limit)
		}
	}
	return out, nil
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
