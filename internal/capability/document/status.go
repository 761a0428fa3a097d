package document

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Standing is what a file that somebody holds is worth now (GAS-14).
type Standing string

const (
	InForce       Standing = "in-force"
	NotInForceYet Standing = "not-yet"    // a draft, or not all have signed and sealed
	WasSuperseded Standing = "superseded" // made anew, or another document took its place
	WasVoided     Standing = "voided"
	HasExpired    Standing = "expired"
	WasTakenOut   Standing = "taken-out" // of the archive, where it was filed as a scan
	Unknown       Standing = "unknown"   // no version of any document here
)

// Verdict is what a file is worth, all in all: what its signatures say, unless it is genuine and its document
// is out of force (PLT-23).
func (s Standing) Verdict(file pades.Verdict) string {
	switch {
	case file == pades.Broken, file == pades.Invalid, s == InForce, s == Unknown:
		return string(file)
	}
	return string(s)
}

// Status is a document with the standing of one of its files.
type Status struct {
	Document Document
	Version  Version // which file was asked about; the current one when asked by token
	Standing Standing
	Since    time.Time // when it came out of force; zero: it did not, or that is not known
	Reason   string    // why it was voided; whoever has the file may know
}

// ByDigest tells the standing of a file by its digest. errs.NotFound when it is no version of a document.
func (s *Service) ByDigest(ctx context.Context, d cinnabar.Digest) (Status, error) {
	var id cinnabar.DocID
	err := s.DB.QueryRow(ctx, `SELECT doc_id FROM document_version WHERE digest = $1`, d.String()).Scan(&id)
	if errors.Is(err, db.ErrNoRows) {
		return Status{Standing: Unknown}, notFound()
	}
	if err != nil {
		return Status{}, err
	}
	v, err := scanVersion(s.DB.QueryRow(ctx, `SELECT `+versionColumns+` FROM document_version WHERE digest = $1`, d.String()))
	if err != nil {
		return Status{}, err
	}
	return s.status(ctx, id, v)
}

// WithDigests lists the documents of which files with these digests are versions, by number.
func (s *Service) WithDigests(ctx context.Context, list []cinnabar.Digest) ([]Document, error) {
	if len(list) == 0 {
		return nil, nil
	}
	texts := make([]string, len(list))
	for i, d := range list {
		texts[i] = d.String()
	}
	q := &db.Query{}
	rows, err := s.DB.Query(ctx, `SELECT `+documentColumns+` FROM document WHERE id IN (SELECT doc_id FROM document_version WHERE digest IN `+db.In(q.Arg, texts)+`) ORDER BY number, id`, q.Args...)
	return db.Collect(rows, err, scanDocumentRow)
}

// ByToken tells the standing of a document by the token of its QR code. errs.NotFound.
func (s *Service) ByToken(ctx context.Context, token string) (Status, error) {
	var id cinnabar.DocID
	err := s.DB.QueryRow(ctx, `SELECT id FROM document WHERE verify_token = $1`, token).Scan(&id)
	if errors.Is(err, db.ErrNoRows) {
		return Status{Standing: Unknown}, notFound()
	}
	if err != nil {
		return Status{}, err
	}
	v, err := s.Current(ctx, s.DB, id)
	if err != nil {
		return Status{}, err
	}
	return s.status(ctx, id, v)
}

func (s *Service) status(ctx context.Context, id cinnabar.DocID, v Version) (Status, error) {
	d, err := getDocument(ctx, s.DB, id)
	if err != nil {
		return Status{}, err
	}
	st := Status{Document: d, Version: v, Standing: d.standing(v, s.Clock.Now())}
	switch st.Standing {
	case WasTakenOut:
		st.Since = d.TakenOutAt
	case WasVoided:
		st.Since, st.Reason = d.StateAt, d.Reason
	case HasExpired:
		st.Since = d.ExpiresAt
	case WasSuperseded:
		st.Since, err = s.supersededAt(ctx, d, v)
	}
	return st, err
}

// supersededAt is when another document, or a later file of the same one, took the place of a file.
func (s *Service) supersededAt(ctx context.Context, d Document, v Version) (time.Time, error) {
	if d.State == Superseded && v.Generation == d.Generation {
		return d.StateAt, nil
	}
	var at int64
	err := s.DB.QueryRow(ctx, `SELECT COALESCE(MIN(created_at), 0) FROM document_version WHERE doc_id = $1 AND version > $2
		AND (generation > $3 OR state = 'effective')`, string(d.ID), v.Number, v.Generation).Scan(&at)
	return db.Time(at), err
}

// standing judges a version. A file of an earlier stage (signed, but not yet sealed) is not in force once
// its document is; a file without the archive's time-stamp is as good as the one with it.
func (d Document) standing(v Version, now time.Time) Standing {
	switch {
	case !d.TakenOutAt.IsZero():
		return WasTakenOut
	case d.State == Voided:
		return WasVoided
	case d.State == Superseded, v.Generation < d.Generation:
		return WasSuperseded
	case d.State == Expired, d.State == Effective && !d.ExpiresAt.IsZero() && !now.Before(d.ExpiresAt):
		return HasExpired
	case d.State != Effective:
		return NotInForceYet
	case v.State != Effective && v.Number < d.Version:
		return WasSuperseded
	}
	return InForce
}

// statementKind is the first line of every signed status, so that it can be taken for nothing else.
const statementKind = "cinnabar-status/1"

// Statement is what the operator declares about a file at a time; signed, it lets somebody verify offline
// whether the file is in force (PLT-12). It names no party.
type Statement struct {
	Digest      cinnabar.Digest `json:"digest"`
	Standing    Standing        `json:"standing"`
	Number      string          `json:"number,omitempty"`
	EffectiveAt *time.Time      `json:"effectiveAt,omitempty"`
	ExpiresAt   *time.Time      `json:"expiresAt,omitempty"`
	Since       *time.Time      `json:"since,omitempty"`
	Reason      string          `json:"reason,omitempty"`
	AsOf        time.Time       `json:"asOf"`
}

// Statement returns the signed status of a file, also of one that is unknown here.
func (s *Service) Statement(ctx context.Context, d cinnabar.Digest) (string, error) {
	status, err := s.ByDigest(ctx, d)
	if err != nil && !errors.Is(err, errs.NotFound) {
		return "", err
	}
	doc := status.Document
	st := Statement{Digest: d, Standing: status.Standing, Number: doc.Number, Reason: status.Reason, AsOf: s.Clock.Now().Truncate(time.Second)}
	st.EffectiveAt, st.ExpiresAt, st.Since = optional(doc.EffectiveAt), optional(doc.ExpiresAt), optional(status.Since)
	body, err := json.Marshal(st)
	if err != nil {
		return "", err
	}
	return s.Signer.SignNote(statementKind + "\n" + string(body) + "\n")
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// ParseStatement reads the text of a signed status whose signature was verified (evidence.OpenNote).
func ParseStatement(text string) (*Statement, error) {
	kind, body, ok := strings.Cut(text, "\n")
	if !ok || kind != statementKind {
		return nil, fmt.Errorf("not a signed status")
	}
	var st Statement
	if err := json.Unmarshal([]byte(body), &st); err != nil {
		return nil, fmt.Errorf("signed status: %w", err)
	}
	return &st, nil
}
