package bench

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jlaffaye/ftp"

	"cinnabar/internal/capability/filestore/depot"
	"cinnabar/internal/capability/filestore/diskstore"
	"cinnabar/internal/capability/filestore/folderstore"
	"cinnabar/internal/capability/filestore/ftpserve"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/secret"
)

const (
	ftpFiles  = 1000
	ftpSize   = 50_000 // bytes
	ftpRounds = 3      // of which the best counts, since others use the machine too
)

// ftpServers measures the built-in FTP server beside vsftpd, and the depot over the built-in store.
func ftpServers(ctx context.Context, o Options, r *Report) error {
	temp, err := os.MkdirTemp(o.Temp, "ftp-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	if err := os.Chmod(temp, 0o755); err != nil { // vsftpd's user must get to its folder
		return err
	}
	ours, err := startBuiltIn(ctx, o, filepath.Join(temp, "built-in"))
	if err != nil {
		return err
	}
	defer func() { _ = ours.stop() }()
	peer, err := startVsftpd(ctx, filepath.Join(temp, "vsftpd"))
	if err != nil {
		r.absent("vsftpd", err)
	} else {
		defer func() { _ = peer.stop() }()
	}
	for _, clients := range []int{1, 4} {
		if err := besideVsftpd(ctx, o, r, ours, peer, clients); err != nil {
			return err
		}
	}
	return depotRate(ctx, o, r, filepath.Join(temp, "depot"))
}

// besideVsftpd measures in turns. The built-in server has the bytes of a file on the disk before its name
// appears, and the name before it answers. vsftpd does neither, so that an fsync of the file before it is
// renamed, and one of the folder behind that, make it equal: a power cut leaves whole files or none.
func besideVsftpd(ctx context.Context, o Options, r *Report, ours, peer *ftpServer, clients int) error {
	var we, safe, unsafe ftpRate
	for range ftpRounds {
		for _, run := range []struct {
			server *ftpServer
			fsync  bool
			best   *ftpRate
		}{{peer, true, &safe}, {ours, false, &we}, {peer, false, &unsafe}} {
			if run.server == nil {
				continue
			}
			got, err := run.server.rate(ctx, o, clients, run.fsync)
			if err != nil {
				return fmt.Errorf("%s: %w", run.server.name, err)
			}
			run.best.up, run.best.down = max(run.best.up, got.up), max(run.best.down, got.down)
		}
	}
	with := fmt.Sprintf(", %d files of 50 KB, %d connections", ftpFiles, clients)
	r.add(Figure{What: "up, fsynced" + with, Value: we.up, Unit: "files/s", Limit: safe.up, More: true, Note: "STOR, SIZE, RNTO"})
	r.add(Figure{What: "down" + with, Value: we.down, Unit: "files/s", Limit: safe.down, More: true})
	if peer != nil {
		r.add(Figure{What: "vsftpd, up, fsynced beside it" + with, Value: safe.up, Unit: "files/s", Peer: true})
		r.add(Figure{What: "vsftpd, up, not on the disk" + with, Value: unsafe.up, Unit: "files/s", Peer: true})
		r.add(Figure{What: "vsftpd, down" + with, Value: max(safe.down, unsafe.down), Unit: "files/s", Peer: true})
	}
	return nil
}

// anyone lets one user into one folder.
type anyone struct{ root string }

func (a anyone) Open(context.Context, string, string) (ftpserve.Client, error) {
	return ftpserve.Client{ID: "bench", Root: a.root, Access: ftpserve.Store}, nil
}

func startBuiltIn(ctx context.Context, o Options, dir string) (*ftpServer, error) {
	s, err := ftpserve.New(ftpserve.Deps{Accounts: anyone{dir}, Clock: o.Clock, Log: o.Log, Grace: time.Millisecond})
	if err != nil {
		return nil, err
	}
	inner, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- s.Run(inner) }()
	stop := func() error { cancel(); return <-ended }
	return &ftpServer{name: "built-in", addr: s.Addr().String(), user: "bench", password: "bench", dir: dir, stop: stop}, nil
}

// ftpRate is files in a second.
type ftpRate struct{ up, down float64 }

// rate uploads and downloads files by several connections, each under a name of its own.
func (s *ftpServer) rate(ctx context.Context, o Options, clients int, fsync bool) (out ftpRate, err error) {
	conns := make([]*ftp.ServerConn, clients)
	for i := range conns {
		if conns[i], err = ftp.Dial(s.addr, ftp.DialWithTimeout(30*time.Second), ftp.DialWithContext(ctx)); err != nil {
			return out, err
		}
		defer func() { _ = conns[i].Quit() }()
		if err := conns[i].Login(s.user, s.password); err != nil {
			return out, err
		}
	}
	body, batch := make([]byte, ftpSize), rand.Text()
	_, _ = rand.Read(body) // never fails
	name := func(i int) string { return fmt.Sprintf("%s-%d.pdf", batch, i) }
	out.up, err = perSecond(o, len(conns), ftpFiles, func(worker, i int) error {
		return s.put(conns[worker], name(i), body, fsync)
	})
	if err != nil {
		return out, err
	}
	out.down, err = perSecond(o, len(conns), ftpFiles, func(worker, i int) error { return s.get(conns[worker], name(i)) })
	for i := range ftpFiles {
		err = errors.Join(err, os.Remove(filepath.Join(s.dir, name(i))))
	}
	return out, err
}

func (s *ftpServer) put(c *ftp.ServerConn, name string, body []byte, fsync bool) error {
	part, final := path.Join(s.base, ".part-"+name), path.Join(s.base, name)
	if err := c.Stor(part, bytes.NewReader(body)); err != nil {
		return err
	}
	if n, err := c.FileSize(part); err != nil || n != int64(len(body)) {
		return errors.Join(err, fmt.Errorf("%d bytes arrived", n))
	}
	if !fsync {
		return c.Rename(part, final)
	}
	if err := errors.Join(syncOne(filepath.Join(s.dir, ".part-"+name)), c.Rename(part, final)); err != nil {
		return err
	}
	return syncOne(s.dir)
}

func (s *ftpServer) get(c *ftp.ServerConn, name string) error {
	r, err := c.Retr(path.Join(s.base, name))
	if err != nil {
		return err
	}
	n, err := io.Copy(io.Discard, r)
	if err = errors.Join(err, r.Close()); err == nil && n != ftpSize {
		err = fmt.Errorf("%d bytes came back", n)
	}
	return err
}

// syncOne has a file or folder on the disk.
func syncOne(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// perSecond does something n times by several workers, and tells how often it was done in a second.
func perSecond(o Options, workers, n int, do func(worker, i int) error) (float64, error) {
	var next atomic.Int64
	var all sync.WaitGroup
	failed := make([]error, workers)
	began := o.Clock.Now()
	for w := range workers {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && failed[w] == nil; i = int(next.Add(1)) - 1 {
				failed[w] = do(w, i)
			}
		})
	}
	all.Wait()
	return float64(n) / o.Clock.Now().Sub(began).Seconds(), errors.Join(failed...)
}

// depotRate measures what a document costs from its bytes to its being visible: local copy, database, the
// built-in store, all fsynced, and read back.
func depotRate(ctx context.Context, o Options, r *Report, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	d, err := db.Open(ctx, filepath.Join(dir, "cinnabar.db"))
	if err != nil {
		return err
	}
	defer d.Close()
	vault, err := secret.Open(ctx, d, filepath.Join(dir, "vault.key"))
	if err != nil {
		return err
	}
	disk, err := diskstore.New(filepath.Join(dir, "files"), vault.Key("files"), o.Clock)
	if err != nil {
		return err
	}
	defer disk.Close()
	folder, err := folderstore.New(filepath.Join(dir, "documents"))
	if err != nil {
		return err
	}
	defer folder.Close()
	service, err := depot.New(depot.Deps{DB: d, Clock: o.Clock, Log: o.Log, Copies: disk, Vault: vault, BuiltIn: folder})
	if err != nil {
		return err
	}
	const writers, size = 8, 30_000
	rate, err := perSecond(o, writers, ftpFiles, func(_, i int) error { return throughDepot(ctx, d, service, i, size) })
	r.add(Figure{
		What:  fmt.Sprintf("depot over the built-in store: %d files of 30 KB copied, put, settled and read back, all fsynced, %d writers", ftpFiles, writers),
		Value: ftpFiles / rate, Unit: "s", Note: "SQLite",
	})
	return err
}

func throughDepot(ctx context.Context, d db.DB, s *depot.Service, i, size int) error {
	body := make([]byte, size)
	_, _ = rand.Read(body) // never fails
	digest := cinnabar.DigestOf(body)
	it, err := s.Put(ctx, depot.BuiltIn, fmt.Sprintf("PO/2026/11/PO-%d-%s.pdf", i, digest.String()[:16]), body, digest)
	if err != nil {
		return err
	}
	if err := d.InTx(ctx, func(tx db.Tx) error { return s.Settle(ctx, tx, it.ID) }); err != nil {
		return err
	}
	_, err = s.Read(ctx, it.ID)
	return err
}
