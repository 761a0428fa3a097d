package document

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Rule says how numbers of a kind look: prefix, date, running number, e.g. GAS-2026-000123.
type Rule struct {
	Prefix string
	Date   string // "", "year", "month", "day": running numbers begin anew with each
	Digits int    // of the running number, zeros in front; longer numbers are not cut
}

// layout is the date's form for time.Format.
func (r Rule) layout() (string, bool) {
	switch r.Date {
	case "":
		return "", true
	case "year":
		return "2006", true
	case "month":
		return "200601", true
	case "day":
		return "20060102", true
	}
	return "", false
}

func (r Rule) check() error {
	var wrong []errs.Field
	if _, ok := r.layout(); !ok {
		wrong = append(wrong, errs.Field{Pointer: "/date", Code: "unknown"})
	}
	if r.Digits < 1 || r.Digits > 12 {
		wrong = append(wrong, errs.Field{Pointer: "/digits", Code: "out-of-range"})
	}
	if utf8.RuneCountInString(r.Prefix) > 20 || strings.TrimSpace(r.Prefix) != r.Prefix || (r.Prefix == "" && r.Date == "") {
		wrong = append(wrong, errs.Field{Pointer: "/prefix", Code: "malformed"})
	}
	if len(wrong) > 0 {
		return errs.Wrong(wrong...)
	}
	return nil
}

// period is what stands before the running number. It ends with a hyphen, so that no two periods can
// make the same number.
func (r Rule) period(at time.Time) string {
	var parts []string
	if r.Prefix != "" {
		parts = append(parts, r.Prefix)
	}
	if layout, _ := r.layout(); layout != "" {
		parts = append(parts, at.Format(layout))
	}
	return strings.Join(parts, "-") + "-"
}

func (r Rule) number(period string, serial int64) string {
	return fmt.Sprintf("%s%0*d", period, r.Digits, serial)
}

// Reservation is a number that is kept for a document to be made, and the token of its QR code.
type Reservation struct {
	Number string
	Token  string
}

// SetRule gives an organisation its own numbers for a kind. Numbers given out stay.
func (s *Service) SetRule(ctx context.Context, tx db.Tx, org cinnabar.OrgID, kind string, r Rule) error {
	if err := r.check(); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO number_rule (org, kind, prefix, date, digits) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (org, kind) DO UPDATE SET prefix = $3, date = $4, digits = $5`, string(org), kind, r.Prefix, r.Date, r.Digits)
	return err
}

// RuleOf returns the rule in force for an organisation and a kind. errs.NotFound when there is none.
func (s *Service) RuleOf(ctx context.Context, r db.Reader, org cinnabar.OrgID, kind string) (Rule, error) {
	var rule Rule
	err := r.QueryRow(ctx, `SELECT prefix, date, digits FROM number_rule WHERE org = $1 AND kind = $2`, string(org), kind).
		Scan(&rule.Prefix, &rule.Date, &rule.Digits)
	if !errors.Is(err, db.ErrNoRows) {
		return rule, err
	}
	rule, ok := s.Rules[kind]
	if !ok {
		return rule, errs.New(errs.NotFound, "no-number-rule", "there is no numbering rule for documents of this kind")
	}
	return rule, nil
}

// Reserve takes the next number of a kind within the caller's transaction: rolled back, it was never
// given out. Others who number the same period wait for the transaction's end.
func (s *Service) Reserve(ctx context.Context, tx db.Tx, org cinnabar.OrgID, kind string, c cinnabar.CaseID) (Reservation, error) {
	rule, err := s.RuleOf(ctx, tx, org, kind)
	if err != nil {
		return Reservation{}, err
	}
	now := s.Clock.Now()
	period := rule.period(now.In(s.Zone))
	number, serial, err := nextNumber(ctx, tx, org, rule, period)
	if err != nil {
		return Reservation{}, fmt.Errorf("next number: %w", err)
	}
	r := Reservation{Number: number, Token: cinnabar.NewID[string]("v")}
	_, err = tx.Exec(ctx, `INSERT INTO document_number (org, number, period, serial, kind, case_id, token, state, reason, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'reserved', '', $8)`,
		string(org), r.Number, period, serial, kind, string(c), r.Token, db.Millis(now))
	if err != nil {
		return Reservation{}, fmt.Errorf("reserve number: %w", err)
	}
	return r, nil
}

// nextNumber counts on. A number that an old document brought along takes its place in the sequence.
func nextNumber(ctx context.Context, tx db.Tx, org cinnabar.OrgID, rule Rule, period string) (number string, serial int64, err error) {
	for {
		err = tx.QueryRow(ctx, `INSERT INTO number_sequence (org, period, last) VALUES ($1, $2, 1)
			ON CONFLICT (org, period) DO UPDATE SET last = number_sequence.last + 1 RETURNING last`, string(org), period).Scan(&serial)
		if err != nil {
			return "", 0, err
		}
		number = rule.number(period, serial)
		imported, err := tx.Exec(ctx, `UPDATE document_number SET period = $3, serial = $4 WHERE org = $1 AND number = $2`,
			string(org), number, period, serial)
		if err != nil || imported == 0 {
			return number, serial, err
		}
	}
}

// VoidReserved voids all numbers that a case still has reserved, when it ends.
func (s *Service) VoidReserved(ctx context.Context, tx db.Tx, c cinnabar.CaseID, reason string) error {
	if strings.TrimSpace(reason) == "" {
		return errs.Wrong(errs.Field{Pointer: "/reason", Code: "missing"})
	}
	_, err := tx.Exec(ctx, `UPDATE document_number SET state = 'voided', reason = $2, at = $3 WHERE case_id = $1 AND state = 'reserved'`,
		string(c), reason, db.Millis(s.Clock.Now()))
	return err
}

func (s *Service) settleNumber(ctx context.Context, tx db.Tx, org cinnabar.OrgID, number, state, reason string) error {
	n, err := tx.Exec(ctx, `UPDATE document_number SET state = $3, reason = $4, at = $5 WHERE org = $1 AND number = $2 AND state = 'reserved'`,
		string(org), number, state, reason, db.Millis(s.Clock.Now()))
	if err == nil && n == 0 {
		return errs.New(errs.Conflict, "number-not-reserved", "the number %s is not reserved", number)
	}
	return err
}

// importedPeriod is the period of a foreign number by itself.
func importedPeriod(number string) string { return "imported/" + number }

// Imported enters a number that a paper document brought along. errs.Conflict, code "number-taken".
func (s *Service) Imported(ctx context.Context, tx db.Tx, org cinnabar.OrgID, kind, number string, c cinnabar.CaseID) (Reservation, error) {
	r := Reservation{Number: strings.TrimSpace(number), Token: cinnabar.NewID[string]("v")}
	if r.Number == "" {
		return r, errs.Wrong(errs.Field{Pointer: "/number", Code: "missing"})
	}
	taken, err := db.Exists(ctx, tx, `SELECT 1 FROM document_number WHERE org = $1 AND number = $2`, string(org), r.Number)
	if err != nil {
		return r, err
	}
	if !taken {
		// Its own period: a foreign number leaves no gap in ours.
		_, err = tx.Exec(ctx, `INSERT INTO document_number (org, number, period, serial, kind, case_id, token, state, reason, at)
			VALUES ($1, $2, $3, 1, $4, $5, $6, 'reserved', 'imported', $7)`,
			string(org), r.Number, importedPeriod(r.Number), kind, string(c), r.Token, db.Millis(s.Clock.Now()))
	}
	if taken || db.IsUnique(err) {
		return r, errs.New(errs.Conflict, "number-taken", "the number %s is taken", r.Number)
	}
	return r, err
}

// Count is how many numbers of a period are in which state.
type Count struct {
	Period                 string
	Last                   int64
	Reserved, Used, Voided int64
}

// Gap is how many numbers are unaccounted for; it must be 0.
func (c Count) Gap() int64 { return c.Last - c.Reserved - c.Used - c.Voided }

// Numbers accounts for all numbers that an organisation gave out.
func (s *Service) Numbers(ctx context.Context, org cinnabar.OrgID) ([]Count, error) {
	rows, err := s.DB.Query(ctx, `SELECT s.period, s.last,
		COALESCE(SUM(CASE WHEN n.state = 'reserved' THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN n.state = 'used' THEN 1 ELSE 0 END), 0),
		COALESCE(SUM(CASE WHEN n.state = 'voided' THEN 1 ELSE 0 END), 0)
		FROM number_sequence s LEFT JOIN document_number n ON n.org = s.org AND n.period = s.period AND n.serial <= s.last
		WHERE s.org = $1 GROUP BY s.period, s.last ORDER BY s.period`, string(org))
	return db.Collect(rows, err, func(r db.Rows) (c Count, err error) {
		return c, r.Scan(&c.Period, &c.Last, &c.Reserved, &c.Used, &c.Voided)
	})
}

// VoidedNumber is a number that no document has.
type VoidedNumber struct {
	Number string
	Reason string
	At     time.Time
}

// Voided lists the voided numbers of an organisation behind the given one, up to limit.
func (s *Service) Voided(ctx context.Context, org cinnabar.OrgID, after string, limit int) ([]VoidedNumber, error) {
	rows, err := s.DB.Query(ctx, `SELECT number, reason, at FROM document_number WHERE org = $1 AND state = 'voided' AND number > $2
		ORDER BY number LIMIT $3`, string(org), after, limit)
	return db.Collect(rows, err, func(r db.Rows) (v VoidedNumber, err error) {
		var at int64
		err = r.Scan(&v.Number, &v.Reason, &at)
		v.At = db.Time(at)
		return v, err
	})
}
