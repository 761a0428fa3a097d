package ftpserve

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	ftpserver "github.com/fclairamb/ftpserverlib"
	"github.com/spf13/afero"
)

// What clients are told; never an error of the system, which may name what they must not know.
var (
	errAbsent    = errors.New("no such file or folder")
	errForbidden = errors.New("not allowed here")
	errExists    = errors.New("there is a file of this name already; it stays as it is")
	errBusy      = errors.New("this file is just being uploaded, try later")
	errFault     = errors.New("the storage failed, try later")
	errBinary    = errors.New("transfers are binary: send TYPE I first")
)

// tree is a client's folder as one of its sessions sees it.
type tree struct {
	ctx     context.Context // ends when the server does
	s       *Server
	client  *client
	control *control
	session ftpserver.ClientContext
}

var (
	_ ftpserver.ClientDriver                      = (*tree)(nil)
	_ ftpserver.ClientDriverExtentionFileTransfer = (*tree)(nil)
	_ ftpserver.ClientDriverExtensionFileList     = (*tree)(nil)
	_ ftpserver.ClientDriverExtensionRemoveDir    = (*tree)(nil)
	_ ftpserver.ClientDriverExtensionHasher       = (*tree)(nil)
)

// readable gives the place of a path that the client may see.
func (t *tree) readable(visible string) (string, error) {
	name, ok := inside(visible)
	if !ok {
		return "", ftpserver.ErrFileNameNotAllowed
	}
	if t.client.Access == Mailbox {
		if top, _, _ := strings.Cut(name, "/"); top != "." && top != inbox && top != outbox {
			return "", errAbsent
		}
	}
	return name, nil
}

// writable gives the place of a path that the client may make, change or remove.
func (t *tree) writable(visible string) (string, error) {
	name, err := t.readable(visible)
	if err != nil {
		return "", err
	}
	if name == "." || t.client.Access == Mailbox && !strings.HasPrefix(name, inbox+"/") {
		return "", errForbidden
	}
	return name, nil
}

// stat knows files and folders only: links and devices are not there.
func (t *tree) stat(name string) (fs.FileInfo, error) {
	info, err := t.client.root.Lstat(name)
	if err != nil {
		return nil, t.told(err)
	}
	if !info.Mode().IsRegular() && !info.IsDir() {
		return nil, errAbsent
	}
	return info, nil
}

// told is what a client may know of an error of the system.
func (t *tree) told(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return errAbsent
	case errors.Is(err, fs.ErrExist):
		return errExists
	}
	t.s.Log.Error("ftp: storage", "client", t.client.ID, "error", err)
	return errFault
}

// Stat describes a file or folder. SIZE alone is told of an upload that was cut how much of it is here.
func (t *tree) Stat(visible string) (os.FileInfo, error) {
	name, err := t.readable(visible)
	if err != nil {
		return nil, err
	}
	info, err := t.stat(name)
	if errors.Is(err, errAbsent) && t.session.GetLastCommand() == "SIZE" {
		return t.stat(partOf(name))
	}
	return info, err
}

// partOf is where the bytes of an unfinished upload are.
func partOf(name string) string {
	if unfinished(name) {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return path.Join(partFolder, hex.EncodeToString(sum[:16]))
}

// ReadDir lists a folder.
func (t *tree) ReadDir(visible string) ([]os.FileInfo, error) {
	name, err := t.readable(visible)
	if err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(t.client.root.FS(), name)
	if err != nil {
		return nil, t.told(err)
	}
	var out []os.FileInfo
	for _, e := range entries {
		child := path.Join(name, e.Name())
		if _, err := t.readable(child); err != nil {
			continue
		}
		if info, err := e.Info(); err == nil && (info.Mode().IsRegular() || info.IsDir()) {
			out = append(out, info)
		}
	}
	return out, nil
}

// Mkdir makes a folder.
func (t *tree) Mkdir(visible string, _ os.FileMode) error {
	name, err := t.writable(visible)
	if err != nil {
		return err
	}
	if err := t.client.root.Mkdir(name, 0o750); err != nil {
		return t.told(err)
	}
	return t.told(t.client.syncFolder(path.Dir(name)))
}

// Remove removes a file.
func (t *tree) Remove(visible string) error { return t.remove(visible, false) }

// RemoveDir removes an empty folder.
func (t *tree) RemoveDir(visible string) error { return t.remove(visible, true) }

func (t *tree) remove(visible string, folder bool) error {
	name, err := t.writable(visible)
	if err != nil {
		return err
	}
	info, err := t.stat(name)
	if err != nil {
		return err
	}
	if info.IsDir() != folder {
		return errAbsent
	}
	if err := t.client.root.Remove(name); err != nil {
		if folder {
			return errors.New("the folder is not empty")
		}
		return t.told(err)
	}
	if !folder {
		t.client.grow(-info.Size())
	}
	return t.told(t.client.syncFolder(path.Dir(name)))
}

// Rename gives a file another name, unless that is taken.
func (t *tree) Rename(from, to string) error {
	old, err := t.writable(from)
	if err != nil {
		return err
	}
	name, err := t.writable(to)
	if err != nil {
		return err
	}
	if info, err := t.stat(old); err != nil || info.IsDir() {
		return errors.Join(err, errForbidden)
	}
	for _, n := range []string{old, name} {
		if !t.client.claim(n) {
			return errBusy
		}
		defer t.client.release(n)
	}
	if err := t.move(old, name); err != nil {
		return err
	}
	t.appeared(name)
	return nil
}

// move gives a file a name that is safe on the disk before the old one goes; link(2) fails when the name is
// taken, where rename(2) would overwrite. A name that says "unfinished" need not be safe: the next will be.
func (t *tree) move(old, name string) error {
	root := t.client.root
	if err := root.Link(old, name); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return errors.Join(ftpserver.ErrFileNameNotAllowed, errExists)
		}
		return t.told(err)
	}
	if !unfinished(name) {
		if err := t.client.syncFolder(path.Dir(name)); err != nil {
			return t.told(err)
		}
	}
	return t.told(root.Remove(old))
}

// unfinished tells whether a client's name for a file says that there is another one to come.
func unfinished(name string) bool { return strings.HasPrefix(path.Base(name), ".") }

// appeared tells of a file in the inbox.
func (t *tree) appeared(name string) {
	if t.client.Access == Mailbox && !unfinished(name) {
		t.s.Appeared(t.ctx, t.client.ID, name)
	}
}

// GetHandle opens a file for a transfer.
func (t *tree) GetHandle(visible string, flags int, offset int64) (ftpserver.FileTransfer, error) {
	if offset < 0 {
		return nil, errors.New("a transfer cannot begin before the beginning")
	}
	if flags&os.O_WRONLY == 0 {
		return t.download(visible)
	}
	return t.upload(visible, flags, offset)
}

// ComputeHash digests a part of a file, for HASH and its relatives; SHA-256 only.
func (t *tree) ComputeHash(visible string, algo ftpserver.HASHAlgo, from, to int64) (string, error) {
	if algo != ftpserver.HASHAlgoSHA256 {
		return "", errors.New("SHA-256 only")
	}
	d, err := t.download(visible)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(h, io.NewSectionReader(d.file, from, to-from))
	if err = errors.Join(t.told(err), d.Close()); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// The rest of afero.Fs is not for clients.

func (t *tree) Name() string                               { return "cinnabar" }
func (t *tree) Create(string) (afero.File, error)          { return nil, errForbidden }
func (t *tree) MkdirAll(string, os.FileMode) error         { return errForbidden }
func (t *tree) Open(string) (afero.File, error)            { return nil, errForbidden }
func (t *tree) RemoveAll(string) error                     { return errForbidden }
func (t *tree) Chmod(string, os.FileMode) error            { return errForbidden }
func (t *tree) Chown(string, int, int) error               { return errForbidden }
func (t *tree) Chtimes(string, time.Time, time.Time) error { return errForbidden }

func (t *tree) OpenFile(string, int, os.FileMode) (afero.File, error) { return nil, errForbidden }
