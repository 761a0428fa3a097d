package cast

import (
	"context"
	"errors"
	"fmt"
	"io"

	"cinnabar/internal/app"
	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/procedure"
)

// What a step is.
const (
	Began = "start" // a case
	Put   = "file"  // a file into the case
	Draft = "draft" // of a section
	Files = "files" // of a material
	Act   = "act"   // an action
)

// Step is one thing that a script does: told before it is done, so that it can be tried again, and after
// it was acknowledged, with what came of it.
type Step struct {
	What     string
	Key      string // idempotency key
	Case     cinnabar.CaseID
	Name     string // of the action, section or material
	Actor    cinnabar.Actor
	Version  int64
	Body     map[string]any
	Digest   cinnabar.Digest // of the file, or of the draft
	File     cinnabar.FileID
	Revision int64 // of the section or material
	Result   *procedure.Result
}

// Script plays one case.
type Script struct {
	App      *app.App
	Cast     *Cast
	Customer Company
	N        int             // makes the case's data differ from others'
	Case     cinnabar.CaseID // "" before Begin
	// Code returns the newest code that a phone got.
	Code func(ctx context.Context, mobile string) (string, error)
	// Note is told every step, before (done is false) and after.
	Note func(s Step, done bool) error

	unlocked bool // the first of the two seals, by this script
}

func (s *Script) note(step Step, done bool) error {
	if s.Note == nil {
		return nil
	}
	return s.Note(step, done)
}

// Begin starts the case.
func (s *Script) Begin(ctx context.Context) error {
	return s.RepeatBegin(ctx, Step{What: Began, Key: cinnabar.NewID[string]("script"), Actor: s.Customer.People["agent"].Actor()})
}

// RepeatBegin starts a case with the key of an earlier try.
func (s *Script) RepeatBegin(ctx context.Context, step Step) error {
	if err := s.note(step, false); err != nil {
		return err
	}
	id, err := s.App.Engine.Start(ctx, procedure.Start{
		Procedure: gascontract.ID, Operator: s.Cast.Gas.ID, Role: gascontract.Applicant, Key: step.Key, Actor: step.Actor,
	})
	if err != nil {
		return err
	}
	s.Case, step.Case = id, id
	return s.note(step, true)
}

// maxTurns is more than any case takes; a state that an action does not leave would be played for ever.
const maxTurns = 100

// Run plays until the case is in a state.
func (s *Script) Run(ctx context.Context, until string) error {
	for range maxTurns {
		v, err := s.view(ctx)
		if err != nil || v.State.ID == until {
			return err
		}
		if err := s.next(ctx, v); err != nil {
			return fmt.Errorf("state %s: %w", v.State.ID, err)
		}
	}
	return fmt.Errorf("the case did not come to %s in %d turns", until, maxTurns)
}

func (s *Script) view(ctx context.Context) (*procedure.View, error) {
	return s.App.Engine.View(ctx, s.Case, s.Cast.Gas.People["supervisor"].Actor())
}

// next does what the state asks for.
func (s *Script) next(ctx context.Context, v *procedure.View) error {
	agent, gas := s.Customer.People["agent"], s.Cast.Gas.People
	switch v.State.ID {
	case gascontract.Identity:
		return s.fill(ctx, v, agent, gascontract.SectionIdentity, "identify")
	case gascontract.Face:
		return s.act(ctx, agent, "face-at-counter", nil)
	case gascontract.FaceReview:
		return s.act(ctx, gas["reviewer"], "confirm-face", map[string]any{"basis": "video", "reason": "已视频核验"})
	case gascontract.Basic:
		return s.fill(ctx, v, agent, gascontract.SectionBasic, "submit-basic")
	case gascontract.Contract:
		return s.fill(ctx, v, agent, gascontract.SectionContract, "submit-contract")
	case gascontract.Terms:
		return s.fill(ctx, v, gas["clerk"], gascontract.SectionTerms, "complete-terms")
	case gascontract.Signing:
		return s.sign(ctx, v, agent)
	case gascontract.Sealing:
		return s.seal(ctx, v)
	case gascontract.Review:
		return s.judge(ctx, v, gas["reviewer"])
	case gascontract.Countersign:
		return s.countersign(ctx)
	}
	return fmt.Errorf("the script knows no way on")
}

func (s *Script) act(ctx context.Context, who Person, action string, body map[string]any) error {
	v, err := s.view(ctx)
	if err != nil {
		return err
	}
	if body == nil {
		body = map[string]any{}
	}
	return s.Repeat(ctx, Step{
		What: Act, Key: cinnabar.NewID[string]("script"), Case: s.Case, Name: action, Actor: who.Actor(), Version: v.Version, Body: body,
	})
}

// Repeat takes an action, perhaps with the key of an earlier try.
func (s *Script) Repeat(ctx context.Context, step Step) error {
	if err := s.note(step, false); err != nil {
		return err
	}
	var err error
	step.Result, err = s.App.Engine.Do(ctx, procedure.Do{
		Case: step.Case, Action: step.Name, Version: step.Version, Body: step.Body, Key: step.Key, Actor: step.Actor,
	})
	if step.Result != nil { // refused is an answer, too
		err = errors.Join(err, s.note(step, true))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", step.Name, err)
	}
	return nil
}

// fill keeps the section's draft, hands in the materials that are missing, and submits.
func (s *Script) fill(ctx context.Context, v *procedure.View, who Person, section, action string) error {
	data, err := s.data(ctx, section)
	if err != nil {
		return err
	}
	d := procedure.Draft{Case: s.Case, Section: section, Data: data, Actor: who.Actor()}
	if old := v.Sections[section]; old != nil {
		d.Revision = old.Revision
	}
	step := Step{What: Draft, Case: s.Case, Name: section}
	if step.Revision, _, err = s.App.Engine.SaveDraft(ctx, d); err != nil {
		return err
	}
	if step.Digest, err = DraftDigest(data); err != nil {
		return err
	}
	if err := s.note(step, true); err != nil {
		return err
	}
	for _, m := range v.Materials {
		if action == "submit-basic" && m.Section == "" && m.Required && len(m.Files) == 0 {
			if err := s.handIn(ctx, m, who); err != nil {
				return err
			}
		}
	}
	return s.act(ctx, who, action, nil)
}

func (s *Script) handIn(ctx context.Context, m *procedure.Material, who Person) error {
	file, err := s.putPaper(ctx, m.Title.Zh+".jpg")
	if err != nil {
		return err
	}
	now, err := s.App.Engine.SetFiles(ctx, s.Case, m.Name, []cinnabar.FileID{file}, who.Actor())
	if err != nil {
		return err
	}
	return s.note(Step{What: Files, Case: s.Case, Name: m.Name, Revision: now.Revision, File: file}, true)
}

// putPaper adds a sheet of its own to the case.
func (s *Script) putPaper(ctx context.Context, name string) (cinnabar.FileID, error) {
	picture, err := paper(fmt.Sprint(name, s.N))
	if err != nil {
		return "", err
	}
	return s.put(ctx, name, picture)
}

// put adds a picture to the case.
func (s *Script) put(ctx context.Context, name string, picture io.Reader) (cinnabar.FileID, error) {
	blob, err := s.App.Files.Put(ctx, picture)
	if err != nil {
		return "", err
	}
	step := Step{What: Put, Case: s.Case, Name: name, Digest: blob.Digest}
	err = s.App.DB.InTx(ctx, func(tx db.Tx) error {
		f, err := s.App.Files.Add(ctx, tx, filestore.NewFile{
			Blob: blob, Name: name, MIME: "image/jpeg", Case: s.Case, By: s.Customer.People["agent"].Actor(),
		})
		if err == nil {
			step.File = f.ID
		}
		return err
	})
	if err != nil {
		return "", err
	}
	return step.File, s.note(step, true)
}
