package depot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"cinnabar/internal/capability/filestore/depot"
	"cinnabar/internal/capability/filestore/diskstore"
	"cinnabar/internal/capability/filestore/folderstore"
	"cinnabar/internal/capability/filestore/ftpstore/ftpstoretest"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/secret"
)

// The child is a process that puts, publishes and withdraws without end, until it is killed.
const childVar = "CINNABAR_DEPOT_CHILD"

// order says where the child works.
type order struct {
	Dir, DSN string
	Stores   []string
}

// kills is how often a process is killed in each test; CINNABAR_KILLS sets another number.
func kills(t *testing.T) int {
	if n, err := strconv.Atoi(os.Getenv("CINNABAR_KILLS")); err == nil {
		return n
	}
	if testing.Short() {
		return 5
	}
	return 25
}

// process is the child's installation.
type process struct {
	db    db.DB
	depot *depot.Service
	order order
}

func openProcess(ctx context.Context, o order, c clock.Clock) (*process, error) {
	d, err := db.Open(ctx, o.DSN)
	if err != nil {
		return nil, err
	}
	v, err := secret.Open(ctx, d, filepath.Join(o.Dir, "vault.key"))
	if err != nil {
		return nil, err
	}
	disk, err := diskstore.New(filepath.Join(o.Dir, "files"), v.Key("files"), c)
	if err != nil {
		return nil, err
	}
	folder, err := folderstore.New(filepath.Join(o.Dir, "documents"))
	if err != nil {
		return nil, err
	}
	s, err := depot.New(depot.Deps{
		DB: d, Clock: c, Log: slog.New(slog.DiscardHandler), Copies: disk, Vault: v, BuiltIn: folder,
		Lease: 300 * time.Millisecond, Patience: 500 * time.Millisecond, Every: 20 * time.Millisecond,
	})
	return &process{d, s, o}, err
}

func runChild(text string) error {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return err
	}
	ctx := context.Background()
	p, err := openProcess(ctx, o, clock.System{})
	if err != nil {
		return err
	}
	failed := make(chan error, 8)
	go func() { failed <- p.depot.Run(ctx) }()
	for range 4 {
		go func() { failed <- p.work(ctx) }()
	}
	if _, err := os.Stdout.WriteString("at work\n"); err != nil {
		return err
	}
	return <-failed
}

// work puts and publishes; two of three documents are withdrawn again, some at once and some put anew.
func (p *process) work(ctx context.Context) error {
	for n := 0; ; n++ {
		doc, body := ftpstoretest.NewDocument(5000 + rand.IntN(60_000))
		store := p.order.Stores[n%len(p.order.Stores)]
		it, err := p.depot.Put(ctx, store, doc.Path, body, doc.Digest)
		if err == nil {
			err = p.publish(ctx, it.ID)
		}
		if err == nil && n%3 > 0 {
			err = p.retract(ctx, it.ID)
		}
		if err == nil && n%3 == 2 {
			err = p.anew(ctx, store, doc.Path, body, doc.Digest)
		}
		// Another thread's removal, or a lease that ran out on a busy machine, is no fault.
		if err != nil && !slices.Contains([]string{"path-busy", "given-up", "store-unreachable"}, code(err)) {
			return err
		}
	}
}

// anew puts what was just withdrawn under the same path.
func (p *process) anew(ctx context.Context, store, path string, body []byte, d cinnabar.Digest) error {
	it, err := p.depot.Put(ctx, store, path, body, d)
	if err != nil {
		return err
	}
	return p.publish(ctx, it.ID)
}

// publish makes a file visible together with a row of the test's own.
func (p *process) publish(ctx context.Context, id string) error {
	return p.db.InTx(ctx, func(tx db.Tx) error {
		if err := p.depot.Settle(ctx, tx, id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO published (item) VALUES ($1)`, id)
		return err
	})
}

func (p *process) retract(ctx context.Context, id string) error {
	return p.db.InTx(ctx, func(tx db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM published WHERE item = $1`, id); err != nil {
			return err
		}
		return p.depot.Withdraw(ctx, tx, id)
	})
}

// A process that puts, publishes and withdraws is killed again and again, at any instant, with files on an
// outside FTP server and on the built-in store. In the end both sides are equal: what is published is there,
// byte for byte, and nothing else but parts of uploads that were cut, which Check removes.
// Proves DOC-5.
func TestKilledAtRandomBothSidesAreEqual_DOC5(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(testing.TB, *ftpstoretest.Certificate) ftpstoretest.Server{
		"vsftpd": ftpstoretest.Vsftpd, "proftpd": ftpstoretest.Proftpd,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			outside := start(t, nil)
			o := order{Dir: t.TempDir(), Stores: []string{"outside", "outside", depot.BuiltIn}}
			o.DSN = filepath.Join(o.Dir, "test.db")
			if name == "proftpd" {
				o.DSN = dbtest.PostgresURL(t)
			}
			killed(t, o, ftpAt(t, outside, nil))
		})
	}
}

func killed(t *testing.T, o order, outside depot.Config) {
	t.Helper()
	ahead := &clocktest.Ahead{}
	p, err := openProcess(t.Context(), o, ahead)
	if err != nil {
		t.Fatal(err)
	}
	defer p.db.Close()
	err = p.db.InTx(t.Context(), func(tx db.Tx) error {
		_, err := tx.Exec(t.Context(), `CREATE TABLE published (item TEXT PRIMARY KEY)`)
		return err
	})
	if err := errors.Join(err, p.depot.AddStore(t.Context(), outside)); err != nil {
		t.Fatal(err)
	}
	caught := map[depot.State]int{}
	for round := range kills(t) {
		kill(t, o, round)
		p.count(t, caught)
	}
	if caught[depot.Staging]+caught[depot.Deleting] == 0 {
		t.Errorf("the kills caught nothing on its way: %v", caught)
	}
	ahead.Advance(time.Hour)
	if err := p.depot.Recover(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.compare(t)
	t.Logf("%d kills caught %v; at the end %v", kills(t), caught, p.count(t, map[depot.State]int{}))
}

// kill lets a child work for a moment, however long it takes to start.
func kill(t *testing.T, o order, round int) {
	t.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd := exec.Command(self)
	cmd.Env, cmd.Stderr = append(os.Environ(), childVar+"="+string(text)), &out
	lines, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	_, _ = lines.Read(make([]byte, 1)) // ends also when the child does
	<-time.After(time.Duration(rand.IntN(500)) * time.Millisecond)
	_ = cmd.Process.Kill()
	if _ = cmd.Wait(); cmd.ProcessState.Exited() {
		t.Fatalf("round %d: the process ended by itself: %s", round, out.String())
	}
}

// count adds how many files are in each state.
func (p *process) count(t *testing.T, into map[depot.State]int) map[depot.State]int {
	t.Helper()
	rows, err := p.db.Query(t.Context(), `SELECT state, count(*) FROM depot_item GROUP BY state`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var state string
		var n int
		if err := rows.Scan(&state, &n); err != nil {
			t.Fatal(err)
		}
		into[depot.State(state)] += n
	}
	return into
}

// compare holds the database, the test's own rows, and the stores against each other.
func (p *process) compare(t *testing.T) {
	t.Helper()
	for _, wrong := range []string{
		`SELECT id FROM depot_item WHERE state NOT IN ('stored', 'deleted')`,
		`SELECT item FROM published WHERE item NOT IN (SELECT id FROM depot_item WHERE state = 'stored')`,
		`SELECT id FROM depot_item WHERE state = 'stored' AND id NOT IN (SELECT item FROM published)`,
	} {
		if found, err := db.Exists(t.Context(), p.db, wrong); err != nil || found {
			t.Errorf("%s: found %v, %v", wrong, found, err)
		}
	}
	if ok, err := db.Exists(t.Context(), p.db, `SELECT 1 FROM published`); err != nil || !ok {
		t.Errorf("nothing was published: %v", err)
	}
	found, err := p.depot.Check(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if f.Problem != "part" {
			t.Errorf("found: %s", f)
		}
	}
	if _, err := p.depot.Check(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if found, err = p.depot.Check(t.Context(), false); err != nil || len(found) > 0 {
		t.Errorf("after the repair: %v, %v", found, err)
	}
}
