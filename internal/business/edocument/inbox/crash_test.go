package inbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"cinnabar/internal/business/edocument"
	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/filestore/diskstore"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/jobs"
	"cinnabar/internal/platform/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// trap has the program die at one of its effects on the outside: just before it, or just after.
type trap struct {
	at    int // the effect; 0: never
	after bool
	count int
}

var errDead = errors.New("dead")

func (t *trap) do(effect func() error) error {
	if t.count++; t.count > t.at && t.at > 0 {
		return errDead // the dead do nothing
	}
	if t.count == t.at && !t.after {
		return errDead
	}
	err := effect()
	if t.count == t.at {
		return errDead
	}
	return err
}

type trapDB struct {
	db.DB
	*trap
}

func (d trapDB) InTx(ctx context.Context, f func(db.Tx) error) error {
	return d.do(func() error { return d.DB.InTx(ctx, f) })
}

type trapBox struct {
	Box
	*trap
}

func (b trapBox) Put(folder, stem, ext string, body []byte) error {
	return b.do(func() error { return b.Box.Put(folder, stem, ext, body) })
}

func (b trapBox) Move(name, folder, as string) error {
	return b.do(func() error { return b.Box.Move(name, folder, as) })
}

// register makes documents as edocument does: once for a key.
type register struct {
	Documents
	t    *testing.T
	made map[string]edocument.Draft
}

func (r *register) CreateAlone(_ context.Context, _ cinnabar.Actor, key string, n edocument.Draft) (edocument.Made, error) {
	if n.Key == "taken" {
		return edocument.Made{}, errs.New(errs.Conflict, "document-exists", "there is one")
	}
	if was, ok := r.made[key]; ok && !reflect.DeepEqual(was, n) {
		r.t.Errorf("%s was to become %+v and then %+v", key, was, n)
	}
	r.made[key] = n
	return edocument.Made{Number: "N-" + key, State: "routing"}, nil
}

type trapDocuments struct {
	Documents
	*trap
}

func (d trapDocuments) CreateAlone(ctx context.Context, a cinnabar.Actor, key string, n edocument.Draft) (m edocument.Made, err error) {
	err = d.do(func() error { m, err = d.Documents.CreateAlone(ctx, a, key, n); return err })
	return m, err
}

type anyPDF struct{}

func (anyPDF) InspectPDF(context.Context, []byte) error { return nil }

func files(t *testing.T, d db.DB) *filestore.Service {
	t.Helper()
	vault, err := secret.Open(t.Context(), d, filepath.Join(t.TempDir(), "vault.key"))
	must(t, err)
	disk, err := diskstore.New(t.TempDir(), vault.Key("files"), clock.System{})
	must(t, err)
	t.Cleanup(func() { _ = disk.Close() })
	queue, err := jobs.New(jobs.Deps{DB: d, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	s, err := filestore.New(filestore.Deps{
		DB: d, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Store: disk, Parts: disk, Vault: vault, Jobs: queue, PDF: anyPDF{},
	})
	must(t, err)
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Wherever the program dies, once it is back there is one document or none, one answer, and nothing left.
// Proves DOC-11.
func TestDeathAtEveryEffect_DOC11(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		f := files(t, d)
		for name, manifest := range map[string]string{
			"pdf":     `{"type":"JS","id":"1","file":{"name":"a.pdf","sha256":"` + cinnabar.DigestOf([]byte("%PDF-1.7\n")).String() + `","size":9}}`,
			"values":  `{"type":"PO","values":{"a":1}}`,
			"refused": `{"type":"PO","id":"1","key":"taken","values":{}}`,
			"broken":  `{"type":`,
		} {
			for n, through := 1, false; !through; n++ {
				for _, after := range []bool{false, true} {
					c := &crash{t: t, db: d, files: f, dir: t.TempDir(), account: fmt.Sprintf("%s-%d-%v", name, n, after)}
					through = c.play(name, manifest, &trap{at: n, after: after})
				}
				if n > 30 {
					t.Fatalf("%s does not come to its end", name)
				}
			}
		}
	})
}

// crash is one manifest in an inbox.
type crash struct {
	t       *testing.T
	db      db.DB
	files   *filestore.Service
	dir     string
	account string
	made    map[string]edocument.Draft
}

// play has the program die and start again; it tells whether it did not come to die.
func (c *crash) play(name, manifest string, death *trap) (through bool) {
	c.made = map[string]edocument.Draft{}
	b, err := openBox(c.dir)
	must(c.t, err)
	defer b.Close()
	must(c.t, os.WriteFile(filepath.Join(c.dir, in, "a.pdf"), []byte("%PDF-1.7\n"), 0o600))
	must(c.t, os.WriteFile(filepath.Join(c.dir, in, "m.json"), []byte(manifest), 0o600))
	if err := c.run(b, death); err == nil {
		through = true
	} else if !errors.Is(err, errDead) {
		c.t.Fatalf("%s: %v", c.account, err)
	}
	if err := c.run(b, &trap{}); err != nil {
		c.t.Fatalf("%s after the start: %v", c.account, err)
	}
	c.check(name)
	return through
}

func (c *crash) run(b *box, trap *trap) error {
	s := &Service{Deps: Deps{
		DB: trapDB{c.db, trap}, Clock: clock.System{}, Documents: trapDocuments{&register{t: c.t, made: c.made}, trap}, Files: c.files,
	}}
	t := task{Service: s, account: edocument.Account{Name: c.account}, box: trapBox{b, trap}, name: "m.json"}
	return t.run(c.t.Context())
}

func (c *crash) check(name string) {
	folder, want := done, 1
	if name == "refused" || name == "broken" {
		folder, want = refused, 0
	}
	if len(c.made) != want {
		c.t.Errorf("%s: %d documents", c.account, len(c.made))
	}
	var there []string
	must(c.t, filepath.WalkDir(c.dir, func(p string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			there = append(there, strings.TrimPrefix(p, c.dir+"/"))
		}
		return err
	}))
	should := []string{folder + "/m.json", out + "/m.answer.json"}
	switch name {
	case "pdf":
		should = append([]string{folder + "/a.pdf"}, should...)
	case "values":
		should = append([]string{in + "/a.pdf"}, should...)
	default:
		should = []string{in + "/a.pdf", folder + "/m.json", folder + "/m.reason.json", out + "/m.answer.json"}
	}
	if !reflect.DeepEqual(there, should) {
		c.t.Errorf("%s: there are %v, not %v", c.account, there, should)
	}
}
