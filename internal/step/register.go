package step

import (
	"context"

	"cinnabar/internal/capability/document"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/procedure"
)

// ReserveNumber is for the Open of a step that makes the case's document: it reserves the number, which is
// printed. A number that an earlier try left is voided, with why it was not used, so that every number is
// accounted for. A document that is made anew keeps its number.
func ReserveNumber(ctx context.Context, tx db.Tx, d Deps, r *procedure.Request, kind, why string) error {
	if r.Facts.Text(FactDocument) != "" {
		return nil
	}
	if err := d.Documents.VoidReserved(ctx, tx, r.ID, why); err != nil {
		return err
	}
	number, err := d.Documents.Reserve(ctx, tx, r.Operator, kind, r.ID)
	r.Opened = number
	return err
}

// ReservedNumber is for the Prepare after it: the number that was reserved, or that of the document that is
// made anew.
func ReservedNumber(ctx context.Context, d Deps, r *procedure.Request) (document.Reservation, error) {
	if number, ok := r.Opened.(document.Reservation); ok {
		return number, nil
	}
	doc, err := d.Documents.Get(ctx, cinnabar.DocID(r.Facts.Text(FactDocument)))
	return document.Reservation{Number: doc.Number, Token: doc.Token}, err
}

// EnterPaper is for its Apply: it puts the paper into the register as the case's document, or anew in the place
// of the former one, which stays as superseded. It wants the kind, number and title.
func EnterPaper(ctx context.Context, tx db.Tx, d Deps, c *procedure.Change, p *Paper, n document.NewDocument) (cinnabar.DocID, error) {
	v, err := p.Version(ctx, tx, d, c, n.Number, document.Draft)
	if err != nil {
		return "", err
	}
	id := cinnabar.DocID(c.Facts.Text(FactDocument))
	if id != "" {
		was, err := d.Documents.Current(ctx, tx, id)
		if err != nil {
			return "", err
		}
		if _, err = d.Documents.Replace(ctx, tx, id, was.Digest, v); err != nil {
			return id, err
		}
		return id, d.Documents.SetTitle(ctx, tx, id, n.Title)
	}
	n.Org, n.Case, n.File = c.Operator, c.ID, v
	made, err := d.Documents.Create(ctx, tx, n)
	if err != nil {
		return "", err
	}
	return made.ID, c.Remember(FactDocument, made.ID)
}
