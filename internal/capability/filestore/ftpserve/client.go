package ftpserve

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"sync"
	"time"

	ftpserver "github.com/fclairamb/ftpserverlib"

	"cinnabar/internal/capability/filestore/foldersync"
)

// partFolder holds unfinished uploads, at the top of a client's folder, where no client can look.
const partFolder = ".part"

const (
	inbox  = "inbox"
	outbox = "outbox"
)

// client is a client with at least one session or open file, which share what is below.
type client struct {
	Client
	root     *os.Root
	folders  *foldersync.Syncer
	sessions int // under Server.lock
	holds    int // sessions and open files, under Server.lock; the folder is closed with the last

	lock    sync.Mutex
	writing map[string]bool // paths that are being uploaded to
	used    int64
	counted time.Time // when used was counted; others take files out of the folder too
}

// enter begins a session of a client.
func (s *Server) enter(ctx context.Context, who Client, cc ftpserver.ClientContext) (*tree, error) {
	if who.MaxFile <= 0 {
		who.MaxFile = 1 << 30
	}
	if who.Connections <= 0 {
		who.Connections = 8
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	c := s.controls[cc.RemoteAddr().String()]
	if c == nil {
		return nil, errors.New("the connection has ended")
	}
	k, err := s.join(who)
	if err != nil {
		return nil, err
	}
	s.leave(c.client) // a second login on the same connection
	c.client = k
	return &tree{ctx: ctx, s: s, client: k, control: c, session: cc}, nil
}

func (s *Server) join(who Client) (*client, error) {
	if k := s.clients[who.ID]; k != nil {
		if k.sessions >= who.Connections {
			return nil, errors.New("too many connections of this account")
		}
		k.sessions++
		k.holds++
		return k, nil
	}
	k, err := s.openClient(who)
	if err != nil {
		s.Log.Error("ftp: a client's folder cannot be opened", "client", who.ID, "error", err)
		return nil, errors.New("the folder is not available, try later")
	}
	k.sessions, k.holds = 1, 1
	s.clients[who.ID] = k
	return k, nil
}

// leave ends a session of a client; the caller holds the lock.
func (s *Server) leave(k *client) {
	if k != nil {
		k.sessions--
		s.drop(k)
	}
}

// hold keeps the folder of a client open for a file.
func (s *Server) hold(c *control, k *client) {
	s.handles.Add(1)
	c.busy.Add(1)
	s.lock.Lock()
	defer s.lock.Unlock()
	k.holds++
}

func (s *Server) letGo(c *control, k *client) {
	s.lock.Lock()
	s.drop(k)
	s.lock.Unlock()
	c.busy.Add(-1)
	s.handles.Done()
}

// drop gives back a hold; the caller holds the lock.
func (s *Server) drop(k *client) {
	if k.holds--; k.holds > 0 {
		return
	}
	delete(s.clients, k.ID)
	if err := k.root.Close(); err != nil {
		s.Log.Warn("ftp: closing a client's folder", "client", k.ID, "error", err)
	}
}

func (s *Server) openClient(who Client) (*client, error) {
	if err := os.MkdirAll(who.Root, 0o750); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(who.Root)
	if err != nil {
		return nil, err
	}
	folders := []string{partFolder}
	if who.Access == Mailbox {
		folders = append(folders, inbox, outbox)
	}
	for _, f := range folders {
		if err := root.Mkdir(f, 0o750); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, errors.Join(err, root.Close())
		}
	}
	k := &client{Client: who, root: root, writing: map[string]bool{}}
	k.folders = foldersync.New(root)
	if err := errors.Join(k.syncFolder("."), k.sweep(s.Clock.Now().Add(-s.KeepParts))); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return k, nil
}

// sweep removes parts not written to since.
func (k *client) sweep(since time.Time) error {
	parts, err := fs.ReadDir(k.root.FS(), partFolder)
	for _, p := range parts {
		if info, e := p.Info(); e == nil && info.ModTime().Before(since) {
			err = errors.Join(err, k.root.Remove(path.Join(partFolder, p.Name())))
		}
	}
	return err
}

// syncFolder has the names in a folder safe on the disk.
func (k *client) syncFolder(name string) error { return k.folders.Sync(name) }

// claim keeps others from uploading to the same path.
func (k *client) claim(name string) bool {
	k.lock.Lock()
	defer k.lock.Unlock()
	if k.writing[name] {
		return false
	}
	k.writing[name] = true
	return true
}

func (k *client) release(name string) {
	k.lock.Lock()
	defer k.lock.Unlock()
	delete(k.writing, name)
}

// room is how many bytes a new file may have.
func (k *client) room(now time.Time) (int64, error) {
	if k.Quota <= 0 {
		return k.MaxFile, nil
	}
	k.lock.Lock()
	defer k.lock.Unlock()
	if k.counted.IsZero() || now.Sub(k.counted) > 10*time.Second {
		used, err := k.count()
		if err != nil {
			return 0, fmt.Errorf("count what a client keeps: %w", err)
		}
		k.used, k.counted = used, now
	}
	return max(0, min(k.MaxFile, k.Quota-k.used)), nil
}

func (k *client) count() (int64, error) {
	var sum int64
	add := func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return ignoreAbsent(err)
		}
		info, err := e.Info()
		if err == nil {
			sum += info.Size()
		}
		return ignoreAbsent(err)
	}
	if k.Access == Store {
		err := fs.WalkDir(k.root.FS(), ".", add)
		return sum, err
	}
	err := errors.Join(fs.WalkDir(k.root.FS(), inbox, add), fs.WalkDir(k.root.FS(), partFolder, add))
	return sum, err
}

func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// grow takes note of bytes written.
func (k *client) grow(n int64) {
	k.lock.Lock()
	defer k.lock.Unlock()
	k.used += n
}
