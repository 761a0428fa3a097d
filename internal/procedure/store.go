package procedure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

func isErased(err error) bool { return errors.Is(err, errs.NotFound) }

// load reads a whole case. lock is the dialect's clause to lock its row, or "".
func (e *Engine) load(ctx context.Context, r db.Reader, id cinnabar.CaseID, lock string) (*Case, error) {
	c := &Case{ID: id}
	var digest, state, facts string
	var created, updated, entered, due int64
	err := r.QueryRow(ctx, `SELECT number, definition, operator, state, version, title, facts, assignee, origin, created_at, updated_at, entered_at, due_at
		FROM bcase WHERE id = $1`+lock, string(id)).
		Scan(&c.Number, &digest, &c.Operator, &state, &c.Version, &c.Title, &facts, &c.Assignee, &c.Origin, &created, &updated, &entered, &due)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read case: %w", err)
	}
	c.Created, c.Updated, c.Entered, c.Due = db.Time(created), db.Time(updated), db.Time(entered), db.Time(due)
	if err := json.Unmarshal([]byte(facts), &c.Facts); err != nil {
		return nil, fmt.Errorf("facts of case %s: %w", c.Number, err)
	}
	if c.Definition, err = e.definition(ctx, r, digest); err != nil {
		return nil, err
	}
	if c.State = c.Definition.State(state); c.State == nil {
		return nil, fmt.Errorf("case %s is in state %q, which its definition does not have", c.Number, state)
	}
	if c.Sections, err = e.loadSections(ctx, r, id); err != nil {
		return nil, err
	}
	if c.Materials, err = loadMaterials(ctx, r, id); err != nil {
		return nil, err
	}
	c.Grants, err = loadGrants(ctx, r, id)
	return c, err
}

// loadSections leaves out sections that were erased.
func (e *Engine) loadSections(ctx context.Context, r db.Reader, id cinnabar.CaseID) (map[string]*SectionData, error) {
	type sealedSection struct {
		SectionData
		sealed [3][]byte
	}
	rows, err := r.Query(ctx, `SELECT section, revision, draft, submitted, former, updated_at FROM case_section WHERE case_id = $1`, string(id))
	list, err := db.Collect(rows, err, func(rows db.Rows) (s sealedSection, err error) {
		var updated int64
		err = rows.Scan(&s.ID, &s.Revision, &s.sealed[0], &s.sealed[1], &s.sealed[2], &updated)
		s.Updated = db.Time(updated)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("read sections: %w", err)
	}
	out := map[string]*SectionData{}
	for i := range list {
		s := &list[i]
		for j, into := range []*map[string]any{&s.Draft, &s.Submitted, &s.Former} {
			if err := e.openData(ctx, r, id, s.ID, s.sealed[j], into); err != nil {
				return nil, err
			}
		}
		out[s.ID] = &s.SectionData
	}
	return out, nil
}

func sectionPlace(id cinnabar.CaseID, section string) string {
	return fmt.Sprintf("case_section.data/%s/%s", id, section)
}

func (e *Engine) openData(ctx context.Context, r db.Reader, id cinnabar.CaseID, section string, sealed []byte, into *map[string]any) error {
	if sealed == nil {
		return nil
	}
	plain, err := e.vault.Open(ctx, r, subject(id), sectionPlace(id, section), sealed)
	if isErased(err) {
		return nil
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, into)
}

func (e *Engine) sealData(ctx context.Context, tx db.Tx, id cinnabar.CaseID, section string, data map[string]any) ([]byte, error) {
	if data == nil {
		return nil, nil
	}
	plain, err := json.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("section %s: %w", section, err)
	}
	return e.vault.Seal(ctx, tx, subject(id), sectionPlace(id, section), plain)
}

// saveSection writes a section at its next revision; 0 rows mean that somebody was faster.
func (e *Engine) saveSection(ctx context.Context, tx db.Tx, id cinnabar.CaseID, s *SectionData) error {
	var sealed [3][]byte
	for i, data := range []map[string]any{s.Draft, s.Submitted, s.Former} {
		var err error
		if sealed[i], err = e.sealData(ctx, tx, id, s.ID, data); err != nil {
			return err
		}
	}
	n, err := tx.Exec(ctx, `INSERT INTO case_section (case_id, section, revision, draft, submitted, former, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (case_id, section) DO UPDATE SET revision = excluded.revision, draft = excluded.draft,
		submitted = excluded.submitted, former = excluded.former, updated_at = excluded.updated_at
		WHERE case_section.revision = excluded.revision - 1`,
		string(id), s.ID, s.Revision+1, sealed[0], sealed[1], sealed[2], db.Millis(e.clock.Now()))
	if err != nil {
		return fmt.Errorf("save section %s: %w", s.ID, err)
	}
	if n == 0 {
		return errStale
	}
	s.Revision++
	return nil
}

func loadMaterials(ctx context.Context, r db.Reader, id cinnabar.CaseID) ([]*Material, error) {
	rows, err := r.Query(ctx, `SELECT spec, revision, files, former, verdict, reason, changed FROM case_material WHERE case_id = $1 ORDER BY position`, string(id))
	out, err := db.Collect(rows, err, func(rows db.Rows) (*Material, error) {
		var m Material
		var spec, files, former string
		var changed int
		if err := rows.Scan(&spec, &m.Revision, &files, &former, &m.Verdict, &m.Reason, &changed); err != nil {
			return nil, err
		}
		m.Changed = changed == 1
		return &m, errors.Join(json.Unmarshal([]byte(spec), &m.MaterialSpec), json.Unmarshal([]byte(files), &m.Files), json.Unmarshal([]byte(former), &m.Former))
	})
	if err != nil {
		return nil, fmt.Errorf("read materials: %w", err)
	}
	return out, nil
}

func saveMaterial(ctx context.Context, tx db.Tx, id cinnabar.CaseID, m *Material, position int) error {
	spec, err := json.Marshal(m.MaterialSpec)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO case_material (case_id, name, position, spec, section, required, revision, files, former, verdict, reason, changed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (case_id, name) DO UPDATE SET position = excluded.position, spec = excluded.spec, required = excluded.required,
		revision = excluded.revision, files = excluded.files, former = excluded.former,
		verdict = excluded.verdict, reason = excluded.reason, changed = excluded.changed`,
		string(id), m.Name, position, string(spec), m.Section, flag(m.Required), m.Revision,
		fileList(m.Files), fileList(m.Former), string(m.Verdict), m.Reason, flag(m.Changed))
	if err != nil {
		return fmt.Errorf("save material %s: %w", m.Name, err)
	}
	return nil
}

func fileList(ids []cinnabar.FileID) string {
	if len(ids) == 0 {
		return "[]"
	}
	b, _ := json.Marshal(ids) // strings always marshal
	return string(b)
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

func loadGrants(ctx context.Context, r db.Reader, id cinnabar.CaseID) ([]Grant, error) {
	rows, err := r.Query(ctx, `SELECT role, holder, until FROM case_grant WHERE case_id = $1 ORDER BY role, holder`, string(id))
	out, err := db.Collect(rows, err, func(rows db.Rows) (g Grant, err error) {
		var until int64
		err = rows.Scan(&g.Role, &g.Holder, &until)
		g.Until = db.Time(until)
		return g, err
	})
	if err != nil {
		return nil, fmt.Errorf("read grants: %w", err)
	}
	return out, nil
}

func saveGrant(ctx context.Context, tx db.Tx, id cinnabar.CaseID, g Grant) error {
	_, err := tx.Exec(ctx, `INSERT INTO case_grant (case_id, role, holder, until) VALUES ($1, $2, $3, $4)
		ON CONFLICT (case_id, role, holder) DO UPDATE SET until = excluded.until`,
		string(id), g.Role, string(g.Holder), db.Millis(g.Until))
	if err != nil {
		return fmt.Errorf("save grant: %w", err)
	}
	return nil
}

type party struct{ role, mark string }

func parties(ctx context.Context, r db.Reader, id cinnabar.CaseID) ([]party, error) {
	rows, err := r.Query(ctx, `SELECT role, mark FROM case_party WHERE case_id = $1`, string(id))
	return db.Collect(rows, err, func(rows db.Rows) (p party, err error) {
		return p, rows.Scan(&p.role, &p.mark)
	})
}

func saveParty(ctx context.Context, tx db.Tx, id cinnabar.CaseID, role, mark string) error {
	_, err := tx.Exec(ctx, `INSERT INTO case_party (case_id, role, mark) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, string(id), role, mark)
	return err
}

func dropParty(ctx context.Context, tx db.Tx, id cinnabar.CaseID, role, mark string) error {
	_, err := tx.Exec(ctx, `DELETE FROM case_party WHERE case_id = $1 AND role = $2 AND mark = $3`, string(id), role, mark)
	return err
}

// MoveMark puts one mark in the place of another in every case, and reports in how many: whoever is a party by a mobile
// number stays one, and stays apart from who may not be, when the number changes.
func (e *Engine) MoveMark(ctx context.Context, tx db.Tx, from, to string) (int64, error) {
	_, err := tx.Exec(ctx, `INSERT INTO case_party (case_id, role, mark) SELECT case_id, role, $2 FROM case_party WHERE mark = $1
		ON CONFLICT DO NOTHING`, from, to)
	if err != nil {
		return 0, fmt.Errorf("move a mark: %w", err)
	}
	return tx.Exec(ctx, `DELETE FROM case_party WHERE mark = $1`, from)
}

func headOf(ctx context.Context, r db.Reader, id cinnabar.CaseID, seq int64) (head cinnabar.Digest, err error) {
	if seq == 0 {
		return head, nil
	}
	var b []byte
	if err := r.QueryRow(ctx, `SELECT hash FROM case_event WHERE case_id = $1 AND seq = $2`, string(id), seq).Scan(&b); err != nil {
		return head, fmt.Errorf("head of the timeline at %d: %w", seq, err)
	}
	copy(head[:], b)
	return head, nil
}

func insertEvent(ctx context.Context, tx db.Tx, r *row, sealed []byte) error {
	_, err := tx.Exec(ctx, `INSERT INTO case_event (case_id, seq, at, kind, outcome, actor_kind, role, actor_org, detail, personal, commitment, hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		string(r.caseID), r.Seq, r.At.UnixMilli(), r.Kind, r.Outcome, string(r.ActorKind), r.Role, string(r.Org), string(r.Detail),
		sealed, r.commitment[:], r.Hash[:])
	if err != nil {
		return fmt.Errorf("write timeline: %w", err)
	}
	return nil
}

func events(ctx context.Context, r db.Reader, id cinnabar.CaseID, after int64) (out []row, sealed [][]byte, err error) {
	rows, err := r.Query(ctx, `SELECT seq, at, kind, outcome, actor_kind, role, actor_org, detail, personal, commitment, hash
		FROM case_event WHERE case_id = $1 AND seq > $2 ORDER BY seq`, string(id), after)
	out, err = db.Collect(rows, err, func(rows db.Rows) (v row, err error) {
		var at int64
		var detail string
		var personal, commitment, hash []byte
		err = rows.Scan(&v.Seq, &at, &v.Kind, &v.Outcome, &v.ActorKind, &v.Role, &v.Org, &detail, &personal, &commitment, &hash)
		v.caseID, v.At, v.Detail = id, time.UnixMilli(at).UTC(), json.RawMessage(detail)
		copy(v.commitment[:], commitment)
		copy(v.Hash[:], hash)
		sealed = append(sealed, personal)
		return v, err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read timeline: %w", err)
	}
	return out, sealed, nil
}

type caseHead struct {
	id      cinnabar.CaseID
	number  string
	version int64
}

func allCases(ctx context.Context, r db.Reader) ([]caseHead, error) {
	rows, err := r.Query(ctx, `SELECT id, number, version FROM bcase ORDER BY number`)
	return db.Collect(rows, err, func(rows db.Rows) (c caseHead, err error) {
		return c, rows.Scan(&c.id, &c.number, &c.version)
	})
}
