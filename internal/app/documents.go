package app

import (
	"context"
	"runtime"

	"cinnabar/internal/business/edocument"
	"cinnabar/internal/business/edocument/inbox"
	"cinnabar/internal/capability/batch"
	"cinnabar/internal/capability/mirror"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/step"
)

// openBatches opens long runs of many rows, and the index databases of departments.
func (a *App) openBatches(context.Context) (err error) {
	if a.Mirror, err = mirror.New(mirror.Deps{DB: a.DB, Clock: a.Clock, Log: a.Log, Vault: a.Vault, Folder: a.path("index-databases"), Former: a.onlyOperator, Named: a.typesIn}); err != nil {
		return err
	}
	a.closing(a.Mirror.Close)
	words, err := openWords()
	if err != nil {
		return err
	}
	// Rows wait for the disk more than for a processor, and what waits for it at the same time shares a wait.
	a.Batches, err = batch.New(batch.Deps{DB: a.DB, Clock: a.Clock, Log: a.Log, Vault: a.Vault, Live: a.Hub, Words: words.tell, AtOnce: max(32, 4*runtime.NumCPU())})
	return err
}

// typesIn are the types of documents that name an index database.
func (a *App) typesIn(ctx context.Context, r db.Reader, database string) ([]string, error) {
	return a.EDocuments.TypesIn(ctx, r, database)
}

// onlyOperator is whose documents are in index databases from before their rows had an organisation: only
// operators can name such databases for their types.
func (a *App) onlyOperator(ctx context.Context) (cinnabar.OrgID, error) {
	list, err := a.Identity.Operators(ctx)
	if err != nil || len(list) != 1 {
		return "", err
	}
	return list[0].ID, nil
}

// openEDocuments opens the business of enterprise documents; its steps run in the engine that is opened next.
func (a *App) openEDocuments(context.Context) (err error) {
	a.EDocuments, err = edocument.New(edocument.Deps{
		Deps: a.steps, Clock: a.Clock, Identity: a.Identity, Fonts: a.fonts, Jobs: a.Queue, Depot: a.Depot, Mirror: a.Mirror,
		Outbox: a.Accounts, Hooks: a.Webhooks, PublicURL: a.PublicURL,
	})
	return err
}

// runMany has batches and FTP inboxes make and seal documents through the engine.
func (a *App) runMany() (err error) {
	a.EDocuments.Engine = a.Engine
	many := &step.ManyCases{Engine: a.Engine, Batches: a.Batches, Actors: a.Identity}
	a.Bulk = &step.BulkSealing{Deps: a.steps, ManyCases: many}
	a.Batches.Register(step.BulkKind, a.Bulk)
	a.Batches.Register(edocument.BatchKind, edocument.Batches{Service: a.EDocuments, Actors: a.Identity, Told: a.tellSigners})
	a.Approvals = &edocument.BulkApproval{ManyCases: many}
	a.Batches.Register(edocument.ApproveKind, a.Approvals)
	a.Queue.Register(toldJob, a.tellWhoIsWaitedFor)
	a.Inbox, err = inbox.New(inbox.Deps{
		DB: a.DB, Clock: a.Clock, Log: a.Log, Jobs: a.Queue, Documents: a.EDocuments, Folders: a.Accounts, Files: a.Files,
	})
	return err
}
