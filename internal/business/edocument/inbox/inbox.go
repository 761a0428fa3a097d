// Package inbox makes documents of what the systems of departments put into their FTP inboxes: a manifest
// NAME.json for each, and a finished PDF beside it if there is one (DOC-11). docs/schemas/edoc-manifest.json
// describes manifests.
//
// Guaranteed: a manifest becomes what the same request to the API would, once, however often it is sent or
// the program dies over it; its answer comes as outbox/NAME.answer.json; after that the manifest and its PDF
// lie in inbox/done/, or in inbox/refused/ with NAME.reason.json. What waiting may cure waits: the manifest
// stays in the inbox. Of what is refused nothing is left but the number voided, if it came that far.
//
// Not guaranteed: order. A manifest that was refused and is sent again unchanged after a crash in just the
// last step may be told the former reason once more. Answers in the outbox are not removed.
package inbox

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"slices"
	"sync"
	"time"

	"cinnabar/internal/business/edocument"
	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/filestore/ftpaccount"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/jobs"
)

// Documents makes documents (edocument.Service).
type Documents interface {
	Accounts(ctx context.Context, org cinnabar.OrgID) ([]edocument.Account, error)
	CreateAlone(ctx context.Context, a cinnabar.Actor, key string, n edocument.Draft) (edocument.Made, error)
}

// Folders knows where the files of accounts are (ftpaccount.Service).
type Folders interface {
	Get(ctx context.Context, name string) (ftpaccount.Account, error)
	Dir(a ftpaccount.Account) string
}

// Deps is what the service needs. Zero durations mean the defaults named.
type Deps struct {
	DB        db.DB
	Clock     clock.Clock
	Log       *slog.Logger
	Jobs      *jobs.Queue
	Documents Documents
	Folders   Folders
	Files     *filestore.Service

	Every time.Duration // how often inboxes are looked through; default 1 s
	Grace time.Duration // how long a PDF may come after its manifest; default 1 min
	// KeepOrphans is how long a file may lie there without a manifest; default 7 days.
	KeepOrphans time.Duration
}

// Service looks through inboxes. One job per account does the work, so that only one replica does at a time.
type Service struct {
	Deps
	wake chan struct{} // holds one token when a file came in

	lock  sync.Mutex
	later map[string]delay // by account and name: what waits for something
}

// delay is until when a manifest is left alone, and for how long next time.
type delay struct {
	until time.Time
	next  time.Duration
}

const (
	takeJob            = "edocument.inbox"
	firstWait, maxWait = time.Second, time.Minute
	// atATime is how many manifests a run takes, so that a full inbox does not hold a worker for ever.
	atATime = 200
)

// New makes a service and registers its job.
func New(d Deps) (*Service, error) {
	if d.DB == nil || d.Clock == nil || d.Log == nil || d.Jobs == nil || d.Documents == nil || d.Folders == nil || d.Files == nil {
		return nil, errors.New("inbox: DB, Clock, Log, Jobs, Documents, Folders and Files are needed")
	}
	if d.Every <= 0 {
		d.Every = time.Second
	}
	if d.Grace <= 0 {
		d.Grace = time.Minute
	}
	if d.KeepOrphans <= 0 {
		d.KeepOrphans = 7 * 24 * time.Hour
	}
	s := &Service{Deps: d, wake: make(chan struct{}, 1), later: map[string]delay{}}
	d.Jobs.Register(takeJob, s.take)
	return s, nil
}

// Appeared has the inboxes looked through at once.
func (s *Service) Appeared() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Run looks through the inboxes until ctx ends.
func (s *Service) Run(ctx context.Context) error {
	t := time.NewTicker(s.Every)
	defer t.Stop()
	for {
		if err := s.Look(ctx); err != nil && ctx.Err() == nil {
			s.Log.ErrorContext(ctx, "looking through the FTP inboxes failed", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.wake:
		case <-t.C:
		}
	}
}

// Look has jobs do what lies in the inboxes.
func (s *Service) Look(ctx context.Context) error {
	accounts, err := s.Documents.Accounts(ctx, "")
	if err != nil {
		return err
	}
	for _, a := range accounts {
		waits, e := s.waits(ctx, a.Name)
		if e == nil && waits {
			e = s.DB.InTx(ctx, func(tx db.Tx) error {
				return s.Jobs.Enqueue(ctx, tx, takeJob, a.Name, jobs.Key(takeJob+"/"+a.Name))
			})
		}
		err = errors.Join(err, e)
	}
	return err
}

// waits tells whether an inbox holds something to be done now.
func (s *Service) waits(ctx context.Context, account string) (bool, error) {
	b, err := s.open(ctx, account)
	if err != nil || b == nil {
		return false, err
	}
	defer b.Close()
	names, err := b.List()
	if err != nil {
		return false, err
	}
	left, err := b.Left() // files without manifests, too
	if err != nil {
		return false, err
	}
	there := map[string]bool{}
	for _, f := range left {
		there[f.Name()] = true
		names = append(names, f.Name())
	}
	if slices.ContainsFunc(names, func(name string) bool { return s.due(account, name) }) {
		return true, nil
	}
	said, err := b.said()
	return slices.ContainsFunc(said, func(name string) bool { return !there[name] }), err
}

// open opens the folder of an account; nil when there is none or the account is disabled.
func (s *Service) open(ctx context.Context, account string) (*box, error) {
	a, err := s.Folders.Get(ctx, account)
	if errors.Is(err, errs.NotFound) || (err == nil && !a.DisabledAt.IsZero()) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	b, err := openBox(s.Folders.Dir(a))
	if errors.Is(err, fs.ErrNotExist) { // nobody has logged in yet
		return nil, nil
	}
	return b, err
}

// take does what lies in the inbox of an account. One manifest that fails does not hold up the others.
func (s *Service) take(ctx context.Context, j jobs.Job) error {
	var name string
	if err := j.Decode(&name); err != nil {
		return err
	}
	accounts, err := s.Documents.Accounts(ctx, "")
	if err != nil {
		return err
	}
	for _, a := range accounts {
		if a.Name == name {
			return s.empty(ctx, a)
		}
	}
	return nil
}

func (s *Service) empty(ctx context.Context, a edocument.Account) error {
	b, err := s.open(ctx, a.Name)
	if err != nil || b == nil {
		return err
	}
	defer b.Close()
	names, err := b.List()
	if err != nil {
		return err
	}
	why := map[string]Waiting{}
	for n := 0; len(names) > 0 && n < atATime && ctx.Err() == nil; names = names[1:] {
		if !s.due(a.Name, names[0]) {
			continue
		}
		n++
		t := task{Service: s, account: a, box: b, name: names[0]}
		err := t.run(ctx)
		s.settled(a.Name, names[0], err)
		if err != nil {
			why[t.name] = t.waitsFor(err)
		}
		if err != nil && !errors.Is(err, errPatience) && ctx.Err() == nil {
			s.Log.WarnContext(ctx, "a manifest in an FTP inbox waits", "account", a.Name, "error", err)
		}
	}
	if ctx.Err() != nil || len(names) > 0 { // there is more to do first
		return ctx.Err()
	}
	return s.tellWaiting(ctx, a.Name, b, why)
}

func (s *Service) due(account, name string) bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	return !s.Clock.Now().Before(s.later[account+"/"+name].until)
}

// settled notes when a manifest is to be tried again.
func (s *Service) settled(account, name string, err error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	key := account + "/" + name
	if err == nil {
		delete(s.later, key)
		return
	}
	d := s.later[key]
	d.next = min(max(firstWait, 2*d.next), maxWait)
	d.until = s.Clock.Now().Add(d.next)
	s.later[key] = d
}
