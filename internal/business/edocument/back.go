package edocument

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/capability/mirror"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/jobs"
	"cinnabar/internal/procedure"
	"cinnabar/internal/step"
)

// Reject sends the document back with a reason, which is required (DOC-9). Body: reason.
type Reject struct{}

func (Reject) StepName() string { return "edoc-reject" }

func (s *Service) reject(ctx context.Context, tx db.Tx, c *procedure.Change, _ Reject, _ struct{}) error {
	w, err := wayOf(c.Case)
	if err != nil {
		return err
	}
	for _, p := range w.open() {
		p.Done = p.isOf(c.Actor) // they have done their part
	}
	return s.sendBack(ctx, tx, c, w)
}

// Recall takes the document back while nobody has sealed it. Body: reason.
type Recall struct{}

func (Recall) StepName() string { return "edoc-recall" }

func (s *Service) recall(ctx context.Context, tx db.Tx, c *procedure.Change, _ Recall, _ struct{}) error {
	w, err := wayOf(c.Case)
	if err != nil {
		return err
	}
	if w.sealed() {
		return errs.New(errs.Conflict, "sealed-already", "a department has sealed it already: ask one of those whose turn it is to send it back")
	}
	return s.sendBack(ctx, tx, c, w)
}

func (s *Service) sendBack(ctx context.Context, tx db.Tx, c *procedure.Change, w *Way) error {
	if err := w.stop(ctx, tx, c); err != nil {
		return err
	}
	e, err := readEntry(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	e.Reason = form.TextOf(c.Body, "reason")
	c.NotePersonal("reason", e.Reason)
	c.Param("reason", e.Reason)
	c.Param("number", e.Number)
	return s.recordSame(ctx, tx, c, &e, Returned)
}

// Remind tells the departments whose turn it is that the document waits for them, once an hour (PLT-23).
type Remind struct{}

func (Remind) StepName() string { return "edoc-remind" }

// remindEvery is how long a stage's departments are left alone after a reminder, whoever sent it.
const remindEvery = time.Hour

func (s *Service) remind(_ context.Context, _ db.Tx, c *procedure.Change, _ Remind, _ struct{}) error {
	w, err := wayOf(c.Case)
	if err != nil {
		return err
	}
	if again := w.Reminded.Add(remindEvery); c.At.Before(again) {
		return errs.New(errs.TooMany, "reminded-already", "they were reminded within the last hour").With("again", again.Format(time.RFC3339))
	}
	w.Reminded = c.At
	return c.Remember(factRoute, w)
}

// Escalate lets deputies act on what is overdue and sets the time anew (DOC-10).
type Escalate struct{}

func (Escalate) StepName() string { return "edoc-escalate" }

func (s *Service) escalate(ctx context.Context, tx db.Tx, c *procedure.Change, _ Escalate, _ struct{}) error {
	w, err := wayOf(c.Case)
	if err != nil {
		return err
	}
	for _, p := range w.open() {
		p.Late = true
		for _, h := range p.held()[1:] {
			if err := c.Grant(ctx, tx, procedure.Grant{Role: Signer, Holder: h}); err != nil {
				return err
			}
		}
	}
	if err := c.Remember(factRoute, w); err != nil {
		return err
	}
	return c.Renew(ctx, tx, c.At.Add(w.due()))
}

// Void ends a document that came back; its number stays on record (DOC-9). Body: reason.
type Void struct{}

func (Void) StepName() string { return "edoc-void" }

func (s *Service) void(ctx context.Context, tx db.Tx, c *procedure.Change, _ Void, _ struct{}) error {
	return s.end(ctx, tx, c, form.TextOf(c.Body, "reason"))
}

// end voids a document: from then on its file verifies as voided.
func (s *Service) end(ctx context.Context, tx db.Tx, c *procedure.Change, reason string) error {
	if err := s.Documents.VoidReserved(ctx, tx, c.ID, reason); err != nil {
		return err
	}
	if id := cinnabar.DocID(c.Facts.Text(step.FactDocument)); id != "" {
		if err := s.Documents.Void(ctx, tx, id, reason); err != nil {
			return err
		}
	}
	e, err := readEntry(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	e.Reason = reason
	c.NotePersonal("reason", reason)
	return s.recordSame(ctx, tx, c, &e, Voided)
}

// recordSame records a new state of the same file.
func (s *Service) recordSame(ctx context.Context, tx db.Tx, c *procedure.Change, e *Entry, state string) error {
	var b filestore.Blob
	if e.Digest != "" {
		d, err := cinnabar.ParseDigest(e.Digest)
		if err != nil {
			return err
		}
		b = filestore.Blob{Digest: d, Size: e.Size}
		return s.record(ctx, tx, c, e, state, b, Filed{Item: e.Item, Path: e.Path})
	}
	e.State, e.Updated = state, c.At
	return updateEntry(ctx, tx, e)
}

// mirrored is the row of the index database.
func (e *Entry) mirrored() mirror.Row {
	return mirror.Row{
		Number: e.Number, Org: string(e.Org), Client: e.Client, Path: e.Path, Digest: e.Digest, Size: e.Size, Type: e.Type, State: e.State, Version: e.Version, Updated: e.Updated,
	}
}

// returnJob puts what came back into the creator's FTP folder.
const returnJob = "edocument.return"

type returnArgs struct {
	Case    cinnabar.CaseID `json:"case"`
	Version int64           `json:"version"`
	State   string          `json:"state"`
	Digest  string          `json:"digest"`
}

// giveBack brings a document back that is complete, sent back or voided: by webhook and into the creator's
// folder, as its type says. In the program it shows itself.
func (s *Service) giveBack(ctx context.Context, tx db.Tx, t *Type, e *Entry) error {
	if e.State == Routing {
		return nil
	}
	if t.Webhook && s.Hooks != nil {
		if err := s.Hooks.Send(ctx, tx, e.Org, "document."+e.State, e.event(), fmt.Sprintf("edoc/%s/%d", e.Case, e.Version)); err != nil {
			return err
		}
	}
	if !t.Outbox || s.Outbox == nil || e.Number == "" {
		return nil
	}
	return s.Jobs.Enqueue(ctx, tx, returnJob, returnArgs{e.Case, e.Version, e.State, e.Digest})
}

// Event is what a webhook tells of a document.
type Event struct {
	Case    cinnabar.CaseID `json:"case"`
	Number  string          `json:"number"`
	Type    string          `json:"type"`
	Key     string          `json:"key,omitempty"`
	Client  string          `json:"client"`
	State   string          `json:"state"`
	Reason  string          `json:"reason,omitempty"`
	Path    string          `json:"path"`
	SHA256  string          `json:"sha256"`
	Size    int64           `json:"size"`
	Version int64           `json:"version"`
	At      time.Time       `json:"at"`
}

func (e *Entry) event() Event {
	return Event{e.Case, e.Number, e.Type, e.Key, e.Client, e.State, e.Reason, e.Path, e.Digest, e.Size, e.Version, e.Updated}
}

// bringBack delivers into the folder: NUMBER-vN.pdf, and then NUMBER-vN.json with what became of it. The same
// again does no harm; an older state never comes after a newer.
func (s *Service) bringBack(ctx context.Context, j jobs.Job) error {
	var args returnArgs
	if err := j.Decode(&args); err != nil {
		return err
	}
	e, err := readEntry(ctx, s.DB, args.Case)
	if err != nil || e.State != args.State || e.Digest != args.Digest { // a newer state has a job of its own
		return err
	}
	if e.Version = args.Version; e.State == Completed {
		e.Reason = "" // of a request to void that came meanwhile
	}
	accounts, err := s.accountsOf(ctx, e.Org, e.Department)
	if err != nil || len(accounts) == 0 {
		return err
	}
	name := fmt.Sprintf("%s-v%d", e.Number, e.Version)
	if e.Item != "" {
		body, err := s.Depot.Read(ctx, e.Item)
		if err != nil {
			return err
		}
		if err := s.deliver(ctx, accounts, name+".pdf", body); err != nil {
			return err
		}
	}
	answer, err := e.answer()
	if err != nil {
		return err
	}
	return s.deliver(ctx, accounts, name+".json", answer)
}

func (s *Service) deliver(ctx context.Context, accounts []Account, name string, body []byte) error {
	for _, a := range accounts {
		if err := s.Outbox.Deliver(ctx, a.Name, name, body); err != nil {
			return fmt.Errorf("outbox of %s: %w", a.Name, err)
		}
	}
	return nil
}

func (e *Entry) answer() ([]byte, error) {
	b, err := json.MarshalIndent(e.event(), "", "  ")
	return append(b, '\n'), err
}
