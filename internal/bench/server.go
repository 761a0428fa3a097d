package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// server is a PostgreSQL for measuring, with the durability it has out of the box.
type server struct {
	url, bin, dir string // dir is "" for one that was there before
}

// openServer uses the server that was named, or starts one of the system's packages in a scratch folder, as
// the user postgres where we are root.
func openServer(ctx context.Context, o Options) (*server, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	s := &server{url: o.Postgres}
	if len(found) > 0 {
		s.bin = filepath.Dir(found[len(found)-1])
	}
	if s.url != "" {
		return s, nil
	}
	if s.bin == "" {
		return nil, errors.New("no server in /usr/lib/postgresql (Debian: apt-get install postgresql)")
	}
	var err error
	if s.dir, err = os.MkdirTemp(o.Temp, "postgres-*"); err != nil {
		return nil, err
	}
	if os.Getuid() == 0 {
		if err := run(ctx, "", "chown", "postgres", s.dir); err != nil {
			return nil, err
		}
	}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.dir))
	}
	return s, nil
}

func (s *server) start(ctx context.Context) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := errors.Join(l.Close(), s.run(ctx, "initdb", "-D", s.dir+"/data", "-A", "trust", "-U", "postgres", "--encoding=UTF8", "--locale=C.UTF-8")); err != nil {
		return err
	}
	options := fmt.Sprintf("-c listen_addresses=127.0.0.1 -c port=%d -c unix_socket_directories=", port)
	s.url = fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", port)
	return s.run(ctx, "pg_ctl", "-D", s.dir+"/data", "-l", s.dir+"/log", "-o", options, "-w", "start")
}

func (s *server) stop() {
	if s.dir == "" {
		return
	}
	_ = s.run(context.Background(), "pg_ctl", "-D", s.dir+"/data", "-m", "fast", "stop")
	_ = os.RemoveAll(s.dir)
}

func (s *server) run(ctx context.Context, program string, args ...string) error {
	args = append([]string{filepath.Join(s.bin, program)}, args...)
	if os.Getuid() == 0 {
		args = append([]string{"runuser", "-u", "postgres", "--"}, args...)
	}
	return run(ctx, os.TempDir(), args...)
}

var pgbenchRate = regexp.MustCompile(`tps = ([0-9.]+)`)

// pgbench is the rate of its own transactions: three updates, a query and an insert.
func (s *server) pgbench(ctx context.Context, o Options) (float64, error) {
	program, err := exec.LookPath("pgbench")
	if err != nil {
		if program = filepath.Join(s.bin, "pgbench"); s.bin == "" {
			return 0, err
		}
	}
	if err := run(ctx, "", program, "-q", "-i", "-s", "8", s.url); err != nil {
		return 0, err
	}
	out, err := exec.CommandContext(ctx, program, "-c", strconv.Itoa(clients), "-j", "2", "-T", strconv.Itoa(int(o.For.Seconds())), s.url).Output()
	if err != nil {
		return 0, err
	}
	found := pgbenchRate.FindSubmatch(out)
	if found == nil {
		return 0, errors.New("it printed no rate")
	}
	return strconv.ParseFloat(string(found[1]), 64)
}

// sqliteRate is the rate at which the sqlite3 shell commits single rows.
func sqliteRate(ctx context.Context, o Options, folder string) (float64, error) {
	const rows = 2000
	script := "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT);\n" +
		strings.Repeat("INSERT INTO t (v) VALUES ('0123456789012345678901234567890123456789');\n", rows)
	cmd := exec.CommandContext(ctx, "sqlite3", filepath.Join(folder, "yardstick.db"))
	cmd.Stdin = strings.NewReader(script)
	began := o.Clock.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("%w: %s", err, out)
	}
	return rows / o.Clock.Now().Sub(began).Seconds(), nil
}

// run runs a program and says what it printed when it fails.
func run(ctx context.Context, dir string, args ...string) error {
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", filepath.Base(args[0]), err, strings.TrimSpace(out.String()))
	}
	return nil
}
