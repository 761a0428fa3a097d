package dbtest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/testtool"
)

// cluster is the process's PostgreSQL: started at first use, in a throw-away folder, on a free port
// of loopback, as the user postgres where we are root (the server refuses to run as root).
var cluster struct {
	once sync.Once
	dir  string
	bin  string
	port int
	err  error
	next atomic.Int64
}

// PostgresURL makes a new migrated database and returns its URL.
func PostgresURL(t testing.TB) string {
	t.Helper()
	cluster.once.Do(func() { cluster.err = startCluster() })
	if cluster.err != nil {
		testtool.Missing(t, fmt.Errorf("PostgreSQL: %w", cluster.err))
	}
	name := fmt.Sprintf("test%d", cluster.next.Add(1))
	if err := admin(fmt.Sprintf("CREATE DATABASE %s TEMPLATE ready", name)); err != nil {
		t.Fatal(err)
	}
	return url(name)
}

func url(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", cluster.port, database)
}

var adminLock sync.Mutex // CREATE DATABASE refuses a template that another is copying

func admin(statement string) error {
	adminLock.Lock()
	defer adminLock.Unlock()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, url("postgres"))
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	_, err = c.Exec(ctx, statement)
	return err
}

func startCluster() error {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return fmt.Errorf("no server found in /usr/lib/postgresql (Debian: apt-get install postgresql)")
	}
	cluster.bin = filepath.Dir(found[len(found)-1])
	dir, err := os.MkdirTemp("", "cinnabar-pg-")
	if err != nil {
		return err
	}
	cluster.dir = dir
	if os.Getuid() == 0 {
		if out, err := exec.Command("chown", "postgres", dir).CombinedOutput(); err != nil {
			return fmt.Errorf("chown: %s", out)
		}
	}
	if cluster.port, err = freePort(); err != nil {
		return err
	}
	if err := asPostgres("initdb", "-D", dir+"/data", "-A", "trust", "-U", "postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"); err != nil {
		return err
	}
	options := fmt.Sprintf("-c listen_addresses=127.0.0.1 -c port=%d -c unix_socket_directories= -c fsync=off -c max_connections=300", cluster.port)
	if err := asPostgres("pg_ctl", "-D", dir+"/data", "-l", dir+"/log", "-o", options, "-w", "start"); err != nil {
		return err
	}
	if err := admin("CREATE DATABASE ready"); err != nil {
		return err
	}
	d, err := db.Open(context.Background(), url("ready"))
	if err != nil {
		return err
	}
	return d.Close()
}

func stopCluster() {
	if cluster.dir == "" {
		return
	}
	if err := asPostgres("pg_ctl", "-D", cluster.dir+"/data", "-m", "immediate", "stop"); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	_ = os.RemoveAll(cluster.dir)
}

func asPostgres(program string, args ...string) error {
	args = append([]string{filepath.Join(cluster.bin, program)}, args...)
	if u, err := user.Current(); err == nil && u.Uid == "0" {
		args = append([]string{"runuser", "-u", "postgres", "--"}, args...)
	}
	var out bytes.Buffer
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = os.TempDir()
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w\n%s", program, err, out.String())
	}
	return nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
