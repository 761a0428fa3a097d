// Package app is the composition root: configuration in, everything wired by plain constructors, and the
// order in which things start and stop.
package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"cinnabar/internal/business/edocument"
	"cinnabar/internal/business/edocument/inbox"
	"cinnabar/internal/business/gascontract"
	"cinnabar/internal/capability/batch"
	"cinnabar/internal/capability/biometric"
	"cinnabar/internal/capability/biometric/face"
	"cinnabar/internal/capability/device"
	"cinnabar/internal/capability/document"
	"cinnabar/internal/capability/evidence"
	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/filestore/depot"
	"cinnabar/internal/capability/filestore/diskstore"
	"cinnabar/internal/capability/filestore/ftpaccount"
	"cinnabar/internal/capability/filestore/ftpserve"
	"cinnabar/internal/capability/form"
	"cinnabar/internal/capability/identity"
	"cinnabar/internal/capability/message"
	"cinnabar/internal/capability/message/smshttp"
	"cinnabar/internal/capability/message/smtpmail"
	"cinnabar/internal/capability/mirror"
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/capability/setting"
	"cinnabar/internal/capability/signing"
	"cinnabar/internal/capability/webhook"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/httpapi"
	"cinnabar/internal/pdf/typeset"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/jobs"
	"cinnabar/internal/platform/live"
	"cinnabar/internal/platform/secret"
	"cinnabar/internal/procedure"
	"cinnabar/internal/step"
)

// App is the whole program, ready to serve.
type App struct {
	Config
	DB        db.DB
	Vault     *secret.Vault
	Queue     *jobs.Queue
	Hub       *live.Hub
	Identity  *identity.Service
	Messages  *message.Service
	Files     *filestore.Service
	Depot     *depot.Service
	Accounts  *ftpaccount.Service // of the FTP server
	Documents *document.Service
	Seals     *seal.Service
	Signing   *signing.Service
	Evidence  *evidence.Log
	Face      *biometric.Service
	Fingers   *biometric.Fingers
	Devices   *device.Service
	Settings  *setting.Service
	Mirror    *mirror.Service
	Webhooks  *webhook.Service
	Batches   *batch.Service
	Engine    *procedure.Engine
	Metrics   *metrics

	EDocuments *edocument.Service
	Bulk       *step.BulkSealing
	Approvals  *edocument.BulkApproval
	Inbox      *inbox.Service // FTP inboxes of departments

	authority *authority
	artist    *artist
	faces     *face.Engine       // nil in a build without models
	faceJudge *biometric.BuiltIn // the same
	fonts     *typeset.Fonts
	steps     step.Deps
	kdf       *secret.KDF // of passwords of people and of seals
	server    *httpapi.Server
	hookQueue *jobs.Queue      // of webhooks, whose receivers may be slow
	ftp       *ftpserve.Server // nil: none
	closers   []func() error
}

// New opens the data and wires everything. Close it when it is no longer needed.
func New(ctx context.Context, c Config) (_ *App, err error) {
	c.setDefaults()
	if c.Data == "" || c.PublicURL == "" {
		return nil, errors.New("app: a data folder and the public URL are needed")
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	a := &App{Config: c, Hub: &live.Hub{}, Metrics: newMetrics(), kdf: secret.NewKDF()}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	for _, part := range []struct {
		name string
		open func(context.Context) error
	}{
		{"database", a.openDatabase},
		{"people and messages", a.openPeople},
		{"files", a.openFiles},
		{"authority", a.openAuthority},
		{"FTP", a.openFTP},
		{"evidence log", a.openEvidence},
		{"documents and seals", a.openDocuments},
		{"biometrics", a.openBiometrics},
		{"devices", a.openDevices},
		{"batches", a.openBatches},
		{"webhooks", a.openWebhooks},
		{"procedures", a.openProcedures},
		{"HTTP", a.openHTTP},
	} {
		if err := part.open(ctx); err != nil {
			return nil, fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return a, nil
}

func (a *App) closing(f func() error) { a.closers = append(a.closers, f) }

// Close lets go of everything, in the opposite order of opening.
func (a *App) Close() error {
	a.Hub.Close()
	var all []error
	for i := len(a.closers) - 1; i >= 0; i-- {
		all = append(all, a.closers[i]())
	}
	a.closers = nil
	return errors.Join(all...)
}

func (a *App) path(name string) string { return filepath.Join(a.Data, name) }

func (a *App) openDatabase(ctx context.Context) (err error) {
	if a.DB, err = db.Open(ctx, a.Database); err != nil {
		return err
	}
	a.closing(a.DB.Close)
	if a.Vault, err = secret.Open(ctx, a.DB, a.path("vault.key"), secret.WithClock(a.Clock), secret.WithPassphrase([]byte(a.KeyPassphrase.Reveal()))); err != nil {
		return err
	}
	a.Queue, err = jobs.New(jobs.Deps{DB: a.DB, Clock: a.Clock, Log: a.Log, Metrics: a.Metrics})
	return err
}

func (a *App) openPeople(context.Context) (err error) {
	templates, err := message.LoadTemplates(webhook.Messages(), gascontract.Messages(), edocument.Messages())
	if err != nil {
		return err
	}
	d := message.Deps{
		DB: a.DB, Clock: a.Clock, Log: a.Log, Jobs: a.Queue, Vault: a.Vault, Directory: directory{a}, Live: a.Hub, Templates: templates,
	}
	if a.Mail != nil {
		if d.Email, err = smtpmail.New(*a.Mail); err != nil {
			return err
		}
	}
	if a.SMS != nil {
		if d.SMS, err = smshttp.New(smshttp.Config{URL: a.SMS.URL, KeyName: a.SMS.KeyName, Secret: a.SMS.Secret, Clock: a.Clock}); err != nil {
			return err
		}
	}
	if a.Messages, err = message.New(d); err != nil {
		return err
	}
	a.Metrics.watch(a.Queue, a.Messages)
	a.Identity, err = identity.New(identity.Deps{
		DB: a.DB, Vault: a.Vault, Passwords: secret.NewPasswords(a.kdf, a.Vault.Key("password"), cmp.Or(a.KDFCost, secret.SignInCost())), Clock: a.Clock, Sender: sender{a}, Faces: faceSignIn{a}, Parties: numbers{a}, Holdings: holdings{a},
		ValidUSCC: func(s string) bool { return form.USCC(s) == form.Fine },
	})
	if err != nil {
		return err
	}
	a.Settings, err = setting.New(a.DB, a.Clock)
	return err
}

func (a *App) openFiles(context.Context) error {
	disk, err := diskstore.New(a.path("files"), a.Vault.Key("files"), a.Clock)
	if err != nil {
		return err
	}
	a.closing(disk.Close)
	if err := a.openDepot(disk); err != nil {
		return err
	}
	a.Files, err = filestore.New(filestore.Deps{
		DB: a.DB, Clock: a.Clock, Log: a.Log, Store: disk, Parts: disk, Vault: a.Vault, Jobs: a.Queue, PDF: pdfInspector{}, Keep: a.Depot.Needs,
	})
	return err
}

func (a *App) openAuthority(ctx context.Context) (err error) {
	if a.authority, err = newAuthority(ctx, a.DB, a.Vault, a.Clock, a.Operator); err != nil {
		return err
	}
	a.authority.bundle.Addresses = addressesAt(a.PublicURL)
	if err := a.openTimeStamps(); err != nil {
		return err
	}
	if _, err := os.Stat(a.TrustAnchorFile()); errors.Is(err, fs.ErrNotExist) {
		return a.writeTrust()
	}
	return nil
}

func (a *App) openEvidence(ctx context.Context) error {
	key, err := evidence.OpenKey(a.path("log.key"), "cinnabar/evidence")
	if err != nil {
		return err
	}
	keeper, err := evidence.OpenFileKeeper(a.path("checkpoints"))
	if err != nil {
		return err
	}
	a.closing(keeper.Close)
	a.Evidence, err = evidence.New(evidence.Deps{DB: a.DB, Clock: a.Clock, Key: key, Keeper: keeper, Logger: a.Log, Every: a.LogEvery})
	if err != nil {
		return err
	}
	err = a.Evidence.Resume(ctx)
	if a.Rollback != nil && errs.As(err).Code == evidence.CodeNewer {
		if err = a.Evidence.AcceptRollback(ctx, a.Rollback.By, a.Rollback.Why); err == nil {
			err = a.Evidence.Resume(ctx)
		}
	}
	return err
}

func (a *App) openDocuments(context.Context) (err error) {
	if a.fonts, err = typeset.LoadFonts(); err != nil {
		return err
	}
	if a.artist, err = newArtist(a.Files); err != nil {
		return err
	}
	a.Documents, err = document.New(document.Deps{
		DB: a.DB, Clock: a.Clock, Signer: a.Evidence.Key, Rules: map[string]document.Rule{gascontract.Kind: {Prefix: "GHT", Date: "year", Digits: 6}},
	})
	if err != nil {
		return err
	}
	a.Seals, err = seal.New(seal.Deps{
		DB: a.DB, Clock: a.Clock, KDF: a.kdf, Pepper: a.Vault.Key("seal-pepper"), Cost: a.KDFCost,
		Artist: a.artist, Issuer: a.authority, Notifier: sealNotices{a}, Evidence: sealJournal{a.Evidence}, Members: a.Identity,
	})
	if err != nil {
		return err
	}
	a.Signing, err = signing.New(signing.Deps{
		DB: a.DB, Clock: a.Clock, Certifier: a.authority, Confirmer: confirmer{a}, TSA: a.authority, Validation: a.authority,
		Reserve: a.reserved(),
	})
	return err
}

func (a *App) openBiometrics(context.Context) error {
	err := a.builtInFaces()
	if errors.Is(err, fs.ErrNotExist) {
		a.Log.Warn("no built-in face verification: this build has no models", "error", err)
	} else if err != nil {
		return err
	}
	provider := a.Config.Faces
	if provider == nil && a.faceJudge != nil {
		provider = a.faceJudge
	}
	index := func(number string) string { return a.Vault.Index("face-subject", number) }
	a.Face, err = biometric.New(biometric.Deps{DB: a.DB, Clock: a.Clock, Provider: provider, Index: index})
	return err
}

func (a *App) openProcedures(ctx context.Context) (err error) {
	a.steps = step.Deps{
		DB: a.DB, Face: a.Face, Settings: a.Settings, Files: a.Files, Documents: a.Documents, Signing: a.Signing, Seals: a.Seals, Straddler: a.artist,
		Companies: a.Identity, Bulk: &step.Bulk{}, PublicURL: a.PublicURL,
	}
	if err := a.openEDocuments(ctx); err != nil {
		return err
	}
	handlers := step.Handlers(a.steps)
	maps.Copy(handlers, gascontract.Handlers(gascontract.Deps{Deps: a.steps, Identity: a.Identity, Fonts: a.fonts, PublicURL: a.PublicURL, Registry: a.Registry}))
	maps.Copy(handlers, a.EDocuments.Handlers())
	definitions := []*procedure.Definition{gascontract.Definition(), gascontract.ArchiveDefinition(), edocument.Definition()}
	for _, d := range definitions {
		err = errors.Join(err, checkTells(d, a.Messages.Templates))
	}
	if err != nil {
		return err
	}
	a.Engine, err = procedure.New(ctx, procedure.Deps{
		DB: a.DB, Vault: a.Vault, Jobs: a.Queue, Log: journal{a.Evidence}, Marks: marks{a}, Members: a.Identity, Files: caseFiles{a.Files}, Notifier: notifier{a},
		Live: caseLive{a.Hub}, Clock: a.Clock, Logger: a.Log, Definitions: definitions, Handlers: handlers,
	})
	if err != nil {
		return err
	}
	return a.runMany()
}

func (a *App) openHTTP(context.Context) (err error) {
	a.server, err = httpapi.New(httpapi.Deps{
		Log: a.Log, Clock: a.Clock, UI: a.UI, Secure: a.Secure, Engine: a.Engine,
		Services: httpapi.Services{
			DB: a.DB, Identity: a.Identity, Fingers: a.Fingers, Devices: a.Devices, Files: a.Files, Documents: a.Documents, Seals: a.Seals, Settings: a.Settings,
			Evidence: a.Evidence, Trust: a.authority, Revocation: &publicLists{authority: a.authority}, Vault: a.Vault, Messages: a.Messages, Live: a.Hub, Fonts: a.fonts, Demo: a.Demo,
			EDocuments: a.EDocuments, Depot: a.Depot, Accounts: a.Accounts, FTPInbox: a.Inbox, Batches: a.Batches, Bulk: a.Bulk, Approvals: a.Approvals, Webhooks: a.Webhooks, Mirror: a.Mirror,
			SignInsPerMinute: a.SignInsPerMinute, TrustedProxies: a.TrustedProxies,
			Steps: a.steps, Metrics: a.Metrics, Ready: a.Ready,
		},
	})
	return err
}

// Handler answers HTTP.
func (a *App) Handler() http.Handler { return a.server.Handler() }

// API is the HTTP server with its description.
func (a *App) API() *httpapi.Server { return a.server }

// Ready tells whether everything that is needed to serve answers.
func (a *App) Ready(ctx context.Context) error {
	if err := a.DB.Ping(ctx); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	probe, err := os.CreateTemp(a.Data, ".ready-*")
	if err != nil {
		return fmt.Errorf("data folder: %w", err)
	}
	_, err = probe.Write(make([]byte, roomNeeded)) // a full disk takes names, but no contents
	return errors.Join(err, probe.Close(), os.Remove(probe.Name()))
}

// roomNeeded is how much must fit into the data folder, in bytes.
const roomNeeded = 256 << 10

// Run does the work behind the requests until ctx ends: jobs, deadlines, the evidence log, and daily
// tidying. When one of its parts fails for good, all end: a program that does half of its work is noticed too late.
func (a *App) Run(ctx context.Context) error {
	if err := a.writeTrust(); err != nil {
		return err
	}
	if err := a.Files.Start(ctx); err != nil && ctx.Err() == nil { // stopping before it began is no failure
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var wg sync.WaitGroup
	parts := map[string]func(context.Context) error{
		"jobs": a.Queue.Run, "evidence": a.Evidence.Run, "depot": a.Depot.Run, "mirror": a.Mirror.Run, "batches": a.Batches.Run, "webhooks": a.hookQueue.Run, "inbox": a.Inbox.Run, "tidy": a.tidy, "memory": a.giveBack, "faces": a.proveFaces,
		"time-stamps": a.proveTimeStamps,
	}
	if a.ftp != nil {
		parts["ftp"] = a.ftp.Run
	}
	errsOf := make(chan error, len(parts))
	for name, run := range parts {
		wg.Go(func() {
			if err := run(ctx); err != nil && !errors.Is(err, context.Canceled) {
				a.Log.ErrorContext(ctx, "a part ended", "part", name, slog.Any("error", err))
				errsOf <- fmt.Errorf("%s: %w", name, err)
				stop()
			}
		})
	}
	wg.Wait()
	close(errsOf)
	var all []error
	for err := range errsOf {
		all = append(all, err)
	}
	return errors.Join(all...)
}

// PendingConfirmation is what a confirmation code for a person's signature must be asked for.
func (a *App) PendingConfirmation(ctx context.Context, c *procedure.Case, p cinnabar.PersonID) (string, error) {
	return step.PendingConfirmation(ctx, a.steps, c, p)
}

// CurrentFile reads the current version of a document.
func (a *App) CurrentFile(ctx context.Context, id cinnabar.DocID) ([]byte, error) {
	v, err := a.Documents.Current(ctx, a.DB, id)
	if err != nil {
		return nil, err
	}
	_, r, err := a.Files.Open(ctx, v.File)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}
