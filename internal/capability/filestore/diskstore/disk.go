package diskstore

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"cinnabar/internal/capability/filestore/foldersync"
)

// disk is what the store asks of a file system; tests let any of it fail.
type disk interface {
	OpenFile(name string, flag int) (file, error)
	Link(from, to string) error
	Remove(name string) error
	Stat(name string) (fs.FileInfo, error)
	MkdirAll(name string) error
	Touch(name string, at time.Time) error
	SyncFolder(name string) error
	Names(dir, prefix string) ([]string, error)
	Walk(dir string, f func(name string, info fs.FileInfo) error) error
	Close() error
}

type file interface {
	io.ReadWriteSeeker
	io.Closer
	Sync() error
	Stat() (fs.FileInfo, error)
}

// rootDisk is the real file system below a folder that no path leaves.
type rootDisk struct {
	root    *os.Root
	folders *foldersync.Syncer
}

func (d rootDisk) OpenFile(name string, flag int) (file, error) {
	f, err := d.root.OpenFile(name, flag, 0o600)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (d rootDisk) Link(from, to string) error            { return d.root.Link(from, to) }
func (d rootDisk) Remove(name string) error              { return d.root.Remove(name) }
func (d rootDisk) Stat(name string) (fs.FileInfo, error) { return d.root.Lstat(name) }
func (d rootDisk) MkdirAll(name string) error            { return d.root.MkdirAll(name, 0o700) }
func (d rootDisk) Touch(name string, at time.Time) error { return d.root.Chtimes(name, at, at) }
func (d rootDisk) Close() error                          { return d.root.Close() }

// SyncFolder has the names in a folder safe on the disk; writers of the same folder share one fsync.
func (d rootDisk) SyncFolder(name string) error { return d.folders.Sync(name) }

// Names lists the files of a folder whose names begin with prefix.
func (d rootDisk) Names(dir, prefix string) ([]string, error) {
	all, err := fs.ReadDir(d.root.FS(), dir)
	var out []string
	for _, e := range all {
		if strings.HasPrefix(e.Name(), prefix) {
			out = append(out, e.Name())
		}
	}
	return out, err
}

func (d rootDisk) Walk(dir string, f func(name string, info fs.FileInfo) error) error {
	return fs.WalkDir(d.root.FS(), dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) { // removed meanwhile
			return nil
		}
		if err != nil {
			return err
		}
		return f(name, info)
	})
}
