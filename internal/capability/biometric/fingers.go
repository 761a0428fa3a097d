package biometric

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"cinnabar/internal/capability/biometric/finger"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

// EnrolledFingers is how many fingers are enrolled.
const EnrolledFingers = 3

// maxPosition is the highest finger position of ISO/IEC 19794-2: 1 is the right thumb, 10 the left little
// finger.
const maxPosition = 10

// Print is a picture of one finger as a reader or a scan gives it.
type Print struct {
	Position int
	Picture  []byte  // 8-bit PNG, TIFF or BMP
	DPI      float64 // where the file does not say; 0: 500
}

// ReadPrint is a print whose template was extracted.
type ReadPrint struct {
	Position int
	Quality  int // 0 to 100, this engine's own measure
	template finger.Template
}

// FingerResult is the outcome of a verification by fingerprint. Liveness is never checked here: that is the
// sensor's task.
type FingerResult struct {
	State     State // Match or NoMatch
	Score     float64
	Threshold float64
	FMR       float64 // the false match rate that the threshold stands for
	Position  int     // of the enrolled finger that came closest
	Model     string
}

// FingerDeps is what Fingers needs.
type FingerDeps struct {
	DB    db.DB
	Clock clock.Clock
	Vault *secret.Vault
	FMR   float64 // which of finger.Thresholds to go by; 0: the strictest
}

// Fingers enrols and verifies fingerprints. Templates are kept sealed, bound to subject, finger and model;
// pictures are not kept.
type Fingers struct {
	FingerDeps
	engine    *finger.Engine
	threshold finger.Threshold
}

// NewFingers makes the built-in fingerprint verification.
func NewFingers(d FingerDeps) (*Fingers, error) {
	if d.DB == nil || d.Clock == nil || d.Vault == nil {
		return nil, errors.New("biometric: database, clock and vault are needed")
	}
	all := finger.Thresholds()
	i := slices.IndexFunc(all, func(t finger.Threshold) bool { return t.FMR == d.FMR })
	if d.FMR == 0 {
		i = len(all) - 1
	}
	if i < 0 {
		return nil, fmt.Errorf("biometric: there is no threshold for a false match rate of %g", d.FMR)
	}
	return &Fingers{d, finger.New(), all[i]}, nil
}

// Read extracts the templates of prints, outside any transaction. A print that cannot be used is
// errs.Invalid with the field /prints/N and the refusal's reason as code.
func (f *Fingers) Read(ctx context.Context, prints []Print) ([]ReadPrint, error) {
	var out []ReadPrint
	var wrong []errs.Field
	for i, p := range prints {
		read, err := f.read(ctx, p)
		var refused *finger.Refusal
		switch {
		case errors.As(err, &refused):
			wrong = append(wrong, errs.Field{Pointer: fmt.Sprintf("/prints/%d", i), Code: string(refused.Reason)})
		case err != nil:
			return nil, err
		}
		out = append(out, read)
	}
	if len(wrong) > 0 {
		return nil, errs.Wrong(wrong...)
	}
	return out, nil
}

func (f *Fingers) read(ctx context.Context, p Print) (ReadPrint, error) {
	picture, err := finger.Decode(p.Picture, p.DPI)
	if err != nil {
		return ReadPrint{}, err
	}
	t, q, err := f.engine.Extract(ctx, picture)
	return ReadPrint{Position: p.Position, Quality: int(q.Score), template: t}, err
}

// Enrol keeps the templates of three different fingers of a person for a purpose (the procedure that allows
// it), in the place of former ones. Whether the person consented is the caller's question.
func (f *Fingers) Enrol(ctx context.Context, tx db.Tx, who cinnabar.PersonID, purpose string, prints []ReadPrint, by cinnabar.PersonID) error {
	if err := differentFingers(prints); err != nil {
		return err
	}
	if err := f.Forget(ctx, tx, who, purpose); err != nil {
		return err
	}
	for _, p := range prints {
		if err := f.keep(ctx, tx, who, purpose, p, by); err != nil {
			return err
		}
	}
	return nil
}

// differentFingers refuses too few fingers, and the same finger under two names.
func differentFingers(prints []ReadPrint) error {
	var wrong []errs.Field
	if len(prints) != EnrolledFingers {
		wrong = append(wrong, errs.Field{Pointer: "/prints", Code: "out-of-range", Params: map[string]any{"want": EnrolledFingers}})
	}
	for i, p := range prints {
		at := fmt.Sprintf("/prints/%d", i)
		if p.Position < 1 || p.Position > maxPosition {
			wrong = append(wrong, errs.Field{Pointer: at, Code: "unknown"})
		}
		for _, earlier := range prints[:i] {
			score, err := finger.Match(p.template, earlier.template)
			if err != nil {
				return err
			}
			if earlier.Position == p.Position || score >= finger.Thresholds()[0].Score {
				wrong = append(wrong, errs.Field{Pointer: at, Code: "duplicate"})
				break
			}
		}
	}
	if len(wrong) > 0 {
		return errs.Wrong(wrong...)
	}
	return nil
}

func (f *Fingers) keep(ctx context.Context, tx db.Tx, who cinnabar.PersonID, purpose string, p ReadPrint, by cinnabar.PersonID) error {
	record, err := p.template.MarshalBinary()
	if err != nil {
		return err
	}
	model := p.template.Model()
	sealed, err := f.Vault.Seal(ctx, tx, subjectOf(who), templatePlace(who, purpose, p.Position, model), record)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO bio_template (id, subject, purpose, position, model, sealed, quality, enrolled_at, enrolled_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, cinnabar.NewID[string]("bio"), string(subjectOf(who)), purpose, p.Position, model,
		sealed, p.Quality, db.Millis(f.Clock.Now()), string(by))
	return err
}

func subjectOf(p cinnabar.PersonID) secret.Subject { return secret.Subject("person/" + p) }

func templatePlace(who cinnabar.PersonID, purpose string, position int, model string) string {
	return fmt.Sprintf("bio_template.sealed/%s/%s/finger/%d/%s", who, purpose, position, model)
}

// Verify compares one print with the enrolled fingers of a person. errs.NotFound, code "not-enrolled", when
// there are none for the purpose and model.
func (f *Fingers) Verify(ctx context.Context, who cinnabar.PersonID, purpose string, print ReadPrint) (*FingerResult, error) {
	enrolled, positions, err := f.enrolled(ctx, who, purpose, print.template.Model())
	if err != nil {
		return nil, err
	}
	if len(enrolled) == 0 {
		return nil, errs.New(errs.NotFound, "not-enrolled", "no fingers are enrolled for this")
	}
	score, i, err := finger.VerifyFingers(print.template, enrolled)
	if err != nil {
		return nil, err
	}
	r := &FingerResult{State: NoMatch, Score: float64(score), Threshold: float64(f.threshold.Score), FMR: f.threshold.FMR, Position: positions[i], Model: print.template.Model()}
	if r.Score >= r.Threshold {
		r.State = Match
	}
	return r, nil
}

type storedTemplate struct {
	position int
	sealed   []byte
}

func (f *Fingers) enrolled(ctx context.Context, who cinnabar.PersonID, purpose, model string) (out []finger.Template, positions []int, err error) {
	rows, err := f.DB.Query(ctx, `SELECT position, sealed FROM bio_template WHERE subject = $1 AND purpose = $2 AND model = $3 ORDER BY position`,
		string(subjectOf(who)), purpose, model)
	list, err := db.Collect(rows, err, func(r db.Rows) (s storedTemplate, err error) { return s, r.Scan(&s.position, &s.sealed) })
	if err != nil {
		return nil, nil, err
	}
	for _, s := range list {
		record, err := f.Vault.Open(ctx, f.DB, subjectOf(who), templatePlace(who, purpose, s.position, model), s.sealed)
		if err != nil {
			return nil, nil, err
		}
		var t finger.Template
		if err := t.UnmarshalBinary(record); err != nil {
			return nil, nil, fmt.Errorf("stored template of finger %d: %w", s.position, err)
		}
		out, positions = append(out, t), append(positions, s.position)
	}
	return out, positions, nil
}

// Forget deletes a person's templates for a purpose, e.g. when consent is withdrawn.
func (f *Fingers) Forget(ctx context.Context, tx db.Tx, who cinnabar.PersonID, purpose string) error {
	_, err := tx.Exec(ctx, `DELETE FROM bio_template WHERE subject = $1 AND purpose = $2`, string(subjectOf(who)), purpose)
	return err
}
