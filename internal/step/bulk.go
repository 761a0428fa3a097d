package step

import (
	"context"
	"sync"

	"cinnabar/internal/capability/document"
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/capability/signing"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/procedure"
)

// Sealing says how a document is sealed by one person.
type Sealing struct {
	Seal     cinnabar.SealID
	Org      cinnabar.OrgID // whose seal it must be
	Kinds    []seal.Kind    // of which one it must be
	Field    string         // of the document
	Password string         // or else
	Batch    string         // the bulk sealing for which the seal is open
	// Place is another than the field's, on a document that nobody has signed, in points from the lower left corner of
	// the page as it is shown; nil: the field's.
	Place *pades.Field
}

// SealPaper seals the case's document. Errors: a procedure.Refusal for a wrong password, Conflict when the
// seal is not open for the batch.
func SealPaper(ctx context.Context, d Deps, r *procedure.Request, how Sealing) (*Sealed, error) {
	s := &steps{d}
	was, err := s.current(ctx, r.Case)
	if err != nil {
		return nil, err
	}
	if how.Place != nil {
		if how.Place, err = laid(ctx, was.data, *how.Place); err != nil {
			return nil, err
		}
	}
	v, err := s.unlocked(ctx, r, was, how)
	if err != nil {
		return nil, err
	}
	if v.Paper, err = s.sealAt(ctx, was, v.taken[0], how); err != nil {
		v.Discard()
		return nil, err
	}
	return v, nil
}

// unlocked opens the seal by the password, or takes it from those that are open for a batch, if it fits.
func (s *steps) unlocked(ctx context.Context, r *procedure.Request, was *opened, how Sealing) (*Sealed, error) {
	code, err := s.sealFault(ctx, s.DB, how.Seal, how.Org, how.Kinds)
	if err != nil {
		return nil, err
	}
	if code != "" {
		return nil, errs.Wrong(errs.Field{Pointer: "/seal", Code: code})
	}
	if how.Batch != "" {
		u := s.Bulk.get(how.Batch)
		if u == nil || !u.Open() || u.Seal.ID != how.Seal || u.Person != r.Actor.Person {
			return nil, errSealClosed
		}
		return &Sealed{was: was, taken: []*seal.Unlocked{u}, bulk: true}, nil
	}
	if how.Password == "" {
		return nil, errs.Wrong(errs.Field{Pointer: "/password", Code: "missing"})
	}
	purpose := seal.Purpose{Case: r.ID, Template: TemplateOf(r.Case), Digests: []cinnabar.Digest{was.doc.Digest}}
	if _, err := s.Seals.Unlock(ctx, how.Seal, r.Actor.Person, how.Password, purpose); err != nil {
		return nil, refusal(err, "/password")
	}
	taken, err := s.Seals.Take(purpose, how.Seal)
	if err != nil {
		return nil, err
	}
	return &Sealed{was: was, taken: taken}, nil
}

// laid is a place in the coordinates of its page. One whose middle is on no page is refused: a seal there would hold
// and not be seen.
func laid(ctx context.Context, data []byte, f pades.Field) (*pades.Field, error) {
	d, err := pdf.Open(ctx, data, pdf.Limits{})
	if err != nil {
		return nil, err
	}
	pages, err := d.Pages()
	if err != nil {
		return nil, err
	}
	if f.Page < len(pages) {
		width, height := pages[f.Page].Shown()
		if x, y := (f.Rect[0]+f.Rect[2])/2, (f.Rect[1]+f.Rect[3])/2; x >= 0 && x <= width && y >= 0 && y <= height {
			f.Rect = pages[f.Page].FromShown(f.Rect)
			return &f, nil
		}
	}
	return nil, errs.Wrong(errs.Field{Pointer: "/place", Code: "out-of-range"})
}

func (s *steps) sealAt(ctx context.Context, was *opened, u *seal.Unlocked, how Sealing) (*Paper, error) {
	data := was.data
	if how.Place != nil {
		place := *how.Place
		how.Field += "-moved"
		place.Name = how.Field
		var err error
		if data, err = pades.Prepare(ctx, data, []pades.Field{place}); err != nil {
			return nil, err
		}
	}
	st, err := s.stamp(ctx, u, was.doc.Digest, how.Field)
	if err != nil {
		return nil, err
	}
	if data, err = s.Signing.Apply(ctx, data, []signing.Stamp{st}); err != nil {
		return nil, err
	}
	return s.put(ctx, data, was.version.Pages)
}

// Publish makes the sealed paper the document's version and writes every use on the seals' logs.
func (v *Sealed) Publish(ctx context.Context, tx db.Tx, d Deps, c *procedure.Change, to document.State) error {
	return (&steps{d}).publish(ctx, tx, c, v, to)
}

// errSealClosed: the process that knew the key has ended, or the time is over.
var errSealClosed = errs.New(errs.Conflict, "seal-closed", "the seal must be unlocked again for this batch")

// Bulk keeps seals that were unlocked for many documents (PLT-24): in this process's memory, for a quarter
// of an hour at most. The zero value is empty.
type Bulk struct {
	mu   sync.Mutex
	open map[string]*seal.Unlocked
}

func (b *Bulk) keep(name string, u *seal.Unlocked) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open == nil {
		b.open = map[string]*seal.Unlocked{}
	}
	if old := b.open[name]; old != nil {
		old.Close()
	}
	b.open[name] = u
}

func (b *Bulk) get(name string) *seal.Unlocked {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.open[name]
}

func (b *Bulk) drop(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if u := b.open[name]; u != nil {
		u.Close()
	}
	delete(b.open, name)
}
