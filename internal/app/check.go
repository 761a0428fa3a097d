package app

import (
	"context"
	"fmt"
	"strings"

	"cinnabar/internal/capability/evidence"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/procedure"
)

// Finding is something that an audit found wrong.
type Finding struct {
	Audit string `json:"audit"` // timeline, log, files, documents, schema
	Where string `json:"where"`
	What  string `json:"what"`
}

// Check runs every audit and returns all that is wrong. It takes what waits into the evidence log first.
func (a *App) Check(ctx context.Context) ([]Finding, error) {
	if err := a.Evidence.Flush(ctx); err != nil {
		return nil, fmt.Errorf("evidence log: %w", err)
	}
	out := []Finding{}
	for _, audit := range []func(context.Context) ([]Finding, error){a.checkTimelines, a.checkLog, a.checkFiles, a.checkDocuments, a.checkSchema} {
		found, err := audit(ctx)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

func (a *App) checkTimelines(ctx context.Context) ([]Finding, error) {
	faults, err := a.Engine.CheckTimelines(ctx)
	var out []Finding
	for _, f := range faults {
		out = append(out, Finding{"timeline", f.Where, f.What})
	}
	return out, err
}

func (a *App) checkLog(ctx context.Context) ([]Finding, error) {
	report, err := a.Evidence.Check(ctx, timelines{a})
	if err != nil {
		return nil, fmt.Errorf("evidence log: %w", err)
	}
	var out []Finding
	for _, f := range report.Findings {
		if f.What != evidence.RolledBack {
			kind := "case"
			if strings.HasPrefix(string(f.Case), sealPrefix) {
				kind = "seal"
			}
			out = append(out, Finding{"log", fmt.Sprintf("%s %s entry %d leaf %d", kind, f.Case, f.Seq, f.Index), f.What + " " + f.Detail})
		}
	}
	return out, nil
}

// sealPrefix is how the ids of seals begin.
const sealPrefix = "seal_"

// timelines are what the evidence log protects, with hashes recomputed from the rows: those of the cases, and the
// logs of the seals.
type timelines struct{ a *App }

func (t timelines) Each(ctx context.Context, f func(evidence.Leaf) error) error {
	err := t.a.Engine.EachHead(ctx, func(h procedure.Head) error {
		return f(evidence.Leaf{Case: h.Case, Seq: h.Seq, Hash: h.Hash})
	})
	if err != nil {
		return err
	}
	seals, err := t.a.Seals.IDs(ctx)
	if err != nil {
		return err
	}
	for _, id := range seals {
		if err := t.sealLog(ctx, id, f); err != nil {
			return err
		}
	}
	return nil
}

// sealLog begins where the evidence log does: lines of older releases were not handed to it. Lines are numbered
// without a gap, so that none can be slipped in before.
func (t timelines) sealLog(ctx context.Context, id cinnabar.SealID, f func(evidence.Leaf) error) error {
	first, err := t.a.Evidence.First(ctx, cinnabar.CaseID(id))
	if err != nil || first == 0 {
		return err
	}
	return t.a.Seals.EachLine(ctx, id, first, func(seq int64, line cinnabar.Digest) error {
		return f(evidence.Leaf{Case: cinnabar.CaseID(id), Seq: seq, Hash: line})
	})
}

func (a *App) checkFiles(ctx context.Context) ([]Finding, error) {
	found, err := a.Files.Check(ctx)
	var out []Finding
	for _, f := range found {
		out = append(out, Finding{"files", f.Digest.String(), f.String()})
	}
	return out, err
}

// checkSchema has the database check itself, and looks for references that no constraint covers.
func (a *App) checkSchema(ctx context.Context) ([]Finding, error) {
	var out []Finding
	if a.DB.Dialect() == db.SQLite {
		var verdict string
		if err := a.DB.QueryRow(ctx, `PRAGMA integrity_check`).Scan(&verdict); err != nil {
			return nil, fmt.Errorf("integrity check: %w", err)
		}
		if verdict != "ok" {
			out = append(out, Finding{"schema", "database file", verdict})
		}
	}
	for what, query := range map[string]string{
		"a document version names a file that is not there": `SELECT v.file_id FROM document_version v WHERE NOT EXISTS (SELECT 1 FROM file f WHERE f.id = v.file_id)`,
		"a document belongs to a case that is not there":    `SELECT d.id FROM document d WHERE d.case_id <> '' AND NOT EXISTS (SELECT 1 FROM bcase b WHERE b.id = d.case_id)`,
		"a case without a grant can be seen by nobody":      `SELECT b.number FROM bcase b WHERE NOT EXISTS (SELECT 1 FROM case_grant g WHERE g.case_id = b.id)`,
	} {
		rows, err := a.DB.Query(ctx, query)
		ids, err := db.Collect(rows, err, func(rows db.Rows) (id string, err error) { return id, rows.Scan(&id) })
		if err != nil {
			return nil, fmt.Errorf("schema: %w", err)
		}
		for _, id := range ids {
			out = append(out, Finding{"schema", id, what})
		}
	}
	return out, nil
}
