// Package biometric verifies people by face: it issues checks, has a provider judge them, and counts
// failures. The engines stand in packages of their own (face, finger) that know nothing of Cinnabar.
//
// Guaranteed: a check is answered once, and a case's one after the other; a try counts from when its answer is taken
// in, before it is judged; after MaxFailures in Window checks rest until Window has passed since the first of them or an
// officer unlocks; a machine's fault is no failed try; no picture and no face template is kept.
//
// How far a match goes alone is the caller's policy, not this package's.
package biometric

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"cinnabar/internal/capability/biometric/face/challenge"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Limits on failed tries (GAS-3).
const (
	MaxFailures = 5
	Window      = 24 * time.Hour
)

// Deps is what a Service needs.
type Deps struct {
	DB       db.DB
	Clock    clock.Clock
	Provider Provider                  // nil: this build or set-up verifies no faces, and says so
	Index    func(value string) string // keyed digest of an identity number
}

// Service is the checks.
type Service struct {
	Deps
}

// New makes a Service.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Clock == nil || d.Index == nil {
		return nil, errors.New("biometric: database, clock and index are needed")
	}
	return &Service{d}, nil
}

// Check is one verification of one person.
type Check struct {
	ID        string
	Case      cinnabar.CaseID
	Subject   string
	Provider  string
	Model     string
	Reference string
	Nonce     string
	Challenge challenge.Challenge
	State     State
	Reason    string
	Score     *float64
	Threshold *float64
	Live      string
	Created   time.Time
	Expires   time.Time
	Begun     *Begun // only from Begin
}

var errOff = errs.New(errs.Unavailable, "face-off", "this installation verifies no faces; choose the way without it")

// Available tells whether faces can be verified, and by what.
func (s *Service) Available() (Info, bool) {
	if s.Provider == nil {
		return Info{}, false
	}
	return s.Provider.Info(), true
}

// Begin issues a check for a case; back is where a provider's page sends the browser. errs.Locked, params.until, while checks of the subject rest.
func (s *Service) Begin(ctx context.Context, id cinnabar.CaseID, subject Subject, back string) (*Check, error) {
	if s.Provider == nil {
		return nil, errOff
	}
	begun, err := s.Provider.Begin(ctx, subject, back)
	if err != nil {
		return nil, err
	}
	info := s.Provider.Info()
	c := &Check{
		ID: cinnabar.NewID[string]("face"), Case: id, Subject: s.Index(subject.IDNumber), Provider: info.Name, Model: info.Model,
		Reference: begun.Reference, State: Issued, Created: s.Clock.Now(), Expires: begun.Expires, Begun: begun,
	}
	c.Nonce = c.ID
	if begun.Challenge != nil {
		c.Nonce, c.Challenge = begun.Challenge.Nonce, *begun.Challenge
	}
	err = s.DB.InTx(ctx, func(tx db.Tx) error {
		if err := s.resting(ctx, tx, c); err != nil {
			return err
		}
		return insertCheck(ctx, tx, c)
	})
	return c, err
}

// Inspect says why a document's picture cannot be compared; "" when it can, or no faces are verified here.
func (s *Service) Inspect(ctx context.Context, picture []byte) (reason string, err error) {
	if s.Provider == nil {
		return "", nil
	}
	return s.Provider.Inspect(ctx, picture)
}

// Claim takes a check for its one answer, in the transaction that opens the action: from then on it counts as a failed
// try until it is decided. A check at a provider's own page is taken each time its result is asked for.
func (s *Service) Claim(ctx context.Context, tx db.Tx, id string, of cinnabar.CaseID, idNumber string) (*Check, error) {
	c, err := getCheck(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if c.Case != of || c.Subject != s.Index(idNumber) {
		return nil, errNoCheck
	}
	if err := s.lock(ctx, tx, c.Subject); err != nil {
		return nil, err
	}
	if err := s.resting(ctx, tx, c); err != nil {
		return nil, err
	}
	if err := s.oneAtATime(ctx, tx, c); err != nil {
		return nil, err
	}
	n, err := tx.Exec(ctx, `UPDATE bio_check SET state = 'submitted' WHERE id = $1 AND (state = 'issued' OR (state = 'submitted' AND reference <> ''))`, id)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, errUsed
	}
	c.State = Submitted
	return c, nil
}

// lock lets the claims of a subject's checks go one after the other, whatever their cases.
func (s *Service) lock(ctx context.Context, tx db.Tx, subject string) error {
	rows, err := tx.Query(ctx, `SELECT id FROM bio_check WHERE subject = $1 AND created_at > $2 ORDER BY id`+tx.Dialect().ForUpdate(), subject, s.since())
	_, err = db.Collect(rows, err, func(r db.Rows) (id string, err error) { return id, r.Scan(&id) })
	return err
}

// oneAtATime refuses while another film of the case is judged: each verdict is told and stands on the timeline before
// the next one is made.
func (s *Service) oneAtATime(ctx context.Context, tx db.Tx, c *Check) error {
	other, err := db.Exists(ctx, tx, `SELECT 1 FROM bio_check WHERE subject = $1 AND case_id = $2 AND id <> $3 AND state = 'submitted' AND reference = '' AND expires_at > $4`,
		c.Subject, string(c.Case), c.ID, db.Millis(s.Clock.Now()))
	if err != nil || !other {
		return err
	}
	return errs.New(errs.Conflict, "face-under-way", "another film of this case is being compared; wait for its result")
}

// GiveBack undoes what Claim counted when the machine failed. What a provider has under way can be asked for again.
func (s *Service) GiveBack(ctx context.Context, id string) error {
	return s.DB.InTx(ctx, func(tx db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE bio_check SET state = 'error' WHERE id = $1 AND state = 'submitted' AND reference = ''`, id)
		return err
	})
}

// Drop ends the undecided checks of a case: nobody is told what they would have come to.
func (s *Service) Drop(ctx context.Context, tx db.Tx, of cinnabar.CaseID, idNumber string) error {
	_, err := tx.Exec(ctx, `UPDATE bio_check SET state = 'error', reason = 'dropped' WHERE subject = $1 AND case_id = $2 AND state IN ('issued', 'submitted')`,
		s.Index(idNumber), string(of))
	return err
}

// Judge has the provider decide. It touches no database and can take a second.
func (s *Service) Judge(ctx context.Context, c *Check, subject Subject, capture Capture) (*Verdict, error) {
	if s.Provider == nil {
		return nil, errOff
	}
	if c.Reference != "" {
		return s.Provider.Poll(ctx, c.Reference)
	}
	return s.Provider.Submit(ctx, subject, c.Challenge, capture)
}

// Record writes the verdict. It returns how many failures are left before checks rest.
func (s *Service) Record(ctx context.Context, tx db.Tx, c *Check, v *Verdict) (triesLeft int, err error) {
	now := s.Clock.Now()
	n, err := tx.Exec(ctx, `UPDATE bio_check SET state = $2, reason = $3, score = $4, threshold = $5, live = $6, model = $7, decided_at = $8
		WHERE id = $1 AND state = 'submitted'`, c.ID, string(v.State), v.Reason, v.Score, v.Threshold, v.Live, v.Model, db.Millis(now))
	if err != nil {
		return 0, err
	}
	if n == 0 {
		return 0, errUsed
	}
	failures, _, err := s.failures(ctx, tx, c)
	return max(0, MaxFailures-failures), err
}

// Unlock lets a subject try again before the rest is over.
func (s *Service) Unlock(ctx context.Context, tx db.Tx, idNumber string, by cinnabar.PersonID) error {
	_, err := tx.Exec(ctx, `INSERT INTO bio_unlock (subject, at, by_person) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		s.Index(idNumber), db.Millis(s.Clock.Now()), string(by))
	return err
}

// resting refuses while too many failures lie within the window.
func (s *Service) resting(ctx context.Context, r db.Reader, c *Check) error {
	n, first, err := s.failures(ctx, r, c)
	if err != nil || n < MaxFailures {
		return err
	}
	until := first.Add(Window)
	return errs.New(errs.Locked, "face-resting", "too many failed checks; wait, or ask an officer to unlock it").With("until", until)
}

// failures counts the subject's checks in the window and since the last unlocking that failed, or that are taken and not
// decided; the check itself counts once it has failed. What is open at a provider's own page counts while it can end.
func (s *Service) failures(ctx context.Context, r db.Reader, c *Check) (n int, first time.Time, err error) {
	var at int64
	err = r.QueryRow(ctx, `SELECT count(*), coalesce(min(created_at), 0) FROM bio_check WHERE subject = $1 AND created_at > $2
		AND (state = 'no_match' OR (state = 'submitted' AND id <> $3 AND (reference = '' OR expires_at > $4)))
		AND created_at > (SELECT coalesce(max(at), 0) FROM bio_unlock WHERE subject = $1)`,
		c.Subject, s.since(), c.ID, db.Millis(s.Clock.Now())).Scan(&n, &at)
	return n, db.Time(at), err
}

// since is when the window begins.
func (s *Service) since() int64 { return db.Millis(s.Clock.Now().Add(-Window)) }

var errUsed = errs.New(errs.Conflict, "face-check-used", "this check was answered already; begin another one")

var errNoCheck = errs.New(errs.NotFound, "face-check-not-found", "there is no such check; begin another one")

func insertCheck(ctx context.Context, tx db.Tx, c *Check) error {
	body, err := json.Marshal(c.Challenge)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO bio_check (id, case_id, subject, provider, model, reference, nonce, challenge, state, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, c.ID, string(c.Case), c.Subject, c.Provider, c.Model, c.Reference, c.Nonce,
		string(body), string(c.State), db.Millis(c.Created), db.Millis(c.Expires))
	return err
}

func getCheck(ctx context.Context, r db.Reader, id string) (*Check, error) {
	c := &Check{ID: id}
	var body string
	var created, expires int64
	err := r.QueryRow(ctx, `SELECT case_id, subject, provider, model, reference, nonce, challenge, state, reason, score, threshold, live, created_at, expires_at
		FROM bio_check WHERE id = $1`, id).
		Scan(&c.Case, &c.Subject, &c.Provider, &c.Model, &c.Reference, &c.Nonce, &body, &c.State, &c.Reason, &c.Score, &c.Threshold, &c.Live, &created, &expires)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errNoCheck
	}
	if err != nil {
		return nil, err
	}
	c.Created, c.Expires = db.Time(created), db.Time(expires)
	return c, json.Unmarshal([]byte(body), &c.Challenge)
}

// Get reads a check. errs.NotFound when there is none.
func (s *Service) Get(ctx context.Context, id string) (*Check, error) { return getCheck(ctx, s.DB, id) }
