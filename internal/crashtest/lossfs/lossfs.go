// Package lossfs is a file system in memory that forgets what was not synced, to test what is left after a
// power cut.
//
// After Cut a file holds what it held at its last fsync, or by chance some or all of what was written later;
// a folder lists what it listed at its own last fsync, or by chance later changes too, each for itself. So
// a new file whose folder was not synced may be gone, and a rename may have happened without the contents.
// POSIX allows no less.
//
// It is mounted by FUSE: that needs root and /dev/fuse.
package lossfs

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// Image is what is on the disk while it is not mounted.
type Image struct{ root *entry }

// Blank is an empty disk.
func Blank() *Image { return &Image{newEntry(true, 0o700)} }

// FS is a mounted disk.
type FS struct {
	disk   *disk
	root   *entry
	server *fuse.Server
}

// ErrCannotMount means that this machine or user has no FUSE.
var ErrCannotMount = errors.New("mounting needs root and /dev/fuse")

// Mount mounts the disk on an empty folder.
func Mount(folder string, image *Image) (*FS, error) {
	if _, err := os.Stat("/dev/fuse"); err != nil || os.Getuid() != 0 {
		return nil, ErrCannotMount
	}
	f := &FS{disk: &disk{last: 1}, root: image.root}
	server, err := fs.Mount(folder, &node{disk: f.disk, entry: f.root}, &fs.Options{
		MountOptions: fuse.MountOptions{DirectMount: true, DirectMountStrict: true, FsName: "lossfs", Name: "lossfs"},
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCannotMount, err)
	}
	f.server = server
	return f, nil
}

// Off is the instant of the power cut: from now on everything fails and nothing reaches the disk.
func (f *FS) Off() {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	f.disk.off = true
}

// Cut is Off, ends the mount, and returns what is left. Whoever used it must have ended.
func (f *FS) Cut(random *rand.Rand) (*Image, error) {
	f.Off()
	if err := f.server.Unmount(); err != nil {
		return nil, fmt.Errorf("unmount: %w", err)
	}
	return &Image{leave(f.root, random, map[*entry]*entry{})}, nil
}

// leave copies what a disk holds after the cut; an entry with two names stays one.
func leave(e *entry, random *rand.Rand, done map[*entry]*entry) *entry {
	if left := done[e]; left != nil {
		return left
	}
	left := newEntry(e.dir, e.mode)
	done[e] = left
	left.modified = e.modified
	left.data = bytes.Clone(e.durable)
	switch random.IntN(3) { // the kernel may have written back by itself
	case 0:
		left.data = bytes.Clone(e.data)
	case 1:
		left.data = torn(e.durable, e.data, random)
	}
	names := maps.Clone(e.synced)
	for name, now := range e.now {
		if random.IntN(3) == 0 {
			names[name] = now
		}
	}
	for name := range e.synced {
		if e.now[name] == nil && random.IntN(3) == 0 {
			delete(names, name)
		}
	}
	for name, child := range names {
		left.now[name] = leave(child, random, done)
	}
	left.sync()
	return left
}

// sector is what a disk writes whole.
const sector = 4096

// torn is a file of which some sectors were written back and some were not.
func torn(durable, data []byte, random *rand.Rand) []byte {
	out := make([]byte, max(len(durable), len(data)))
	copy(out, durable)
	for at := 0; at < len(data); at += sector {
		if random.IntN(2) == 0 {
			copy(out[at:], data[at:min(at+sector, len(data))])
		}
	}
	return out[:len(durable)+random.IntN(max(len(data)-len(durable), 0)+1)]
}
