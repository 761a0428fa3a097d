package depot

import (
	"errors"

	"cinnabar/internal/capability/filestore/ftpstore"
	"cinnabar/internal/capability/filestore/sftpstore"
	"cinnabar/internal/platform/errs"
)

// told is what a user may know of a store's failure. All but the first two mean waiting:
//   - "altered", "missing": the file on the store is not what was put
//   - "store-unreachable": no answer, or the line broke
//   - "store-full": no room, or over quota
//   - "store-lies": it said that it stored the file, but its bytes did not come back
//   - "store-refuses": login, rights or certificate are not in order; someone must change something
//   - "store-host-key": the server proves itself by another host key than the trusted one; "wanted" and "seen"
//     are the fingerprints
func told(store string, err error) error {
	if err == nil {
		return nil
	}
	var known *errs.Error
	if errors.As(err, &known) {
		return known
	}
	return verdict(err).With("store", store).Because(err)
}

func verdict(err error) *errs.Error {
	var e *ftpstore.Error
	if !errors.As(err, &e) {
		return errs.New(errs.Unavailable, "store-unreachable", "the store for documents does not answer; this waits until it does")
	}
	other := (*sftpstore.OtherKey)(nil)
	switch {
	case errors.As(err, &other):
		return errs.New(errs.Unavailable, "store-host-key", "the SFTP server has another host key than the trusted one, so it may be another server: %s is trusted, "+
			"%s was seen; ask the server's administrator, and trust the new key in the store's settings only if it is theirs", other.Wanted, other.Seen).
			With("wanted", other.Wanted).With("seen", other.Seen)
	case e.Kind == ftpstore.Altered:
		return errs.New(errs.Conflict, "altered", "the file on the store has other bytes than were put there")
	case e.Kind == ftpstore.Absent:
		return errs.New(errs.Conflict, "missing", "the file is not on the store any more")
	case e.Code == 452 || e.Code == 552:
		return errs.New(errs.Unavailable, "store-full", "the store for documents is full; this waits until there is room")
	case e.Kind == ftpstore.Permanent:
		return errs.New(errs.Unavailable, "store-refuses", "the store for documents refuses: login, rights or certificate must be put in order")
	case errors.Is(e.Err, ftpstore.Altered) || errors.Is(e.Err, ftpstore.Absent):
		return errs.New(errs.Unavailable, "store-lies", "the store said that it has the file, but its bytes did not come back; this is tried again")
	case e.Kind == ftpstore.Source:
		return errs.New(errs.Internal, "wrong-digest", "the document is not what its digest says")
	}
	return errs.New(errs.Unavailable, "store-unreachable", "the store for documents does not answer; this waits until it does")
}
