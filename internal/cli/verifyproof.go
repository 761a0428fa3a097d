package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"cinnabar/internal/capability/evidence"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/httpapi"
)

// proved is the outcome for one proof of the evidence log.
type proved struct {
	Proof  string           `json:"proof"`
	SHA256 *cinnabar.Digest `json:"sha256,omitempty"` // the file that it is of
	Case   cinnabar.CaseID  `json:"case,omitempty"`
	Seq    int64            `json:"seq,omitempty"`
	At     *time.Time       `json:"at,omitempty"` // when the entry was made, as the entry says
	Index  int64            `json:"index"`
	Size   int64            `json:"size"`            // entries that the checkpoint covers
	Since  int64            `json:"since,omitempty"` // entries of the older checkpoint
	Error  string           `json:"error,omitempty"`
}

// proofs reads and checks every proof with the log's public key. Whether one is of the files is checked then.
func (c *verifyCmd) proofs() (out []proved, err error) {
	if len(c.Proof) == 0 {
		return nil, nil
	}
	key, err := c.logKey()
	if err != nil {
		return nil, err
	}
	for _, file := range c.Proof {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("proof: %w", err)
		}
		p := proved{Proof: file}
		if err := p.read(raw, key); err != nil {
			p.Error = err.Error()
		}
		out = append(out, p)
	}
	return out, nil
}

// read checks a proof of any of the three kinds.
func (p *proved) read(raw []byte, key string) (err error) {
	var d httpapi.DocumentProof
	if err := json.Unmarshal(raw, &d); err != nil {
		return fmt.Errorf("no proof: %w", err)
	}
	if d.Format == evidence.GrowthFormat {
		p.Since, p.Size, err = evidence.VerifyGrowth(raw, key)
		return err
	}
	var proven *evidence.Proven
	if d.Format == httpapi.ProofFormat {
		p.SHA256, p.At = &d.SHA256, &d.Entry.At
		proven, err = d.Verify(d.SHA256, key)
	} else {
		proven, err = evidence.VerifyProof(raw, key)
	}
	if err == nil {
		p.Case, p.Seq, p.Index, p.Size, p.Since = proven.Case, proven.Seq, proven.Index, proven.Size, proven.Since
	}
	return err
}

// check tells whether the proof holds, and of one of the files where it is of a file.
func (p *proved) check(files []verified) bool {
	ofThese := p.SHA256 == nil || len(files) == 0 || slices.ContainsFunc(files, func(v verified) bool { return v.SHA256 == *p.SHA256 })
	if p.Error == "" && !ofThese {
		p.Error = fmt.Sprintf("it is of none of these files, but of one with SHA-256 %s", p.SHA256)
	}
	return p.Error == ""
}

// jsonReport is a list of files, with the proofs where there are some.
func jsonReport(files []verified, proofs []proved) any {
	if len(proofs) == 0 {
		return files
	}
	return map[string]any{"files": files, "proofs": proofs}
}

func printProofs(w io.Writer, list []proved) error {
	for _, p := range list {
		text := fmt.Sprintf("entry %d of %s stands in the log at %d of %d", p.Seq, p.Case, p.Index, p.Size)
		switch {
		case p.Error != "":
			text = "PROVES NOTHING: " + p.Error
		case p.Case == "":
			text = fmt.Sprintf("the log only grew, from %d entries to %d", p.Since, p.Size)
		case p.Since > 0:
			text += fmt.Sprintf("; the log only grew since it had %d", p.Since)
		}
		if p.Error == "" && p.At != nil {
			text += ", made " + p.At.Format(time.RFC3339)
		}
		if _, err := fmt.Fprintf(w, "%s: %s\n", filepath.Base(p.Proof), text); err != nil {
			return err
		}
	}
	return nil
}
