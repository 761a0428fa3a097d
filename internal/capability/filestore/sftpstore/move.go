package sftpstore

import (
	"context"
	"errors"
	"os"
	"path"

	"github.com/pkg/sftp"

	"cinnabar/internal/capability/filestore/ftpstore"
)

// Move gives a file another path, which must be free; see ftpstore.Store.Move.
func (s *Store) Move(ctx context.Context, from, to string) error {
	if err := ftpstore.CheckPath(to); err != nil {
		return &ftpstore.Error{Kind: ftpstore.Permanent, Op: "move", Path: from, Err: err}
	}
	return s.with(ctx, "move", from, func(c *sftp.Client) error { return s.move(c, from, to) })
}

func (s *Store) move(c *sftp.Client, from, to string) error {
	if _, err := s.size(c, from); err != nil {
		return err
	}
	switch _, err := c.Lstat(s.at(to)); {
	case err == nil:
		return &ftpstore.Error{Kind: ftpstore.Altered, Err: errors.New("there is a file of the new name already")}
	case !errors.Is(err, os.ErrNotExist):
		return failed(ftpstore.Temporary, err)
	}
	if err := c.MkdirAll(s.at(path.Dir(to))); err != nil {
		return failed(ftpstore.Temporary, err)
	}
	if err := c.Rename(s.at(from), s.at(to)); err != nil {
		return failed(ftpstore.Unknown, err)
	}
	switch _, err := c.Lstat(s.at(from)); {
	case err == nil:
		return &ftpstore.Error{Kind: ftpstore.Unknown, Err: errors.New("the server said that it renamed the file, but it is still there")}
	case !errors.Is(err, os.ErrNotExist):
		return failed(ftpstore.Unknown, err)
	}
	return errors.Join(s.syncFolder(c, path.Dir(to)), s.syncFolder(c, path.Dir(from)))
}
