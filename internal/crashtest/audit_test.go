package crashtest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"cinnabar/internal/bench/cast"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/procedure"
	"cinnabar/internal/step"
)

// audit looks for everything that the journal holds, before anything else runs.
func (c *child) audit(ctx context.Context) error {
	findings, err := c.app.Check(ctx)
	if err != nil {
		return err
	}
	for _, f := range findings {
		c.fault("check: %s: %s: %s", f.Audit, f.Where, f.What)
	}
	for _, r := range c.Journal.Cases {
		if r.ID == "" {
			continue
		}
		if err := c.auditCase(ctx, r); err != nil {
			return fmt.Errorf("case %s: %w", r.ID, err)
		}
	}
	return nil
}

func (c *child) auditCase(ctx context.Context, r *record) error {
	v, err := c.app.Engine.View(ctx, r.ID, c.Journal.Cast.Gas.People["supervisor"].Actor())
	if err != nil {
		return err
	}
	entries, err := c.app.Engine.Timeline(ctx, r.ID, 0)
	if err != nil {
		return err
	}
	c.auditTimeline(r, entries)
	for _, f := range []func(context.Context, *record, *procedure.View, []procedure.Entry) error{
		c.auditDrafts, c.auditFiles, c.auditMessages, c.auditDeadline, c.auditDocument, c.auditAnswers,
	} {
		if err := f(ctx, r, v, entries); err != nil {
			return err
		}
	}
	return nil
}

// auditTimeline wants every acknowledged action at its place once, and beyond them at most the one that was
// under way.
func (c *child) auditTimeline(r *record, entries []procedure.Entry) {
	acted := 0
	for _, s := range r.Acked {
		if s.What != cast.Act {
			continue
		}
		acted++
		at := s.Result.Version - 1
		if at >= int64(len(entries)) || entries[at].Kind != s.Name || entries[at].Outcome != s.Result.Outcome {
			c.fault("case %s: acknowledged %s is not at entry %d", r.ID, s.Name, s.Result.Version)
		}
	}
	known := acted + 1 // the beginning
	switch more := len(entries) - known; {
	case more < 0:
		c.fault("case %s: %d entries, %d were acknowledged", r.ID, len(entries), known)
	case more == 1 && (r.Pending == nil || entries[known].Kind != r.Pending.Name), more > 1:
		c.fault("case %s: %d entries that nobody asked for", r.ID, more)
	}
}

func (c *child) auditDrafts(_ context.Context, r *record, v *procedure.View, _ []procedure.Entry) error {
	for _, s := range r.Acked {
		if s.What != cast.Draft {
			continue
		}
		now := v.Sections[s.Name]
		if now == nil || now.Revision < s.Revision {
			c.fault("case %s: draft of %s is lost", r.ID, s.Name)
			continue
		}
		digest, err := cast.DraftDigest(now.Draft)
		if err != nil {
			return err
		}
		if now.Revision == s.Revision && digest != s.Digest {
			c.fault("case %s: draft of %s has other contents", r.ID, s.Name)
		}
	}
	return nil
}

func (c *child) auditFiles(ctx context.Context, r *record, v *procedure.View, _ []procedure.Entry) error {
	for _, s := range r.Acked {
		switch s.What {
		case cast.Files:
			m := v.Material(s.Name)
			if m == nil || m.Revision < s.Revision || (m.Revision == s.Revision && (len(m.Files) != 1 || m.Files[0] != s.File)) {
				c.fault("case %s: the file of %s is lost", r.ID, s.Name)
			}
		case cast.Put:
			if r.Finished && !c.Everyone {
				continue // the check reads all files anyway
			}
			if digest, err := c.digest(ctx, s.File); err != nil || digest != s.Digest {
				c.fault("case %s: file %s: %v", r.ID, s.File, err)
			}
		}
	}
	return nil
}

func (c *child) digest(ctx context.Context, id cinnabar.FileID) (cinnabar.Digest, error) {
	_, f, err := c.app.Files.Open(ctx, id)
	if err != nil {
		return cinnabar.Digest{}, err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	return cinnabar.DigestOf(data), err
}

// auditMessages wants one event in the inbox for each that an entry of the timeline tells.
func (c *child) auditMessages(ctx context.Context, r *record, v *procedure.View, entries []procedure.Entry) error {
	told := 0
	for _, e := range entries[1:] {
		for _, t := range v.Definition.Action(e.Kind).Tell[e.Outcome] {
			told++
			if n, err := c.count(ctx, `SELECT count(*) FROM inbox WHERE dedup LIKE $1`, fmt.Sprintf("case/%s/%d/%s/%%", r.ID, e.Seq, t.Template)); err != nil || n == 0 {
				c.fault("case %s: %s of entry %d is not in the inbox: %v", r.ID, t.Template, e.Seq, err)
			}
		}
	}
	events, err := c.count(ctx, `SELECT count(DISTINCT substr(dedup, 1, length(dedup) - length(person) - 1)) FROM inbox WHERE dedup LIKE $1`, "case/"+string(r.ID)+"/%")
	if events != told {
		c.fault("case %s: messages of %d events, the timeline tells %d", r.ID, events, told)
	}
	return err
}

// auditDeadline wants the deadline's job once where the state has one, and none elsewhere.
func (c *child) auditDeadline(ctx context.Context, r *record, v *procedure.View, _ []procedure.Entry) error {
	n, err := c.count(ctx, `SELECT count(*) FROM job WHERE kind = 'procedure.deadline' AND args LIKE $1`, "%"+string(r.ID)+"%")
	want := 0
	if v.State.Deadline != nil {
		want = 1
	}
	if n != want {
		c.fault("case %s in state %s: %d jobs for its deadline", r.ID, v.State.ID, n)
	}
	return err
}

// makesVersion are the actions, with their outcomes, that make a version of the document.
var makesVersion = map[string]string{
	"complete-terms": "to-sign", "sign": procedure.Done, "unlock-contract-seal": step.AllSealed, "unlock-legal-rep-seal": step.AllSealed,
	"countersign": procedure.Done,
}

func (c *child) auditDocument(ctx context.Context, r *record, v *procedure.View, entries []procedure.Entry) error {
	want := 0
	for _, e := range entries {
		if makesVersion[e.Kind] == e.Outcome {
			want++
		}
	}
	got, err := c.count(ctx, `SELECT count(*) FROM document_version v JOIN document d ON d.id = v.doc_id WHERE d.case_id = $1`, string(r.ID))
	if err != nil {
		return err
	}
	if got != want {
		c.fault("case %s: %d versions of its document, %d by the timeline", r.ID, got, want)
	}
	if want == 0 || (r.Finished && !c.Everyone) {
		return nil
	}
	now, err := c.app.Documents.Current(ctx, c.app.DB, cinnabar.DocID(v.Facts.Text(step.FactDocument)))
	if err != nil {
		return err
	}
	if digest, err := c.digest(ctx, now.File); err != nil || digest != now.Digest {
		c.fault("case %s: the document's file: %v", r.ID, err)
	}
	return nil
}

// auditAnswers repeats requests that were acknowledged: they must get their first answer.
func (c *child) auditAnswers(ctx context.Context, r *record, _ *procedure.View, _ []procedure.Entry) error {
	acked := r.Acked
	if !c.Everyone {
		acked = acked[max(0, len(acked)-2):]
	}
	for _, s := range acked {
		if s.What != cast.Act {
			continue
		}
		got, err := c.app.Engine.Do(ctx, procedure.Do{
			Case: s.Case, Action: s.Name, Version: s.Version, Body: s.Body, Key: s.Key, Actor: c.actor(s.Actor.Person),
		})
		if !same(got, s.Result) {
			c.fault("case %s: %s repeated: %+v, %v", r.ID, s.Name, got, err)
		}
	}
	return nil
}

func (c *child) count(ctx context.Context, query string, args ...any) (n int, err error) {
	return n, c.app.DB.QueryRow(ctx, query, args...).Scan(&n)
}

// drain waits until only deadlines are left to do, and compares what was sent with what arrived.
func (c *child) drain(ctx context.Context) error {
	const waiting = `SELECT count(*) FROM job WHERE kind <> 'procedure.deadline' AND due_at < $1`
	for started := c.app.Clock.Now(); ; time.Sleep(20 * time.Millisecond) {
		n, err := c.count(ctx, waiting, c.app.Clock.Now().UnixMilli())
		if err != nil {
			return err
		}
		if n == 0 {
			break
		}
		if c.app.Clock.Now().Sub(started) > time.Minute {
			return errors.New("jobs are left after a minute")
		}
	}
	if dead, err := c.app.Queue.Dead(ctx); err != nil || len(dead) > 0 {
		c.fault("dead jobs: %+v, %v", dead, err)
	}
	if n, err := c.count(ctx, `SELECT count(*) FROM outbox WHERE state = 'waiting'`); err != nil || n > 0 {
		c.fault("%d messages wait without a job: %v", n, err)
	}
	if err := c.auditSent(ctx); err != nil {
		return err
	}
	c.tell(line{Kind: lineDrained})
	select {}
}

// auditSent wants every SMS that counts as sent at the gateway, as often as it was sent: once.
func (c *child) auditSent(ctx context.Context) error {
	sent, err := c.count(ctx, `SELECT count(*) FROM outbox WHERE channel = 'sms' AND state = 'sent'`)
	if err != nil {
		return err
	}
	taken, err := c.taken()
	if err != nil {
		return err
	}
	found := 0
	for _, m := range taken {
		n, err := c.count(ctx, `SELECT count(*) FROM outbox WHERE channel = 'sms' AND id = $1 AND state = 'sent'`, m.Key)
		if err != nil {
			return err
		}
		found += n
	}
	if found != sent {
		c.fault("%d SMS count as sent, %d of them arrived", sent, found)
	}
	return nil
}
