package demo

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"

	"cinnabar/internal/app"
	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/step"
)

// Summary is what demo.json holds, for people and scripts to go on from.
type Summary struct {
	BaseURL     string            `json:"baseUrl"`
	Accounts    []*Account        `json:"accounts"`
	Cases       map[string]string `json:"cases"` // number of a sample case by its state
	TrustAnchor string            `json:"trustAnchor"`
	Contract    string            `json:"contract"`  // path of a finished contract's PDF
	Documents   map[string]string `json:"documents"` // number of a sample document by its state
	FTP         FTPAccount        `json:"ftp"`       // of the purchasing department
}

// summaryFile is the summary's name in the data folder.
const summaryFile = "demo.json"

// Fill makes the samples in an empty installation. a.Run and the stand-ins must be running: codes are
// really sent. An installation that was filled before is left as it is.
func Fill(ctx context.Context, a *app.App, peers *StandIns) (*Summary, error) {
	if old, err := Load(a.Data); err == nil {
		old.BaseURL = a.PublicURL
		return old, old.save(a.Data)
	}
	stage, err := NewStage(ctx, a, peers)
	if err != nil {
		return nil, err
	}
	out := &Summary{
		BaseURL: a.PublicURL, Accounts: stage.Accounts, Cases: map[string]string{}, TrustAnchor: a.TrustAnchorFile(),
		Contract: filepath.Join(a.Data, "sample-contract.pdf"),
	}
	for i, state := range []string{
		gascontract.InForce, gascontract.Review, gascontract.Returned, gascontract.Countersign, gascontract.Sealing, gascontract.Signing,
		gascontract.Terms, gascontract.Basic, gascontract.FaceReview, gascontract.InForce,
	} {
		p, err := stage.play(ctx, 1+i%3, state)
		if err != nil {
			return nil, err
		}
		if err := p.note(out, state); err != nil {
			return nil, err
		}
	}
	out.FTP = stage.Office.ftp
	if out.Documents, err = stage.Office.fill(ctx); err != nil {
		return nil, err
	}
	return out, out.save(a.Data)
}

// note enters the case into the summary, and writes out the first contract in force.
func (p *play) note(out *Summary, state string) error {
	v, err := p.view(p.gas.person("supervisor"))
	if err != nil {
		return err
	}
	if _, done := out.Cases[state]; done {
		return nil
	}
	out.Cases[state] = v.Number
	if state != gascontract.InForce {
		return nil
	}
	data, err := p.app.CurrentFile(p.ctx, cinnabar.DocID(v.Facts.Text(step.FactDocument)))
	if err != nil {
		return err
	}
	return os.WriteFile(out.Contract, data, 0o644)
}

// Load reads the summary of an installation that was filled.
func Load(data string) (*Summary, error) {
	raw, err := os.ReadFile(filepath.Join(data, summaryFile))
	if err != nil {
		return nil, err
	}
	s := new(Summary)
	return s, json.Unmarshal(raw, s)
}

func (s *Summary) save(data string) error {
	raw, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(data, summaryFile), append(raw, '\n'), 0o600)
}
