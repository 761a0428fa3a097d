package app

import (
	"context"
	"maps"
	"slices"

	"cinnabar/internal/capability/mirror"
	"cinnabar/internal/platform/errs"
)

// DocumentFinding is one disagreement between the file servers, the main database and the index databases.
type DocumentFinding struct {
	Side     string `json:"side"` // "main database", or the name of a file server or index database
	Where    string `json:"where"`
	What     string `json:"what"`
	Repaired bool   `json:"repaired"`
	Detail   string `json:"detail,omitempty"`
}

const mainDatabase = "main database"

// CheckDocuments compares all three sides of documents, reading every file again, and repairs what it can
// when it is told to (DOC-5). It can run beside everything else.
func (a *App) CheckDocuments(ctx context.Context, repair bool) ([]DocumentFinding, error) {
	out := []DocumentFinding{}
	files, err := a.Depot.Check(ctx, repair)
	for _, f := range files {
		out = append(out, DocumentFinding{"file server " + f.Store, f.Path, f.Problem, f.Repaired, f.Detail})
	}
	if err != nil {
		return out, err
	}
	faults, err := a.EDocuments.Audit(ctx)
	for _, f := range faults {
		out = append(out, DocumentFinding{Side: mainDatabase, Where: f.Where, What: f.What})
	}
	if err != nil {
		return out, err
	}
	databases, err := a.EDocuments.Databases(ctx)
	for _, name := range slices.Sorted(maps.Keys(databases)) {
		if err != nil {
			return out, err
		}
		var found []DocumentFinding
		found, err = a.checkIndex(ctx, name, databases[name], repair)
		out = append(out, found...)
	}
	return out, err
}

// checkIndex compares an index database; one that does not answer is a finding.
func (a *App) checkIndex(ctx context.Context, name string, truth mirror.Truth, repair bool) (out []DocumentFinding, err error) {
	side := "index database " + name
	found, err := a.Mirror.Check(ctx, name, truth, repair)
	for _, f := range found {
		out = append(out, DocumentFinding{Side: side, Where: where(f), What: f.What, Repaired: f.Repaired})
	}
	if e := errs.As(err); err != nil && (e.Kind == errs.Unavailable || e.Kind == errs.NotFound) {
		return append(out, DocumentFinding{Side: side, What: e.Code, Detail: e.Detail}), nil
	}
	return out, err
}

// where names a row of an index database.
func where(f mirror.Finding) string {
	if f.Number == "" {
		return ""
	}
	return f.Number + " of " + f.Org
}

// checkDocuments is the part of Check; it repairs nothing.
func (a *App) checkDocuments(ctx context.Context) ([]Finding, error) {
	found, err := a.CheckDocuments(ctx, false)
	var out []Finding
	for _, f := range found {
		out = append(out, Finding{"documents", f.Side + ": " + f.Where, f.What})
	}
	return out, err
}
