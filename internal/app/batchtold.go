package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"cinnabar/internal/business/edocument"
	"cinnabar/internal/capability/batch"
	"cinnabar/internal/capability/message"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/jobs"
	"cinnabar/internal/procedure"
)

const toldJob = "edocument.batch-told"

// toldArgs is a batch at its end; failed rows that are done in another try end it again.
type toldArgs struct {
	Batch batch.ID `json:"batch"`
	Done  int      `json:"done"`
}

// tellSigners has those told for whom documents of a batch wait, once and not for each. There may be many to count, so
// that is done after the batch's own end.
func (a *App) tellSigners(ctx context.Context, tx db.Tx, b batch.Batch) error {
	if b.Done == 0 {
		return nil
	}
	return a.Queue.Enqueue(ctx, tx, toldJob, toldArgs{b.ID, b.Done})
}

// awaited is somebody for whom documents wait.
type awaited struct {
	person cinnabar.PersonID
	org    cinnabar.OrgID // for which they act on them
}

func (a *App) tellWhoIsWaitedFor(ctx context.Context, j jobs.Job) error {
	var args toldArgs
	if err := j.Decode(&args); err != nil {
		return err
	}
	b, err := a.Batches.Get(ctx, args.Batch)
	if errors.Is(err, errs.NotFound) { // removed meanwhile
		return nil
	}
	if err != nil {
		return err
	}
	counts, err := a.waitedFor(ctx, b)
	if err != nil {
		return err
	}
	return a.DB.InTx(ctx, func(tx db.Tx) error {
		for to, n := range counts {
			err := a.Messages.Send(ctx, tx, message.Message{
				To: to.person, Org: to.org, Template: "edoc-batch", Key: fmt.Sprintf("batch/%s/signers/%d", b.ID, args.Done),
				Params: map[string]string{"title": b.Title, "count": fmt.Sprint(n), "url": a.PublicURL + "/documents?role=signer"},
			})
			if err != nil {
				return err
			}
		}
		return j.Complete(ctx, tx)
	})
}

// waitedFor counts the documents of a batch that wait now, by each of those who can act on them.
func (a *App) waitedFor(ctx context.Context, b batch.Batch) (map[awaited]int, error) {
	var made []cinnabar.CaseID
	err := a.Batches.Each(ctx, b, 0, func(_ batch.NewRow, r batch.RowState) error {
		if r.State == batch.RowDone {
			made = append(made, cinnabar.CaseID(r.Ref))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	holders, err := a.Engine.HoldersOf(ctx, edocument.Signer, made)
	if err != nil {
		return nil, err
	}
	groups := map[string][]procedure.Holder{} // who hold the same documents are found once
	sizes := map[string]int{}
	for _, list := range holders {
		key := fmt.Sprint(list)
		groups[key] = list
		sizes[key]++
	}
	out := map[awaited]int{}
	for key, list := range groups {
		people, err := a.actingFor(ctx, b.Org, list)
		if err != nil {
			return nil, err
		}
		for _, p := range people {
			out[p] += sizes[key]
		}
	}
	return out, nil
}

// actingFor are those who can sign for any of some holders, each once.
func (a *App) actingFor(ctx context.Context, operator cinnabar.OrgID, holders []procedure.Holder) (out []awaited, err error) {
	def, err := a.Engine.Newest(edocument.ID)
	if err != nil {
		return nil, err
	}
	for _, h := range holders {
		people, err := notifier{a}.people(ctx, a.DB, operator, h, def.Role(edocument.Signer))
		if err != nil {
			return nil, err
		}
		for _, p := range people {
			if to := (awaited{p, cmp.Or(h.Org(), operator)}); !slices.Contains(out, to) {
				out = append(out, to)
			}
		}
	}
	return out, nil
}
