package bench

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"cinnabar/internal/capability/filestore/ftpstore/ftpstoretest/vsftpd"
)

// daemonUser is a user that every Debian has; vsftpd wants one whose home is there.
const daemonUser = 1

// ftpServer is an FTP server with a user who may write to a folder.
type ftpServer struct {
	name, addr, user, password string
	base                       string // folder as the server knows it
	dir                        string // and where it is on the disk
	stop                       func() error
}

// findVsftpd looks where ftpstoretest/unpack-servers.sh unpacks to, and where the package installs to.
func findVsftpd() (bin string, env []string, err error) {
	if os.Getuid() != 0 {
		return "", nil, errors.New("it needs root, to change to another user")
	}
	if cache, err := os.UserCacheDir(); err == nil {
		prefix := filepath.Join(cache, "cinnabar", "ftp-servers", "usr")
		bin = filepath.Join(prefix, "sbin", "vsftpd")
		if _, err := os.Stat(bin); err == nil {
			libs, err := filepath.Glob(filepath.Join(prefix, "lib", "*-linux-gnu"))
			return bin, append(os.Environ(), "LD_LIBRARY_PATH="+strings.Join(libs, ":")), err
		}
	}
	if bin, err = exec.LookPath("vsftpd"); err != nil {
		return "", nil, errors.New("not installed (Debian: apt-get install vsftpd)")
	}
	return bin, os.Environ(), nil
}

// startVsftpd starts vsftpd on loopback with an empty folder below temp.
func startVsftpd(ctx context.Context, temp string) (*ftpServer, error) {
	bin, env, err := findVsftpd()
	if err != nil {
		return nil, err
	}
	docs, empty := filepath.Join(temp, "root", "docs"), filepath.Join(temp, "empty")
	err = errors.Join(os.MkdirAll(docs, 0o755), os.Mkdir(empty, 0o755), os.Chmod(temp, 0o755), os.Chown(docs, daemonUser, daemonUser))
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().(*net.TCPAddr)
	conf := filepath.Join(temp, "vsftpd.conf")
	if err := errors.Join(l.Close(), os.WriteFile(conf, []byte(vsftpd.Config(addr.Port, filepath.Dir(docs), empty)), 0o600)); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, bin, conf)
	cmd.Env = env
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	stop := func() error {
		_ = cmd.Process.Signal(syscall.SIGTERM) // takes its children along
		_ = cmd.Wait()                          // ended by our signal
		return nil
	}
	s := &ftpServer{name: "vsftpd", addr: addr.String(), user: "anonymous", password: "x", base: "/docs", dir: docs, stop: stop}
	if err := awaitPort(ctx, s.addr); err != nil {
		return nil, errors.Join(err, stop())
	}
	return s, nil
}

func awaitPort(ctx context.Context, addr string) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range 500 {
		if c, err := net.Dial("tcp", addr); err == nil {
			return c.Close()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return errors.New("the server does not answer")
}
