package lossfs

import (
	"context"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

func (n *node) Lookup(ctx context.Context, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	unlock, e := n.lock()
	if e != 0 {
		return nil, e
	}
	defer unlock()
	found := n.now[name]
	if found == nil {
		return nil, syscall.ENOENT
	}
	found.attr(&out.Attr)
	return n.inode(ctx, found), 0
}

func (n *node) Readdir(context.Context) (fs.DirStream, syscall.Errno) {
	unlock, e := n.lock()
	if e != 0 {
		return nil, e
	}
	defer unlock()
	var list []fuse.DirEntry
	for name, e := range n.now {
		list = append(list, fuse.DirEntry{Name: name, Mode: e.kind(), Ino: n.disk.number(e)})
	}
	return fs.NewListDirStream(list), 0
}

// add puts a new entry into the folder; it reaches the disk when the folder is synced.
func (n *node) add(ctx context.Context, name string, dir bool, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	unlock, e := n.lock()
	if e != 0 {
		return nil, e
	}
	defer unlock()
	if n.now[name] != nil {
		return nil, syscall.EEXIST
	}
	made := newEntry(dir, mode)
	n.now[name] = made
	made.attr(&out.Attr)
	return n.inode(ctx, made), 0
}

func (n *node) Create(ctx context.Context, name string, _, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	made, e := n.add(ctx, name, false, mode, out)
	return made, nil, fuse.FOPEN_KEEP_CACHE, e
}

func (n *node) Mkdir(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return n.add(ctx, name, true, mode, out)
}

func (n *node) Link(ctx context.Context, target fs.InodeEmbedder, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	unlock, e := n.lock()
	if e != 0 {
		return nil, e
	}
	defer unlock()
	if n.now[name] != nil {
		return nil, syscall.EEXIST
	}
	linked := target.(*node)
	n.now[name] = linked.entry
	linked.attr(&out.Attr)
	return n.inode(ctx, linked.entry), 0
}

func (n *node) Unlink(_ context.Context, name string) syscall.Errno { return n.remove(name, false) }
func (n *node) Rmdir(_ context.Context, name string) syscall.Errno  { return n.remove(name, true) }

func (n *node) remove(name string, dir bool) syscall.Errno {
	unlock, e := n.lock()
	if e != 0 {
		return e
	}
	defer unlock()
	switch found := n.now[name]; {
	case found == nil:
		return syscall.ENOENT
	case found.dir != dir:
		return syscall.EISDIR
	case dir && len(found.now) > 0:
		return syscall.ENOTEMPTY
	}
	delete(n.now, name)
	return 0
}

func (n *node) Rename(_ context.Context, name string, to fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	unlock, e := n.lock()
	if e != 0 {
		return e
	}
	defer unlock()
	moved := n.now[name]
	if flags != 0 {
		return syscall.EINVAL
	}
	if moved == nil {
		return syscall.ENOENT
	}
	to.(*node).now[newName] = moved
	if to.(*node).entry != n.entry || newName != name {
		delete(n.now, name)
	}
	return 0
}
