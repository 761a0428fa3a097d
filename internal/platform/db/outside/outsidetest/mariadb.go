// Package outsidetest gives tests the databases of departments: an SQLite file, a database of dbtest's
// PostgreSQL, a real MariaDB that the test process starts from Debian's package mariadb-server in a
// throw-away folder on a free port of loopback, and Oracle where CINNABAR_ORACLE_DSN names one.
package outsidetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"cinnabar/internal/platform/testtool"
)

// server is the process's MariaDB, started at first use.
var server struct {
	once sync.Once
	dir  string
	cmd  *exec.Cmd
	port int
	err  error
	next atomic.Int64
}

const (
	user     = "cinnabar"
	password = "only-for-tests"
)

// MariaDB makes a new database and returns its DSN. Without the package on the machine the test is
// skipped (testtool).
func MariaDB(t testing.TB) string {
	t.Helper()
	server.once.Do(func() { server.err = start() })
	if server.err != nil {
		testtool.Missing(t, fmt.Errorf("MariaDB: %w", server.err))
	}
	name := fmt.Sprintf("test%d", server.next.Add(1))
	if err := run(context.Background(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	return DSN(name)
}

// DSN of a database of the running server.
func DSN(database string) string {
	c := mysql.NewConfig()
	c.User, c.Passwd, c.Net, c.Addr, c.DBName = user, password, "tcp", fmt.Sprintf("127.0.0.1:%d", server.port), database
	return c.FormatDSN()
}

// Stop ends the server, if one was started.
func Stop() {
	if server.cmd != nil && server.cmd.Process != nil {
		_ = server.cmd.Process.Kill()
		_ = server.cmd.Wait()
	}
	if server.dir != "" {
		_ = os.RemoveAll(server.dir)
	}
}

func start() error {
	for _, program := range []string{"mariadbd", "mariadb-install-db"} {
		if _, err := find(program); err != nil {
			return fmt.Errorf("%w (Debian: apt-get install mariadb-server)", err)
		}
	}
	var err error
	if server.dir, err = os.MkdirTemp("", "cinnabar-maria-"); err != nil {
		return err
	}
	if server.port, err = freePort(); err != nil {
		return err
	}
	init := filepath.Join(server.dir, "init.sql")
	grant := fmt.Sprintf("CREATE USER '%s'@'127.0.0.1' IDENTIFIED BY '%s';\nGRANT ALL ON *.* TO '%s'@'127.0.0.1';\n", user, password, user)
	if err := os.WriteFile(init, []byte(grant), 0o644); err != nil {
		return err
	}
	if err := install(); err != nil {
		return err
	}
	if err := launch(init); err != nil {
		return err
	}
	return awaitReady()
}

// find looks where Debian puts servers, which is not in everybody's path.
func find(program string) (string, error) {
	if path, err := exec.LookPath(program); err == nil {
		return path, nil
	}
	path := filepath.Join("/usr/sbin", program)
	_, err := os.Stat(path)
	return path, err
}

// asUser has the server give up root, which it refuses to run as.
func asUser(args ...string) []string {
	if os.Getuid() == 0 {
		return append(args, "--user=mysql")
	}
	return args
}

func install() error {
	data := filepath.Join(server.dir, "data")
	if os.Getuid() == 0 {
		if out, err := exec.Command("chown", "-R", "mysql", server.dir).CombinedOutput(); err != nil {
			return fmt.Errorf("chown: %s", out)
		}
	}
	program, err := find("mariadb-install-db")
	if err != nil {
		return err
	}
	args := asUser("--no-defaults", "--datadir="+data, "--skip-test-db", "--auth-root-authentication-method=normal")
	if out, err := exec.Command(program, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("mariadb-install-db: %w\n%s", err, out)
	}
	return nil
}

func launch(init string) error {
	program, err := find("mariadbd")
	if err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(server.dir, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	server.cmd = exec.Command(program, asUser("--no-defaults", "--datadir="+filepath.Join(server.dir, "data"),
		"--socket="+filepath.Join(server.dir, "socket"), "--pid-file="+filepath.Join(server.dir, "pid"), "--bind-address=127.0.0.1",
		fmt.Sprintf("--port=%d", server.port), "--skip-name-resolve", "--init-file="+init, "--innodb-flush-log-at-trx-commit=2",
		"--innodb-buffer-pool-size=64M", "--performance-schema=off")...)
	server.cmd.Stdout, server.cmd.Stderr = log, log
	return server.cmd.Start()
}

const readyWithin = 60 * time.Second

func awaitReady() error {
	ctx, cancel := context.WithTimeout(context.Background(), readyWithin)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := run(ctx, "SELECT 1")
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			log, _ := os.ReadFile(filepath.Join(server.dir, "log"))
			return errors.Join(fmt.Errorf("not ready after %v: %s", readyWithin, log), err)
		}
	}
}

func run(ctx context.Context, statement string) (err error) {
	d, err := sql.Open("mysql", DSN(""))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	_, err = d.ExecContext(ctx, statement)
	return err
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
