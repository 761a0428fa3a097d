package depot

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"time"

	"cinnabar/internal/capability/filestore/ftpstore"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// Put stores a file under a path, which belongs to one content for ever: a digest's beginning is part of it.
// The file is whole on the store when Put returns, but not visible: Settle makes it so, within Patience.
// Putting the same again is no error, whatever became of the first try; one that is Stored already is
// returned as it is. Never call it inside a transaction. Errors: errs.Conflict, code "path-taken", when
// another file is there; errs.Unavailable for what may go away by waiting (see told), with "path-busy" when
// somebody is at work on this path.
func (s *Service) Put(ctx context.Context, store, path string, body []byte, d cinnabar.Digest) (Item, error) {
	if err := checkPut(path, body, d); err != nil {
		return Item{}, err
	}
	st, err := s.open(ctx, store)
	if err != nil {
		return Item{}, err
	}
	done, ok := s.hold(place{store, path})
	if !ok {
		return Item{}, busy(path)
	}
	defer done()
	if err := s.keepCopy(ctx, body, d); err != nil {
		return Item{}, err
	}
	it, err := s.stage(ctx, st, Item{
		ID: cinnabar.NewID[string]("item"), Store: store, Path: path, Digest: d, Size: int64(len(body)), State: Staging, PutAt: s.Clock.Now(),
	})
	if err != nil || it.State == Stored {
		return it, err
	}
	err = s.leased(ctx, it.ID, func(ctx context.Context) error { return st.Put(ctx, it.document(), bytes.NewReader(body)) })
	if err != nil {
		return Item{}, told(store, err)
	}
	return it, nil
}

func checkPut(path string, body []byte, d cinnabar.Digest) error {
	if err := ftpstore.CheckPath(path); err != nil {
		return errs.New(errs.Invalid, "bad-path", "the path of a document has other characters than ASCII letters, digits, dots, hyphens and underscores, or is too deep").Because(err)
	}
	if top, _, _ := strings.Cut(path, "/"); top == quarantine {
		return errs.New(errs.Invalid, "bad-path", "the folder quarantine is not for documents")
	}
	if cinnabar.DigestOf(body) != d {
		return errs.New(errs.Internal, "wrong-digest", "the document is not what its digest says")
	}
	return nil
}

func busy(path string) error {
	return errs.New(errs.Unavailable, "path-busy", "somebody is at work on this document's file; try again in a moment").With("path", path)
}

// young is an age at which a content is not collected, whoever needs it.
const young = time.Hour

// keepCopy has the body in the content store before anything else. An old one is put again, which makes it
// young: it might be collected before the row stands that needs it.
func (s *Service) keepCopy(ctx context.Context, body []byte, d cinnabar.Digest) error {
	b, err := s.Copies.Stat(ctx, d)
	if err == nil && b.Size == int64(len(body)) && b.PutAt.After(s.Clock.Now().Add(-young)) {
		return nil
	}
	_, err = s.Copies.Put(ctx, bytes.NewReader(body))
	return err
}

// stage writes or takes over the row, with a lease for this process.
func (s *Service) stage(ctx context.Context, st Store, it Item) (Item, error) {
	old, err := s.claim(ctx, it)
	if err == nil && old.State == Deleting {
		// It was withdrawn or given up before: that must be over before it can come again.
		if err = s.removeHeld(ctx, st, old); err == nil {
			old, err = s.claim(ctx, it)
		}
	}
	if err == nil && old.State == Deleting {
		err = busy(it.Path)
	}
	return old, err
}

// claim makes the row of a new file, or takes over one that is staging; others are returned as they are.
func (s *Service) claim(ctx context.Context, it Item) (Item, error) {
	var out Item
	err := s.DB.InTx(ctx, func(tx db.Tx) error {
		made, err := insertItem(ctx, tx, it, s.owner, s.leaseEnd())
		if out = it; err != nil || made {
			return err
		}
		out, err = itemAt(ctx, tx, it.Store, it.Path)
		switch {
		case errors.Is(err, errs.NotFound): // it has just been removed, or is not committed yet
			return busy(it.Path)
		case err != nil:
			return err
		case out.State == evicting:
			return busy(it.Path)
		case out.State != Deleting && (out.Digest != it.Digest || out.Size != it.Size):
			return taken(it)
		case out.State != Staging:
			return nil
		}
		ours, err := takeOver(ctx, tx, out.ID, Staging, s.owner, s.Clock.Now(), s.leaseEnd())
		if err == nil && !ours {
			err = busy(it.Path)
		}
		return err
	})
	return out, err
}

func taken(it Item) error {
	return errs.New(errs.Conflict, "path-taken", "another file stands under this path already; it stays as it is").With("store", it.Store).With("path", it.Path)
}

// Settle makes a file visible in the transaction that publishes it. It fails with errs.Conflict, code
// "given-up", when the file was not settled in time or was withdrawn meanwhile: then Put it again.
func (s *Service) Settle(ctx context.Context, tx db.Tx, id string) error {
	now := s.Clock.Now()
	ok, err := settleItem(ctx, tx, id, now, now.Add(s.AuditAfter))
	if err == nil && !ok {
		err = errs.New(errs.Conflict, "given-up", "the file was given up meanwhile; store it again")
	}
	return err
}

// Withdraw takes a file out of sight; it is removed from its store after the commit, and Recover sees to it.
// Withdrawing again is no error.
func (s *Service) Withdraw(ctx context.Context, tx db.Tx, id string) error {
	tx.AfterCommit(s.poke)
	return withdrawItem(ctx, tx, id)
}

// poke wakes Run.
func (s *Service) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// Get describes a file in any state; errs.NotFound, code "no-such-item", when there is none.
func (s *Service) Get(ctx context.Context, r db.Reader, id string) (Item, error) {
	return itemOf(ctx, r, id)
}

// Read returns the bytes of a file that is Stored, its digest checked. Errors: errs.NotFound, code
// "no-such-item", when it is not visible; errs.Conflict, code "altered" or "missing", when the store has
// other bytes or none; errs.Unavailable as told says.
func (s *Service) Read(ctx context.Context, id string) ([]byte, error) {
	it, err := itemOf(ctx, s.DB, id)
	if err != nil {
		return nil, err
	}
	if it.State != Stored {
		return nil, noItem()
	}
	st, err := s.open(ctx, it.Store)
	if err != nil {
		return nil, err
	}
	body := bytes.NewBuffer(make([]byte, 0, it.Size+bytes.MinRead))
	if err := st.Get(ctx, it.document(), body); err != nil {
		return nil, told(it.Store, err)
	}
	return body.Bytes(), nil
}
