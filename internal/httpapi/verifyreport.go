package httpapi

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"time"

	"cinnabar/internal/capability/document"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/secret"
)

// Report says who signed a file, whether it was changed since, and what it is worth now (GAS-14).
type Report struct {
	Verdict    string            `json:"verdict" enum:"valid,valid-with-additions,voided,superseded,expired,taken-out,not-yet,unknown-signer,unsigned,invalid,broken" doc:"What the file is worth: what its signatures say, unless it is genuine and its document is out of force."`
	File       pades.Verdict     `json:"file" enum:"valid,valid-with-additions,unknown-signer,unsigned,invalid,broken" doc:"What its signatures alone say. invalid: unchanged, but a signature does not hold; broken: changed or damaged."`
	Document   ReportDocument    `json:"document"`
	Signatures []ReportSignature `json:"signatures"`
	Later      []ReportLater     `json:"later" doc:"What came after the signatures."`
	Problems   []string          `json:"problems" doc:"Sentences in the language asked for."`
	Faults     []pades.Fault     `json:"faults" doc:"The same for programs, by stable codes."`
	SHA256     cinnabar.Digest   `json:"sha256" doc:"Of the file."`
	Pages      int               `json:"pages"`
	CheckedAt  time.Time         `json:"checkedAt"`
}

// ReportDocument is what the register knows of the file.
type ReportDocument struct {
	Number      string            `json:"number,omitempty"`
	State       document.Standing `json:"state" enum:"in-force,not-yet,superseded,voided,expired,taken-out,unknown"`
	Since       *time.Time        `json:"since,omitempty" doc:"When it came out of force."`
	Reason      string            `json:"reason,omitempty" doc:"Why it was voided."`
	Title       *cinnabar.Text    `json:"title,omitempty"`
	Parties     []string          `json:"parties,omitempty" doc:"Masked."`
	EffectiveAt *time.Time        `json:"effectiveAt,omitempty"`
	ExpiresAt   *time.Time        `json:"expiresAt,omitempty"`
}

// ReportSignature is one signature, seal or time-stamp of a file.
type ReportSignature struct {
	Name        string        `json:"name" doc:"Of the certificate's holder."`
	Kind        string        `json:"kind" enum:"internal,licensed,unknown" doc:"Of the certificate."`
	Purpose     string        `json:"purpose,omitempty"`
	At          *time.Time    `json:"at,omitempty" doc:"Proven by a time-stamp."`
	ClaimedAt   string        `json:"claimedAt,omitempty" doc:"As the signer's machine said; unproven."`
	Timestamped bool          `json:"timestamped"`
	Level       string        `json:"level" doc:"PAdES baseline level (ETSI EN 319 142-1)."`
	Fields      []string      `json:"fields" doc:"More than one where one signature shows in several places (a straddle seal)."`
	Covers      string        `json:"covers" enum:"whole,version" doc:"The whole file, or the version of it that was signed."`
	DigestOK    bool          `json:"digestOk"`
	ChainOK     bool          `json:"chainOk"`
	Problems    []string      `json:"problems"`
	Faults      []pades.Fault `json:"faults"`
}

// ReportLater is something that came after the signatures.
type ReportLater struct {
	What    string `json:"what"`
	Allowed bool   `json:"allowed"`
}

func reportType() reflect.Type { return reflect.TypeFor[Report]() }

func (s *Server) reportJSON(ctx context.Context, data []byte, r *pades.Report, lang string) (*Report, error) {
	out := &Report{
		File: r.Verdict, SHA256: cinnabar.DigestOf(data), Pages: r.Pages, CheckedAt: s.Clock.Now(),
		Signatures: []ReportSignature{}, Later: laterOf(r, lang), Problems: problemsOf(r.Faults, lang), Faults: r.Faults,
	}
	for _, sig := range r.Signatures {
		out.Signatures = append(out.Signatures, signatureJSON(sig, lang))
	}
	var err error
	out.Document, err = s.standingJSON(ctx, out.SHA256)
	out.Verdict = out.Document.State.Verdict(r.Verdict)
	return out, err
}

func signatureJSON(sig pades.Signature, lang string) ReportSignature {
	out := ReportSignature{
		Name: sig.Name, Kind: sig.CertKind, Purpose: sig.Reason, At: sig.Time, Timestamped: sig.TimeOK, Level: sig.Level,
		Fields: append([]string{}, sig.Fields...), Covers: "version", DigestOK: sig.DigestOK && sig.SignatureOK, ChainOK: sig.ChainOK,
		Problems: problemsOf(sig.Faults, lang), Faults: sig.Faults,
	}
	if sig.CoversFile {
		out.Covers = "whole"
	}
	if !sig.ChainOK {
		out.Kind = "unknown" // what such a certificate says of itself is worth nothing
	}
	if sig.Kind == pades.KindTimeStamp {
		out.Purpose = archiveStamp.In(lang)
	}
	if !sig.TimeOK {
		out.At, out.ClaimedAt = nil, sig.ClaimedTime
	}
	return out
}

// standingJSON asks the register for a file. Who holds the file has read the names; they are masked all
// the same, for the report may be passed on.
func (s *Server) standingJSON(ctx context.Context, d cinnabar.Digest) (ReportDocument, error) {
	st, err := s.Documents.ByDigest(ctx, d)
	if errors.Is(err, errs.NotFound) {
		return ReportDocument{State: document.Unknown}, nil
	}
	if err != nil {
		return ReportDocument{}, err
	}
	out := ReportDocument{
		Number: st.Document.Number, State: st.Standing, Since: optional(st.Since), Reason: st.Reason,
		EffectiveAt: optional(st.Document.EffectiveAt), ExpiresAt: optional(st.Document.ExpiresAt),
	}
	if def, err := s.Engine.Newest(st.Document.Kind); err == nil {
		out.Title = &def.Title
	}
	out.Parties, err = s.maskedParties(ctx, st.Document.Case)
	return out, err
}

// maskedParties are the sides of a document: its customers masked, the operator by name.
func (s *Server) maskedParties(ctx context.Context, id cinnabar.CaseID) ([]string, error) {
	v, err := s.Engine.View(ctx, id, cinnabar.Actor{Kind: cinnabar.System})
	if err != nil {
		return nil, err
	}
	parties, err := s.partiesOf(ctx, v.Case)
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, p := range parties {
		if p.Org {
			p.Name = maskCompany(p.Name)
		}
		if p.Name != "" {
			out = append(out, p.Name)
		}
	}
	org, err := s.Identity.Org(ctx, v.Operator)
	return append(out, org.Name), err
}

// maskCompany shows where a company is and its legal form: 样例餐饮****公司.
func maskCompany(name string) string {
	r := []rune(name)
	if len(r) < 8 {
		return secret.MaskName(name)
	}
	return string(r[:4]) + strings.Repeat("*", 4) + string(r[len(r)-2:])
}
