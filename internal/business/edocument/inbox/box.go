package inbox

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"cinnabar/internal/capability/filestore/foldersync"
)

// Folders of an account.
const (
	in      = "inbox"
	done    = "inbox/done"
	refused = "inbox/refused"
	waiting = "inbox/waiting"
	out     = "outbox"
	hidden  = ".part" // of the FTP server, for what is unfinished; it sweeps it
)

// box is the folder of an account. Every change of it is on the disk when it returns, and can be repeated.
type box struct {
	root *os.Root
	sync *foldersync.Syncer
}

func openBox(dir string) (*box, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	b := &box{root, foldersync.New(root)}
	for _, folder := range []string{in, done, refused, waiting, out, hidden} {
		err := root.Mkdir(folder, 0o750)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err == nil {
			err = b.sync.Sync(path.Dir(folder))
		}
		if err != nil {
			return nil, errors.Join(err, root.Close())
		}
	}
	return b, nil
}

func (b *box) Close() error { return b.root.Close() }

// List names the files in the inbox that are for us: manifests, and what has a name that deceives.
func (b *box) List() (names []string, err error) {
	entries, err := fs.ReadDir(b.root.FS(), in)
	for _, e := range entries {
		if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") && (isManifest(e.Name()) || !plain(e.Name())) {
			names = append(names, e.Name())
		}
	}
	return names, err
}

func isManifest(name string) bool { return strings.EqualFold(path.Ext(name), ".json") }

// Open opens a file of the inbox; links and devices are not there.
func (b *box) Open(name string) (fs.File, fs.FileInfo, error) {
	at := path.Join(in, name)
	info, err := b.root.Lstat(at)
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, nil, err
	}
	f, err := b.root.Open(at)
	return f, info, err
}

// Read reads a small file of the inbox; of a larger one no more than is needed to see that it is.
func (b *box) Read(name string) ([]byte, fs.FileInfo, error) {
	f, info, err := b.Open(name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxManifest+1))
	return raw, info, err
}

// numbered is the n-th name of files that are called alike.
func numbered(stem, ext string, n int) string {
	if n > 1 {
		return fmt.Sprintf("%s~%d%s", stem, n, ext)
	}
	return stem + ext
}

// Put has a file appear whole in a folder, under a name that is free. The same again is the same file.
func (b *box) Put(folder, stem, ext string, body []byte) error {
	for n := 1; ; n++ {
		at := path.Join(folder, numbered(stem, ext, n))
		there, err := b.root.ReadFile(at)
		switch {
		case err == nil && bytes.Equal(there, body):
			return b.sync.Sync(folder)
		case err == nil:
			continue
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
		if err := b.appear(at, body); !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
}

func (b *box) appear(at string, body []byte) error {
	temp := path.Join(hidden, "answer-"+rand.Text())
	f, err := b.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return err
	}
	_, err = f.Write(body)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		if err = b.root.Link(temp, at); err == nil {
			err = b.sync.Sync(path.Dir(at))
		}
	}
	return errors.Join(err, b.root.Remove(temp))
}

// replace has a file stand whole in the place of whatever was there, unless it says the same. After a crash it may be
// the former one.
func (b *box) replace(at string, body []byte) error {
	if there, err := b.root.ReadFile(at); err == nil && bytes.Equal(there, body) {
		return nil
	}
	temp := path.Join(hidden, "waiting-"+rand.Text())
	if err := b.root.WriteFile(temp, body, 0o640); err != nil {
		return errors.Join(err, b.root.Remove(temp))
	}
	return b.root.Rename(temp, at)
}

// Move takes a file out of the inbox, to a name in a folder that is free. One that is gone is no error.
func (b *box) Move(name, folder, as string) error {
	ext := path.Ext(as)
	stem := strings.TrimSuffix(as, ext)
	for n := 1; ; n++ {
		at := path.Join(folder, numbered(stem, ext, n))
		if _, err := b.root.Lstat(at); err == nil {
			continue
		}
		err := b.root.Rename(path.Join(in, name), at)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return errors.Join(err, b.sync.Sync(folder), b.sync.Sync(in))
	}
}
