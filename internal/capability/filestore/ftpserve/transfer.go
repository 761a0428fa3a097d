package ftpserve

import (
	"errors"
	"io"
	"net"
	"os"
	"path"
	"sync/atomic"
	"syscall"

	ftpserver "github.com/fclairamb/ftpserverlib"
)

// download is a file on its way to a client.
type download struct {
	t    *tree
	file *os.File
}

func (t *tree) download(visible string) (*download, error) {
	name, err := t.readable(visible)
	if err != nil {
		return nil, err
	}
	if info, err := t.stat(name); err != nil {
		return nil, err
	} else if info.IsDir() {
		return nil, errAbsent
	}
	f, err := t.client.root.Open(name)
	if err != nil {
		return nil, t.told(err)
	}
	t.s.hold(t.control, t.client)
	return &download{t, f}, nil
}

// Seek goes to where the transfer begins.
func (d *download) Seek(offset int64, whence int) (int64, error) { return d.file.Seek(offset, whence) }

// WriteTo sends the file. The library calls it for binary transfers, and Read for those that alter bytes.
func (d *download) WriteTo(w io.Writer) (int64, error) {
	return d.file.WriteTo(w) // to a connection in the clear by sendfile(2)
}

func (d *download) Read([]byte) (int, error)  { return 0, errBinary }
func (d *download) Write([]byte) (int, error) { return 0, errForbidden }

// Close ends the transfer.
func (d *download) Close() error {
	defer d.t.s.letGo(d.t.control, d.t.client)
	return d.file.Close()
}

// upload is a file on its way from a client. Its bytes go to a part that nobody sees; Close makes it appear
// under its name when all of them are there. A name that itself says "unfinished" is its own part: most clients
// that care upload so and rename, and need no second curtain.
type upload struct {
	t      *tree
	name   string
	file   *os.File
	begin  int64 // where this transfer begins
	room   int64 // bytes that may still come
	failed atomic.Bool
}

func (t *tree) upload(visible string, flags int, offset int64) (*upload, error) {
	name, err := t.writable(visible)
	if err != nil {
		return nil, err
	}
	if !t.client.claim(name) {
		return nil, errBusy
	}
	u, err := t.openPart(name, flags, offset)
	if err != nil {
		t.client.release(name)
		return nil, err
	}
	t.s.hold(t.control, t.client)
	return u, nil
}

// openPart opens the part of an upload at the right place: a new one; or an old one, cut to the offset that
// the client goes on from, so that bytes that come twice replace the former.
func (t *tree) openPart(name string, flags int, offset int64) (*upload, error) {
	if err := t.makeWay(name); err != nil {
		return nil, err
	}
	if info, err := t.stat(path.Dir(name)); err != nil || !info.IsDir() {
		return nil, errAbsent
	}
	room, err := t.client.room(t.s.Clock.Now())
	if err != nil {
		return nil, t.told(err)
	}
	f, err := t.client.root.OpenFile(partOf(name), os.O_CREATE|os.O_WRONLY, 0o640)
	if err != nil {
		return nil, t.told(err)
	}
	u := &upload{t: t, name: name, file: f, room: room}
	if err := u.goOn(flags&os.O_APPEND != 0, offset); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return u, nil
}

// makeWay refuses a name that is taken. An unfinished file is gone on with, unless it shares its bytes with
// another, which a crash in the middle of a renaming can leave: that other is whole, and this one a remnant.
func (t *tree) makeWay(name string) error {
	info, err := t.stat(name)
	if errors.Is(err, errAbsent) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.IsDir() || !unfinished(name) {
		return errors.Join(ftpserver.ErrFileNameNotAllowed, errExists)
	}
	if is, ok := info.Sys().(*syscall.Stat_t); ok && is.Nlink > 1 {
		return t.told(t.client.root.Remove(name))
	}
	return nil
}

func (u *upload) goOn(atEnd bool, offset int64) error {
	info, err := u.file.Stat()
	if err != nil {
		return u.t.told(err)
	}
	if atEnd {
		offset = info.Size()
	}
	if offset > info.Size() {
		return errors.New("less of this file is here than the offset says; ask for its SIZE")
	}
	if offset < info.Size() {
		if err := u.file.Truncate(offset); err != nil {
			return u.t.told(err)
		}
		u.t.client.grow(offset - info.Size())
	}
	if _, err := u.file.Seek(offset, io.SeekStart); err != nil {
		return u.t.told(err)
	}
	u.begin = offset
	u.room = min(u.room, u.t.client.MaxFile-offset)
	return nil
}

// Seek is called with the offset that the upload was opened with.
func (u *upload) Seek(offset int64, whence int) (int64, error) {
	if whence != io.SeekStart || offset != u.begin {
		return 0, errForbidden
	}
	return offset, nil
}

// ReadFrom takes the bytes from the connection itself; anything else alters them on the way.
func (u *upload) ReadFrom(r io.Reader) (n int64, err error) {
	if _, ok := r.(net.Conn); !ok {
		return 0, errBinary
	}
	buf := u.t.s.buffers.Get().(*[]byte)
	defer u.t.s.buffers.Put(buf)
	return io.CopyBuffer(struct{ io.Writer }{u}, struct{ io.Reader }{r}, *buf)
}

func (u *upload) Write(p []byte) (int, error) {
	if int64(len(p)) > u.room {
		return 0, ftpserver.ErrStorageExceeded
	}
	n, err := u.file.Write(p)
	u.room -= int64(n)
	u.t.client.grow(int64(n))
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return n, ftpserver.ErrStorageExceeded
	}
	return n, u.t.told(err)
}

func (u *upload) Read([]byte) (int, error) { return 0, errForbidden }

// TransferError is called before Close when the transfer did not come to its end.
func (u *upload) TransferError(error) { u.failed.Store(true) }

// Close ends the transfer. A part that is not whole is kept for going on.
func (u *upload) Close() error {
	t := u.t
	defer t.s.letGo(t.control, t.client)
	defer t.client.release(u.name)
	if err := errors.Join(u.file.Sync(), u.file.Close()); err != nil {
		// After a failed fsync nobody knows what is on the disk.
		return errors.Join(t.told(err), t.told(t.client.root.Remove(partOf(u.name))))
	}
	if u.failed.Load() || t.control.gone.Load() {
		return errors.New("the upload was cut; it can go on")
	}
	return u.appear()
}

// appear moves the part to its name, by way of another that no upload goes on from: a crash between the
// steps must not leave a part that shares its bytes with a file.
func (u *upload) appear() error {
	part := partOf(u.name)
	if part == u.name {
		return nil
	}
	whole := part + ".whole"
	if err := u.t.client.root.Rename(part, whole); err != nil {
		return u.t.told(err)
	}
	if err := u.t.move(whole, u.name); err != nil {
		return err
	}
	u.t.appeared(u.name)
	return nil
}
