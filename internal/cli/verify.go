package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"cinnabar/internal/capability/document"
	"cinnabar/internal/capability/evidence"
	"cinnabar/internal/capability/pki"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf/pades"
	"cinnabar/internal/platform/clock"
)

// verifyCmd verifies signed files without a network and without trust in the operator (PLT-12).
type verifyCmd struct {
	Files  []string `arg:"" optional:"" name:"file" type:"existingfile" help:"Signed PDFs."`
	Trust  string   `type:"existingfile" help:"The root certificates (PEM), from GET /api/v1/verify/trust-anchor. Files need it."`
	Status string   `type:"existingfile" help:"A signed status, from GET /api/v1/verify/statement; without it the status is unknown."`
	Proof  []string `type:"existingfile" help:"Proofs of the evidence log: of a file, from GET /api/v1/verify/proof; of an entry, from GET /api/v1/cases/{id}/evidence; of its growth, from GET /api/v1/evidence/consistency."`
	LogKey string   `type:"existingfile" help:"The public key that status and proofs are signed with, from GET /api/v1/evidence/log-key."`
	JSON   bool     `help:"Print the reports as JSON."`
}

// verified is the outcome for one file. Without a signed status nobody can say offline whether the document
// was voided or replaced: the status is unknown then.
type verified struct {
	File    string              `json:"file"`
	SHA256  cinnabar.Digest     `json:"sha256"`
	Verdict string              `json:"verdict,omitempty"` // what the file is worth, all in all
	Status  document.Standing   `json:"status"`
	Signed  *document.Statement `json:"statement,omitempty"`
	Error   string              `json:"error,omitempty"`
	Report  *pades.Report       `json:"report,omitempty"`
}

// Run exits with 0 only when every file is valid and none is known to be out of force.
func (c *verifyCmd) Run(e *env) error {
	if len(c.Files) == 0 && len(c.Proof) == 0 {
		return errors.New("name a file, or --proof")
	}
	trust, err := c.trust()
	if err != nil {
		return err
	}
	statement, err := c.statement()
	if err != nil {
		return err
	}
	proofs, err := c.proofs()
	if err != nil {
		return err
	}
	var all []verified
	good, told := true, statement == nil
	for _, file := range c.Files {
		v := verifyFile(e, file, trust, statement)
		good, told = good && v.valid(), told || v.Signed != nil
		all = append(all, v)
	}
	for i := range proofs {
		good = proofs[i].check(all) && good
	}
	if c.JSON {
		out := json.NewEncoder(e.out)
		out.SetIndent("", "  ")
		err = out.Encode(jsonReport(all, proofs))
	} else {
		err = errors.Join(printVerified(e.out, all), printProofs(e.out, proofs))
	}
	switch {
	case err == nil && !told:
		err = fmt.Errorf("the signed status is of none of these files, but of one with SHA-256 %s", statement.Digest)
	case err == nil && !good:
		err = errNotRight
	}
	return err
}

func (c *verifyCmd) trust() (pki.Trust, error) {
	if len(c.Files) == 0 {
		return pki.Trust{}, nil
	}
	if c.Trust == "" {
		return pki.Trust{}, errors.New("files need --trust, the root certificates")
	}
	text, err := os.ReadFile(c.Trust)
	if err != nil {
		return pki.Trust{}, fmt.Errorf("trust anchor: %w", err)
	}
	t, err := pki.ParseTrust(text)
	if err != nil {
		return t, fmt.Errorf("trust anchor: %s: %w", c.Trust, err)
	}
	return t, nil
}

// statement reads the signed status; nil when none was given.
func (c *verifyCmd) statement() (*document.Statement, error) {
	if c.Status == "" {
		return nil, nil
	}
	key, err := c.logKey()
	if err != nil {
		return nil, err
	}
	signed, err := os.ReadFile(c.Status)
	if err != nil {
		return nil, fmt.Errorf("signed status: %w", err)
	}
	text, err := evidence.OpenNote(string(signed), key)
	if err != nil {
		return nil, fmt.Errorf("signed status: %w", err)
	}
	return document.ParseStatement(text)
}

// logKey is the public key of the installation's log.
func (c *verifyCmd) logKey() (string, error) {
	if c.LogKey == "" {
		return "", errors.New("--status and --proof need --log-key, which they are signed with")
	}
	key, err := os.ReadFile(c.LogKey)
	if err != nil {
		return "", fmt.Errorf("public key of the log: %w", err)
	}
	return strings.TrimSpace(string(key)), nil
}

func verifyFile(e *env, file string, trust pki.Trust, st *document.Statement) verified {
	v := verified{File: file, Status: document.Unknown}
	data, err := os.ReadFile(file)
	if err == nil {
		v.SHA256 = cinnabar.DigestOf(data)
		v.Report, err = pades.Verify(e, data, pades.VerifyOptions{
			Roots: trust.SignerRoots(), TSARoots: trust.TimeStampRoots(), Now: clock.System{}.Now(), Kind: pki.Kind,
		})
	}
	if err != nil {
		v.Error = err.Error()
		return v
	}
	// A status is about one file only.
	if st != nil && st.Digest == v.SHA256 {
		v.Status, v.Signed = st.Standing, st
	}
	v.Verdict = v.Status.Verdict(v.Report.Verdict)
	return v
}

func (v verified) valid() bool {
	return v.Verdict == string(pades.Valid) || v.Verdict == string(pades.ValidWithAdditions)
}

func printVerified(w io.Writer, all []verified) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, v := range all {
		fmt.Fprintf(t, "%s\t%s\tstatus %s\n", filepath.Base(v.File), cmp.Or(v.Verdict, v.Error), v.statusText())
		if v.Report == nil {
			continue
		}
		for _, f := range v.Report.Faults {
			fmt.Fprintf(t, "  !\t%s\t%s\n", f.Code, f.Detail)
		}
		for _, s := range v.Report.Signatures {
			printSignature(t, s)
		}
	}
	return t.Flush()
}

func (v verified) statusText() string {
	text := string(v.Status)
	if v.Signed == nil {
		return text
	}
	if v.Signed.Since != nil {
		text += " since " + v.Signed.Since.Format(time.RFC3339)
	}
	if v.Signed.Reason != "" {
		text += " (" + v.Signed.Reason + ")"
	}
	return text + " as of " + v.Signed.AsOf.Format(time.RFC3339)
}

func printSignature(w io.Writer, s pades.Signature) {
	at := "no proven time"
	if s.TimeOK && s.Time != nil {
		at = s.Time.Format(time.RFC3339)
	}
	kind := s.CertKind
	if !s.ChainOK {
		kind = "untrusted"
	}
	fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\n", s.Name, s.Reason, kind, s.Level, at)
	for _, f := range s.Faults {
		fmt.Fprintf(w, "  !\t%s\t%s\n", f.Code, f.Detail)
	}
}
