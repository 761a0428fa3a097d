package document

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// NewDocument is a document with its first version. Its number must be reserved.
type NewDocument struct {
	Org    cinnabar.OrgID
	Kind   string
	Number string
	Case   cinnabar.CaseID
	Title  string
	File   Version // State empty: Draft
	// EffectiveAt is since when a document that comes in as effective is in force; zero: now.
	EffectiveAt time.Time
}

// Create enters a document; its number is used from then on.
func (s *Service) Create(ctx context.Context, tx db.Tx, n NewDocument) (Document, error) {
	if err := n.File.check(); err != nil {
		return Document{}, err
	}
	if n.File.State == "" {
		n.File.State = Draft
	}
	token, err := reservedToken(ctx, tx, n.Org, n.Kind, n.Number)
	if err != nil {
		return Document{}, err
	}
	if err := s.settleNumber(ctx, tx, n.Org, n.Number, "used", ""); err != nil {
		return Document{}, err
	}
	now := s.Clock.Now()
	d := Document{
		ID: cinnabar.NewID[cinnabar.DocID]("doc"), Org: n.Org, Kind: n.Kind, Number: n.Number, Case: n.Case, Title: n.Title,
		State: n.File.State, Version: 1, Generation: 1, Digest: n.File.Digest, Token: token, CreatedAt: now,
	}
	if d.State == Effective {
		if d.EffectiveAt = n.EffectiveAt; d.EffectiveAt.IsZero() {
			d.EffectiveAt = now
		}
	}
	if err := insertDocument(ctx, tx, d); err != nil {
		return Document{}, err
	}
	v := n.File
	v.Number, v.Generation, v.CreatedAt = 1, 1, now
	return d, insertVersion(ctx, tx, d.ID, v)
}

func (v Version) check() error {
	if v.File == "" || v.Digest.IsZero() || v.Size < 1 || v.Pages < 1 {
		return errors.New("document: a version needs a file, a digest, a size and pages")
	}
	return nil
}

// Replace makes v the current version, if from still is (compare and swap): errs.Stale otherwise. v.State
// is the document's new state; Draft makes the document anew and ends all earlier versions.
func (s *Service) Replace(ctx context.Context, tx db.Tx, id cinnabar.DocID, from cinnabar.Digest, v Version) (Document, error) {
	if err := v.check(); err != nil {
		return Document{}, err
	}
	d, err := lockDocument(ctx, tx, id)
	if err != nil {
		return d, err
	}
	if d.Digest != from {
		return d, errs.New(errs.Stale, "stale", "the document was changed meanwhile; look at it again")
	}
	anew := v.State == Draft
	if err := s.enter(&d, v.State, v.Reason); err != nil {
		return d, err
	}
	if anew {
		d.Generation++
	}
	d.Version++
	d.Digest = v.Digest
	v.Number, v.Generation, v.CreatedAt = d.Version, d.Generation, s.Clock.Now()
	if err := insertVersion(ctx, tx, id, v); err != nil {
		return d, err
	}
	return d, updateDocument(ctx, tx, d)
}

// enter moves the document to a state that may follow.
func (s *Service) enter(d *Document, to State, reason string) error {
	if to != d.State && !slices.Contains(d.State.next(), to) {
		return errs.New(errs.Conflict, "document-state", "a document that is %s cannot become %s", string(d.State), string(to)).
			With("state", string(d.State))
	}
	if to == Effective && d.State != Effective {
		d.EffectiveAt = s.Clock.Now()
	}
	if to != d.State {
		d.State, d.Reason, d.StateAt = to, reason, s.Clock.Now()
	}
	return nil
}

// SetTitle names a document that was made anew.
func (s *Service) SetTitle(ctx context.Context, tx db.Tx, id cinnabar.DocID, title string) error {
	return s.change(ctx, tx, id, func(d *Document) error {
		d.Title = title
		return nil
	})
}

// SetExpiry says until when the document is in force; the zero time means without end.
func (s *Service) SetExpiry(ctx context.Context, tx db.Tx, id cinnabar.DocID, until time.Time) error {
	return s.change(ctx, tx, id, func(d *Document) error {
		d.ExpiresAt = until
		return nil
	})
}

// SetState changes a document's state without a new version.
func (s *Service) SetState(ctx context.Context, tx db.Tx, id cinnabar.DocID, to State, reason string) error {
	if to == Draft {
		return errors.New("document: only a new version makes a document anew")
	}
	return s.change(ctx, tx, id, func(d *Document) error { return s.enter(d, to, reason) })
}

// Void declares a document void (作废); from then on every version verifies as voided (PLT-23).
func (s *Service) Void(ctx context.Context, tx db.Tx, id cinnabar.DocID, reason string) error {
	if strings.TrimSpace(reason) == "" {
		return errs.Wrong(errs.Field{Pointer: "/reason", Code: "missing"})
	}
	return s.SetState(ctx, tx, id, Voided, reason)
}

// Supersede ends a document that another one in force takes the place of (renewal, 补充协议).
func (s *Service) Supersede(ctx context.Context, tx db.Tx, id, by cinnabar.DocID, reason string) error {
	if _, err := getDocument(ctx, tx, by); err != nil {
		return err
	}
	return s.change(ctx, tx, id, func(d *Document) error {
		d.Successor = by
		return s.enter(d, Superseded, reason)
	})
}

func (s *Service) change(ctx context.Context, tx db.Tx, id cinnabar.DocID, f func(*Document) error) error {
	d, err := lockDocument(ctx, tx, id)
	if err != nil {
		return err
	}
	if err := f(&d); err != nil {
		return err
	}
	return updateDocument(ctx, tx, d)
}

// timeIsOver is why a document expired.
const timeIsOver = "its time is over"

// Expire marks up to limit documents whose time is over and returns them.
func (s *Service) Expire(ctx context.Context, tx db.Tx, limit int) ([]cinnabar.DocID, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM document WHERE state = 'effective' AND expires_at > 0 AND expires_at <= $1
		ORDER BY expires_at LIMIT $2`+tx.Dialect().SkipLocked(), db.Millis(s.Clock.Now()), limit)
	ids, err := db.Collect(rows, err, func(r db.Rows) (id cinnabar.DocID, err error) { return id, r.Scan(&id) })
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if err := s.SetState(ctx, tx, id, Expired, timeIsOver); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// Get returns a document.
func (s *Service) Get(ctx context.Context, id cinnabar.DocID) (Document, error) {
	return getDocument(ctx, s.DB, id)
}

// NumbersOf are the numbers of documents, by id.
func (s *Service) NumbersOf(ctx context.Context, ids []cinnabar.DocID) (map[cinnabar.DocID]string, error) {
	out := map[cinnabar.DocID]string{}
	ids = slices.DeleteFunc(slices.Clone(ids), func(id cinnabar.DocID) bool { return id == "" })
	if len(ids) == 0 {
		return out, nil
	}
	q := &db.Query{}
	rows, err := s.DB.Query(ctx, `SELECT id, number FROM document WHERE id IN `+db.In(q.Arg, ids), q.Args...)
	_, err = db.Collect(rows, err, func(r db.Rows) (id cinnabar.DocID, err error) {
		var number string
		err = r.Scan(&id, &number)
		out[id] = number
		return id, err
	})
	return out, err
}

// OfCase lists a case's documents, oldest first.
func (s *Service) OfCase(ctx context.Context, r db.Reader, c cinnabar.CaseID) ([]Document, error) {
	rows, err := r.Query(ctx, `SELECT `+documentColumns+` FROM document WHERE case_id = $1 ORDER BY created_at, id`, string(c))
	return db.Collect(rows, err, scanDocumentRow)
}

// Versions lists all versions of a document, oldest first.
func (s *Service) Versions(ctx context.Context, id cinnabar.DocID) ([]Version, error) {
	rows, err := s.DB.Query(ctx, `SELECT `+versionColumns+` FROM document_version WHERE doc_id = $1 ORDER BY version`, string(id))
	return db.Collect(rows, err, func(r db.Rows) (Version, error) { return scanVersion(r) })
}

// Current returns the current version.
func (s *Service) Current(ctx context.Context, r db.Reader, id cinnabar.DocID) (Version, error) {
	v, err := scanVersion(r.QueryRow(ctx, `SELECT `+versionColumns+` FROM document_version WHERE doc_id = $1 ORDER BY version DESC LIMIT 1`, string(id)))
	if errors.Is(err, db.ErrNoRows) {
		return v, notFound()
	}
	return v, err
}

// Filter selects documents of an organisation's archive. Zero fields do not restrict.
type Filter struct {
	Org           cinnabar.OrgID
	Kind          string
	State         State
	NumberPrefix  string
	EffectiveFrom time.Time
	EffectiveTo   time.Time
	ExpiresBefore time.Time // those in force that expire before; for reminders
	After         string    // cursor: Next of the page before
	Limit         int       // 0: 50; at most 1000
}

// Page is part of a list.
type Page struct {
	Items []Document
	Next  string // "" at the end
}

// List returns documents, newest first.
func (s *Service) List(ctx context.Context, f Filter) (Page, error) {
	f.Limit = min(max(f.Limit, 0), 1000)
	if f.Limit == 0 {
		f.Limit = 50
	}
	query, args, err := f.query()
	if err != nil {
		return Page{}, err
	}
	rows, err := s.DB.Query(ctx, query, args...)
	docs, err := db.Collect(rows, err, scanDocumentRow)
	if err != nil || len(docs) <= f.Limit {
		return Page{Items: docs}, err
	}
	docs = docs[:f.Limit]
	return Page{Items: docs, Next: cursorOf(docs[len(docs)-1])}, nil
}
