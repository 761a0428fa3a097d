package seal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

func (l Limit) String() string {
	t := l.Template
	if t == "" {
		t = "any template"
	}
	return fmt.Sprintf("%d uses of %s until %s", l.Uses, t, l.Until.UTC().Format(time.RFC3339))
}

// Grant is a limited holder's leave to use a seal.
type Grant struct {
	ID       string
	Person   cinnabar.PersonID
	Template string
	UsesLeft int
	Until    time.Time
	By       cinnabar.PersonID
}

func insertGrant(ctx context.Context, tx db.Tx, h holderRow, of *offer, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO seal_grant (id, seal_id, person, template, uses_left, until, granted_by, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, h.grant, string(h.seal), string(h.person), of.limit.Template,
		of.limit.Uses, db.Millis(of.limit.Until), string(of.from), db.Millis(at))
	return err
}

// Grants lists what was granted on a seal, newest first.
func (s *Service) Grants(ctx context.Context, id cinnabar.SealID) ([]Grant, error) {
	rows, err := s.DB.Query(ctx, `SELECT id, person, template, uses_left, until, granted_by FROM seal_grant
		WHERE seal_id = $1 ORDER BY created_at DESC, id`, string(id))
	return db.Collect(rows, err, func(r db.Rows) (g Grant, err error) {
		var until int64
		err = r.Scan(&g.ID, &g.Person, &g.Template, &g.UsesLeft, &until, &g.By)
		g.Until = db.Time(until)
		return g, err
	})
}

// grantAllows refuses a limited holder who asks for more than was granted.
func (s *Service) grantAllows(ctx context.Context, tx db.Tx, h holderRow, p Purpose) error {
	if h.grant == "" {
		return nil
	}
	ok, err := db.Exists(ctx, tx, `SELECT 1 FROM seal_grant WHERE id = $1 AND uses_left >= $2 AND until > $3
		AND (template IN ('', $4) OR substr(CAST($4 AS TEXT), 1, length(template) + 1) = template || '/')`, h.grant, len(p.Digests), db.Millis(s.Clock.Now()), p.Template)
	if err != nil || ok {
		return err
	}
	return noGrant()
}

func noGrant() error {
	return errs.New(errs.Conflict, "no-grant", "the seal was not granted to you for this, the grant is used up, or its time is over")
}

// takeUse takes one use off the grant and the approval.
func (s *Service) takeUse(ctx context.Context, tx db.Tx, u *Unlocked) error {
	if u.grant != "" {
		n, err := tx.Exec(ctx, `UPDATE seal_grant SET uses_left = uses_left - 1 WHERE id = $1 AND uses_left > 0 AND until > $2`,
			u.grant, db.Millis(s.Clock.Now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return noGrant()
		}
	}
	if u.approval == "" {
		return nil
	}
	n, err := tx.Exec(ctx, `UPDATE seal_approval SET uses_left = uses_left - 1 WHERE id = $1 AND state = 'approved' AND uses_left > 0`, u.approval)
	if err == nil && n == 0 {
		return notApproved()
	}
	return err
}

func notApproved() error {
	return errs.New(errs.Conflict, "use-not-approved", "this use of the seal was not approved")
}

// Approval is a use approval (用印审批).
type Approval struct {
	ID       string
	Seal     cinnabar.SealID
	Purpose  string // Purpose.Digest
	Person   cinnabar.PersonID
	UsesLeft int
	State    string // asked, approved, refused
	Decided  cinnabar.PersonID
	Reason   string // why it was asked for
	Answer   string // what was said to the decision
}

// MayAsk refuses those who hold no password of the seal, fully or by a grant (errs.NotFound, code "not-holder"):
// no approval would let them use it.
func (s *Service) MayAsk(ctx context.Context, r db.Reader, id cinnabar.SealID, p cinnabar.PersonID) error {
	v, err := getSeal(ctx, r, id)
	if err != nil {
		return err
	}
	if _, err := getHolder(ctx, r, v, p); err != nil {
		return err
	}
	return inState(v, InUse)
}

// AskApproval asks that the person may use the seal for a purpose; those who decide are told. Errors: those of MayAsk; errs.Conflict, code
// "approval-asked".
func (s *Service) AskApproval(ctx context.Context, id cinnabar.SealID, p cinnabar.PersonID, purpose Purpose, reason string) (string, error) {
	if err := purpose.check(); err != nil {
		return "", err
	}
	if err := needsReason(reason); err != nil {
		return "", err
	}
	ask := cinnabar.NewID[string]("approval")
	err := s.DB.InTx(ctx, func(tx db.Tx) error {
		v, err := lockSeal(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := s.MayAsk(ctx, tx, id, p); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO seal_approval (id, seal_id, purpose, person, uses_left, state, decided_by, reason, asked_at, decided_at, documents)
			VALUES ($1, $2, $3, $4, $5, 'asked', '', $6, $7, 0, $8)`, ask, string(id), purpose.Digest().String(), string(p),
			len(purpose.Digests), reason, db.Millis(s.Clock.Now()), strings.Trim(fmt.Sprint(purpose.Digests), "[]"))
		if db.IsUnique(err) {
			return errs.New(errs.Conflict, "approval-asked", "approval for this was asked already")
		}
		if err != nil {
			return err
		}
		e := purpose.event(EventAsked)
		e.Person, e.Reason = p, reason
		if err := s.addEvent(ctx, tx, id, e); err != nil {
			return err
		}
		return s.Notifier.UseAsked(ctx, tx, v, p, len(purpose.Digests), reason)
	})
	return ask, err
}

// DecideApproval approves or refuses, which needs a reason, and tells who asked. Nobody decides on their own use.
func (s *Service) DecideApproval(ctx context.Context, by cinnabar.Actor, approval string, approve bool, reason string) error {
	state, kind := "approved", EventUseApproved
	if !approve {
		state, kind = "refused", EventUseRefused
		if err := needsReason(reason); err != nil {
			return err
		}
	}
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		a, err := getApproval(ctx, tx, approval)
		if err != nil {
			return err
		}
		if a.Person == by.Person || by.Person == "" {
			return errs.New(errs.Forbidden, "four-eyes", "somebody else must approve your use of the seal")
		}
		v, err := lockSeal(ctx, tx, a.Seal)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE seal_approval SET state = $2, decided_by = $3, answer = $4, decided_at = $5 WHERE id = $1 AND state = 'asked'`,
			approval, state, string(by.Person), reason, db.Millis(s.Clock.Now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "decided", "this was decided already")
		}
		e := Event{Kind: kind, Person: by.Person, Reason: reason, Digest: a.Purpose, Detail: "for " + string(a.Person)}
		if err := s.addEvent(ctx, tx, a.Seal, e); err != nil {
			return err
		}
		return s.Notifier.UseDecided(ctx, tx, v, a.Person, approve, reason)
	})
}

const approvalColumns = `SELECT id, seal_id, purpose, person, uses_left, state, decided_by, reason, answer FROM seal_approval`

func scanApproval(r db.Row) (a Approval, err error) {
	return a, r.Scan(&a.ID, &a.Seal, &a.Purpose, &a.Person, &a.UsesLeft, &a.State, &a.Decided, &a.Reason, &a.Answer)
}

func getApproval(ctx context.Context, r db.Reader, id string) (Approval, error) {
	a, err := scanApproval(r.QueryRow(ctx, approvalColumns+` WHERE id = $1`, id))
	if errors.Is(err, db.ErrNoRows) {
		return a, errs.New(errs.NotFound, "approval-not-found", "there is no such request")
	}
	return a, err
}

// Approvals lists the use approvals of a seal, newest first.
func (s *Service) Approvals(ctx context.Context, id cinnabar.SealID) ([]Approval, error) {
	rows, err := s.DB.Query(ctx, approvalColumns+` WHERE seal_id = $1 ORDER BY asked_at DESC, id`, string(id))
	return db.Collect(rows, err, func(r db.Rows) (Approval, error) { return scanApproval(r) })
}

// ApprovalDocuments are the documents, as they were, for which the use of a seal was asked. errs.NotFound, code
// "approval-not-found".
func (s *Service) ApprovalDocuments(ctx context.Context, id cinnabar.SealID, approval string) (out []cinnabar.Digest, err error) {
	var list string
	err = s.DB.QueryRow(ctx, `SELECT documents FROM seal_approval WHERE id = $1 AND seal_id = $2`, approval, string(id)).Scan(&list)
	if errors.Is(err, db.ErrNoRows) {
		err = errs.New(errs.NotFound, "approval-not-found", "there is no such request")
	}
	for _, text := range strings.Fields(list) {
		d, wrong := cinnabar.ParseDigest(text)
		out, err = append(out, d), errors.Join(err, wrong)
	}
	return out, err
}

// approvalFor finds the approval that allows a purpose: of just these documents, or of the batch of which they are
// what is left. It must have a use left for each.
func approvalFor(ctx context.Context, r db.Reader, id cinnabar.SealID, p cinnabar.PersonID, purpose Purpose) (approval string, err error) {
	err = r.QueryRow(ctx, `SELECT id FROM seal_approval WHERE seal_id = $1 AND purpose = $2 AND person = $3
		AND state = 'approved' AND uses_left >= $4`, string(id), purpose.approved().Digest().String(), string(p), len(purpose.Digests)).Scan(&approval)
	if errors.Is(err, db.ErrNoRows) {
		return "", notApproved()
	}
	return approval, err
}
