package ftpstoretest

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"cinnabar/internal/capability/filestore/ftpstore/ftpstoretest/vsftpd"
)

// Server is an FTP server that runs on loopback.
type Server struct {
	Name, Addr, User, Password string
	Base                       string // where its user may write
	Dir                        string // where that is on the disk
}

// Vsftpd starts vsftpd with an empty folder; with a certificate it demands TLS. It stops with the test.
// The test is skipped when the package is not there (unpack-servers.sh) or the test does not run as root.
func Vsftpd(t testing.TB, cert *Certificate) Server {
	t.Helper()
	bin, env := find(t, "vsftpd")
	root, empty := folder(t), folder(t)
	docs := filepath.Join(root, "docs")
	check(t, os.Mkdir(docs, 0o755))
	check(t, os.Chown(docs, daemon, daemon))
	addr, port := freePort(t)
	conf := vsftpd.Config(port, root, empty)
	if cert != nil {
		conf += fmt.Sprintf(`ssl_enable=YES
allow_anon_ssl=YES
force_anon_logins_ssl=YES
force_anon_data_ssl=YES
require_ssl_reuse=YES
ssl_ciphers=HIGH
rsa_cert_file=%s
rsa_private_key_file=%s
`, cert.CertFile, cert.KeyFile)
	}
	start(t, addr, env, bin, writeConf(t, conf))
	return Server{Name: "vsftpd", Addr: addr, User: "anonymous", Password: "x", Base: "/docs", Dir: docs}
}

// Proftpd starts proftpd as Vsftpd does vsftpd.
func Proftpd(t testing.TB, cert *Certificate) Server {
	t.Helper()
	bin, env := find(t, "proftpd")
	root, run := folder(t), folder(t)
	check(t, os.Chown(root, nobody, nobody))
	users := filepath.Join(run, "users")
	// The password is "secret".
	check(t, os.WriteFile(users, fmt.Appendf(nil, "u:%s:%d:%d::%s:/bin/sh\n", crypted, nobody, nobody, root), 0o600))
	addr, port := freePort(t)
	conf := fmt.Sprintf(`ServerName test
ServerType standalone
DefaultServer on
SocketBindTight on
DefaultAddress 127.0.0.1
Port %d
UseIPv6 off
User nobody
Group nogroup
AuthUserFile %s
AuthOrder mod_auth_file.c
AuthFileOptions InsecurePerms
RequireValidShell off
DefaultRoot ~
UseReverseDNS off
WtmpLog off
TransferLog none
SystemLog none
PidFile %s/pid
ScoreboardFile %s/scoreboard
DelayEngine off
MaxInstances 200
<Limit ALL>
AllowAll
</Limit>
`, port, users, run, run)
	if cert != nil {
		conf += fmt.Sprintf(`ModulePath %s
LoadModule mod_tls.c
TLSEngine on
TLSRequired on
TLSProtocol TLSv1.2 TLSv1.3
TLSECCertificateFile %s
TLSECCertificateKeyFile %s
TLSVerifyClient off
`, modules(bin), cert.CertFile, cert.KeyFile)
	}
	start(t, addr, env, bin, "-n", "-q", "-c", writeConf(t, conf))
	return Server{Name: "proftpd", Addr: addr, User: "u", Password: "secret", Dir: root}
}

// Users that every Debian has; vsftpd wants one whose home is there.
const (
	daemon = 1
	nobody = 65534
)

// crypted is "secret" by crypt(3), SHA-512.
const crypted = "$6$cinnabar$EFzIgUC7tK3NB7YQhcjWyuMeyRAsSifnyZxGQRa9F84GZa4tYG6d4WunlST6kw1t5qTA8MGtDUMvPxNNzecfS/"

// find looks where unpack-servers.sh unpacks to, and where packages install to.
func find(t testing.TB, name string) (bin string, env []string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip(name + " needs root to change to another user")
	}
	cache, err := os.UserCacheDir()
	check(t, err)
	prefix := filepath.Join(cache, "cinnabar", "ftp-servers")
	bin = filepath.Join(prefix, "usr", "sbin", name)
	if _, err := os.Stat(bin); err == nil {
		libs, err := filepath.Glob(filepath.Join(prefix, "usr", "lib", "*-linux-gnu"))
		check(t, err)
		return bin, append(os.Environ(), "LD_LIBRARY_PATH="+strings.Join(libs, ":"))
	}
	bin = filepath.Join("/usr/sbin", name)
	if _, err := os.Stat(bin); err != nil {
		t.Skip(name + " is not here: run ftpstoretest/unpack-servers.sh")
	}
	return bin, os.Environ()
}

func modules(bin string) string { return filepath.Join(filepath.Dir(bin), "..", "lib", "proftpd") }

// folder is one that the user nobody can reach, unlike t.TempDir.
func folder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "ftp-test-")
	check(t, err)
	t.Cleanup(func() { check(t, os.RemoveAll(dir)) })
	check(t, os.Chmod(dir, 0o755))
	return dir
}

func writeConf(t testing.TB, conf string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "server.conf")
	check(t, os.WriteFile(name, []byte(conf), 0o600))
	return name
}

func freePort(t testing.TB) (addr string, port int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	check(t, l.Close())
	return l.Addr().String(), l.Addr().(*net.TCPAddr).Port
}

// start runs a server until the end of the test, and returns when it answers.
func start(t testing.TB, addr string, env []string, bin string, args ...string) {
	t.Helper()
	var out bytes.Buffer
	cmd := exec.Command(bin, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = env, &out, &out
	check(t, cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // takes its children along
		if err := <-ended; err != nil {
			t.Logf("the server ended: %v", err) // by our signal
		}
	})
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range 500 {
		if c, err := net.Dial("tcp", addr); err == nil {
			_ = c.Close()
			return
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("%s ended: %v\n%s", bin, err, out.String())
		case <-tick.C:
		}
	}
	t.Fatalf("%s does not answer", bin)
}
