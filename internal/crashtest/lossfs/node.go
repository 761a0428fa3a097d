package lossfs

import (
	"bytes"
	"context"
	"maps"
	"sync"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"

	"cinnabar/internal/platform/clock"
)

// entry is a file or a folder, which knows what of it has reached the disk.
type entry struct {
	dir      bool
	mode     uint32
	number   uint64 // in this mount; 0 before the kernel asked for it
	modified time.Time

	data, durable []byte            // of a file
	now, synced   map[string]*entry // of a folder
}

func newEntry(dir bool, mode uint32) *entry {
	return &entry{dir: dir, mode: mode & 0o777, modified: clock.System{}.Now(), now: map[string]*entry{}, synced: map[string]*entry{}}
}

func (e *entry) kind() uint32 {
	if e.dir {
		return syscall.S_IFDIR
	}
	return syscall.S_IFREG
}

func (e *entry) sync() {
	e.durable = bytes.Clone(e.data)
	e.synced = maps.Clone(e.now)
}

// disk is what all nodes of a file system share.
type disk struct {
	mu   sync.Mutex
	off  bool   // the power is cut: nothing answers but with an error
	last uint64 // number given to an entry; 1 is the root's
}

// number is the entry's own as long as it is mounted.
func (d *disk) number(e *entry) uint64 {
	if e.number == 0 {
		d.last++
		e.number = d.last
	}
	return e.number
}

// node is an entry as the kernel knows it.
type node struct {
	fs.Inode
	disk *disk
	*entry
}

func (n *node) lock() (unlock func(), e syscall.Errno) {
	n.disk.mu.Lock()
	if n.disk.off {
		n.disk.mu.Unlock()
		return nil, syscall.EIO
	}
	return n.disk.mu.Unlock, 0
}

func (e *entry) attr(out *fuse.Attr) {
	out.Mode, out.Nlink = e.mode|e.kind(), 1
	out.Size = uint64(len(e.data))
	out.Blocks = (out.Size + 511) / 512
	out.SetTimes(nil, &e.modified, nil)
}

// inode is the kernel's name of an entry: the one it has, so that links share one page cache.
func (n *node) inode(ctx context.Context, e *entry) *fs.Inode {
	return n.NewInode(ctx, &node{disk: n.disk, entry: e}, fs.StableAttr{Mode: e.kind(), Ino: n.disk.number(e)})
}

func (n *node) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	unlock, e := n.lock()
	if e != 0 {
		return e
	}
	defer unlock()
	n.attr(&out.Attr)
	return 0
}

func (n *node) Setattr(_ context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	unlock, e := n.lock()
	if e != 0 {
		return e
	}
	defer unlock()
	if size, ok := in.GetSize(); ok {
		n.resize(int(size))
	}
	if mode, ok := in.GetMode(); ok {
		n.mode = mode & 0o777
	}
	if at, ok := in.GetMTime(); ok {
		n.modified = at
	}
	n.attr(&out.Attr)
	return 0
}

func (e *entry) resize(size int) {
	if size <= len(e.data) {
		e.data = e.data[:size]
		return
	}
	e.data = append(e.data, make([]byte, size-len(e.data))...)
}

func (n *node) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return nil, fuse.FOPEN_KEEP_CACHE, 0
}

func (n *node) Read(_ context.Context, _ fs.FileHandle, dest []byte, at int64) (fuse.ReadResult, syscall.Errno) {
	unlock, e := n.lock()
	if e != 0 {
		return nil, e
	}
	defer unlock()
	from := min(int(at), len(n.data))
	return fuse.ReadResultData(bytes.Clone(n.data[from:min(from+len(dest), len(n.data))])), 0
}

func (n *node) Write(_ context.Context, _ fs.FileHandle, data []byte, at int64) (uint32, syscall.Errno) {
	unlock, e := n.lock()
	if e != 0 {
		return 0, e
	}
	defer unlock()
	if end := int(at) + len(data); end > len(n.data) {
		n.resize(end)
	}
	copy(n.data[at:], data)
	n.modified = clock.System{}.Now()
	return uint32(len(data)), 0
}

// Fsync makes durable what this file or this folder holds now, and nothing else.
func (n *node) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	unlock, e := n.lock()
	if e != 0 {
		return e
	}
	defer unlock()
	n.sync()
	return 0
}

func (n *node) Flush(context.Context, fs.FileHandle) syscall.Errno { return 0 }
