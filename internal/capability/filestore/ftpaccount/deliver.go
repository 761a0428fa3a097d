package ftpaccount

import (
	"bytes"
	"context"
	"path/filepath"

	"cinnabar/internal/capability/filestore/folderstore"
	"cinnabar/internal/capability/filestore/ftpstore"
	"cinnabar/internal/cinnabar"
)

// Deliver puts a file into the outbox of an account, where it appears whole, fsynced, and under a name that
// was free (as ftpstore.CheckPath wants it, folders allowed). Delivering the same again is no error; an error
// with ftpstore.Altered says that another file has the name.
func (s *Service) Deliver(ctx context.Context, account, name string, body []byte) error {
	a, err := s.Get(ctx, account)
	if err != nil {
		return err
	}
	box, err := folderstore.New(filepath.Join(s.Dir(a), "outbox"))
	if err != nil {
		return err
	}
	defer box.Close()
	return box.Put(ctx, ftpstore.Document{Path: name, Digest: cinnabar.DigestOf(body), Size: int64(len(body))}, bytes.NewReader(body))
}
