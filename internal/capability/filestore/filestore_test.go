package filestore_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/capability/filestore/diskstore"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/clock/clocktest"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
	"cinnabar/internal/platform/errs"
	"cinnabar/internal/platform/jobs"
	"cinnabar/internal/platform/secret"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// noScripts stands for the PDF inspector.
type noScripts struct{}

func (noScripts) InspectPDF(_ context.Context, data []byte) error {
	if bytes.Contains(data, []byte("/JavaScript")) {
		return errs.New(errs.Unsupported, "pdf-script", "the PDF holds a script")
	}
	return nil
}

type fixture struct {
	*filestore.Service
	db    db.DB
	clock *clocktest.Hand
	jobs  *jobs.Queue
	disk  *diskstore.Store
	dir   string
}

func newFixture(t *testing.T, d db.DB) *fixture {
	t.Helper()
	f := &fixture{db: d, clock: clocktest.At(time.Now().UTC().Truncate(time.Millisecond)), dir: t.TempDir()}
	log := slog.New(slog.DiscardHandler)
	vault, err := secret.Open(t.Context(), d, filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	if f.disk, err = diskstore.New(f.dir, vault.Key("files"), f.clock); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.disk.Close() })
	if f.jobs, err = jobs.New(jobs.Deps{DB: d, Clock: f.clock, Log: log}); err != nil {
		t.Fatal(err)
	}
	f.Service, err = filestore.New(filestore.Deps{
		DB: d, Clock: f.clock, Log: log, Store: f.disk, Parts: f.disk, Vault: vault, Jobs: f.jobs, PDF: noScripts{},
		Limits: filestore.Limits{OpenUploads: 3},
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

var (
	wang = cinnabar.Actor{Kind: cinnabar.Member, Person: "person_wang"}
	li   = cinnabar.Actor{Kind: cinnabar.Member, Person: "person_li"}
)

// picture is a PNG that does not pack well.
func picture(t testing.TB, side int) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, side, side))
	x := uint32(1)
	for i := range side * side {
		x = x*1664525 + 1013904223
		m.Set(i%side, i/side, color.NRGBA{uint8(x >> 24), uint8(x >> 16), uint8(x >> 8), 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (f *fixture) begin(t *testing.T, name string, content []byte) *filestore.File {
	t.Helper()
	u, err := f.Begin(t.Context(), filestore.NewUpload{By: wang, Name: name, Size: int64(len(content))})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (f *fixture) upload(t *testing.T, name string, content []byte) *filestore.File {
	t.Helper()
	u := f.begin(t, name, content)
	u, err := f.Append(t.Context(), wang, u.ID, 0, bytes.NewReader(content), nil)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (f *fixture) content(t *testing.T, id cinnabar.FileID) (*filestore.File, []byte) {
	t.Helper()
	file, r, err := f.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return file, b
}

func TestUploadGoesOnAfterCuts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		f, content := newFixture(t, d), picture(t, 200)
		u := f.begin(t, "现场.png", content)
		cut := io.MultiReader(bytes.NewReader(content[:70_000]), iotest.ErrReader(io.ErrUnexpectedEOF))
		got, err := f.Append(t.Context(), wang, u.ID, 0, cut, nil)
		if !errors.Is(err, io.ErrUnexpectedEOF) || got.Received != 70_000 {
			t.Fatalf("after the cut: %d bytes, %v", got.Received, err)
		}
		if _, err := f.Append(t.Context(), wang, u.ID, 60_000, bytes.NewReader(content[60_000:]), nil); !errors.Is(err, errs.Conflict) {
			t.Fatalf("wrong offset: %v", err)
		}
		got, err = f.Append(t.Context(), wang, u.ID, 70_000, bytes.NewReader(content[70_000:]), nil)
		if err != nil || got.State != filestore.Ready {
			t.Fatalf("%v, %v", got.State, err)
		}
		file, read := f.content(t, u.ID)
		if !bytes.Equal(read, content) || file.MIME != "image/png" || file.Name.Reveal() != "现场.png" {
			t.Fatalf("%d bytes, %s", len(read), file.MIME)
		}
	})
}

func TestDamagedPieceDoesNotCount(t *testing.T) {
	t.Parallel()
	f, content := newFixture(t, dbtest.SQLite(t)), picture(t, 50)
	u := f.begin(t, "a.png", content)
	sum := sha256.Sum256(content)
	check := &filestore.Checksum{Algorithm: "sha256", Sum: sum[:]}
	damaged := bytes.Clone(content)
	damaged[1000] ^= 1
	if _, err := f.Append(t.Context(), wang, u.ID, 0, bytes.NewReader(damaged), check); errs.As(err).Code != "checksum-mismatch" {
		t.Fatal(err)
	}
	if u, err := f.Upload(t.Context(), wang, u.ID); err != nil || u.Received != 0 {
		t.Fatalf("%+v, %v", u, err)
	}
	if got, err := f.Append(t.Context(), wang, u.ID, 0, bytes.NewReader(content), check); err != nil || got.State != filestore.Ready {
		t.Fatalf("%+v, %v", got, err)
	}
}

// Proves PLT-2.
func TestUploadsBelongToTheirUploader_PLT2(t *testing.T) {
	t.Parallel()
	f, content := newFixture(t, dbtest.SQLite(t)), picture(t, 10)
	u := f.begin(t, "a.png", content)
	for _, other := range []cinnabar.Actor{li, {}} {
		if _, err := f.Append(t.Context(), other, u.ID, 0, bytes.NewReader(content), nil); !errors.Is(err, errs.NotFound) {
			t.Errorf("append: %v", err)
		}
		if err := f.Cancel(t.Context(), other, u.ID); !errors.Is(err, errs.NotFound) {
			t.Errorf("cancel: %v", err)
		}
	}
	if err := f.Cancel(t.Context(), wang, u.ID); err != nil {
		t.Fatal(err)
	}
}

func TestUploadLimits(t *testing.T) {
	t.Parallel()
	f, content := newFixture(t, dbtest.SQLite(t)), picture(t, 10)
	if _, err := f.Begin(t.Context(), filestore.NewUpload{By: wang, Declared: "image/png", Size: 21 << 20}); !errors.Is(err, errs.TooLarge) {
		t.Errorf("too large: %v", err)
	}
	u := f.begin(t, "a.png", content)
	if _, err := f.Append(t.Context(), wang, u.ID, 0, bytes.NewReader(append(bytes.Clone(content), 'x')), &filestore.Checksum{Algorithm: "sha256"}); !errors.Is(err, errs.TooLarge) {
		t.Errorf("longer than announced: %v", err)
	}
	f.begin(t, "b.png", content)
	f.begin(t, "c.png", content)
	if _, err := f.Begin(t.Context(), filestore.NewUpload{By: wang, Size: 10}); !errors.Is(err, errs.TooMany) {
		t.Errorf("over the quota: %v", err)
	}
	f.clock.Advance(25 * time.Hour)
	if _, err := f.Upload(t.Context(), wang, u.ID); errs.As(err).Code != "upload-expired" {
		t.Errorf("expired: %v", err)
	}
	f.begin(t, "d.png", content) // expired ones do not count
}

// Two requests write to one upload: the second is told to wait.
func TestConcurrentPiecesAreRefused(t *testing.T) {
	t.Parallel()
	f, content := newFixture(t, dbtest.SQLite(t)), picture(t, 50)
	u := f.begin(t, "a.png", content)
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		_, err := f.Append(context.Background(), wang, u.ID, 0, r, nil)
		ended <- err
	}()
	if _, err := w.Write(content[:10]); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Append(t.Context(), wang, u.ID, 0, bytes.NewReader(content), nil); !errors.Is(err, errs.Locked) {
		t.Fatalf("second request: %v", err)
	}
	if _, err := w.Write(content[10:]); err != nil {
		t.Fatal(err)
	}
	_ = w.Close()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
}

// What comes in is judged by what it is, whatever it is called (A6, A23).
// Proves PLT-19.
func TestTypesAreToldByContent_PLT19(t *testing.T) {
	t.Parallel()
	f := newFixture(t, dbtest.SQLite(t))
	good := picture(t, 20)
	bomb := bytes.Clone(good)
	copy(bomb[16:24], []byte{0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30}) // IHDR: 30,000 x 30,000
	cases := map[string]struct {
		content []byte
		problem string
	}{
		"picture":              {good, ""},
		"contract":             {[]byte("%PDF-1.7\n1 0 obj"), ""},
		"table":                {[]byte("姓名,金额\n王=五,12\n"), ""},
		"table in GB 18030":    {[]byte("\xd0\xd5\xc3\xfb,1\n"), ""},
		"page":                 {[]byte("<!DOCTYPE html><html></html>"), "type-not-accepted"},
		"drawing":              {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`), "type-not-accepted"},
		"page after a line":    {[]byte("a,b\n<script>alert(1)</script>"), "active-content"},
		"program":              {[]byte("MZ\x90\x00\x03\x00\x00\x00"), "type-not-accepted"},
		"PDF with script":      {[]byte("%PDF-1.7\n<</S/JavaScript>>"), "pdf-script"},
		"PDF behind something": {[]byte("GIF89a\x00%PDF-1.7"), "type-not-accepted"},
		"picture and page":     {append(bytes.Clone(good), "<html><script>x</script>"...), "active-content"},
		"picture and archive":  {append(bytes.Clone(good), "PK\x05\x06\x00\x00"...), "active-content"},
		"cut picture":          {good[:20], "damaged"},
		"pixel bomb":           {fixCRC(bomb), "too-many-pixels"},
		"other archive":        {archive(t, "a.txt", "hello"), "type-not-accepted"},
		"workbook":             {archive(t, "xl/workbook.xml", "<workbook/>"), ""},
		"workbook with macros": {archive(t, "xl/workbook.xml", "", "xl/vbaProject.bin", "x"), "active-content"},
		"bomb of a workbook":   {archive(t, "xl/workbook.xml", strings.Repeat("0", 5<<20)), "too-large-unpacked"},
	}
	for name, c := range cases {
		u := f.upload(t, name+".png", c.content)
		want := filestore.Ready
		if c.problem != "" {
			want = filestore.Refused
		}
		if u.State != want || u.Problem != c.problem {
			t.Errorf("%s: %s %q, want %s %q", name, u.State, u.Problem, want, c.problem)
		}
	}
}

// A request that dies after the last byte leaves the check to a job.
// Proves PLT-5.
func TestCheckSurvivesItsRequest_PLT5(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		f, content := newFixture(t, d), picture(t, 20)
		u := f.begin(t, "a.png", content)
		n, err := f.disk.AppendPart(t.Context(), u.ID, 0, bytes.NewReader(content))
		if err != nil {
			t.Fatal(err)
		}
		// What the dead request had committed:
		err = d.InTx(t.Context(), func(tx db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE file SET received = $1, state = 'checking' WHERE id = $2`, n, string(u.ID))
			return errors.Join(err, f.jobs.Enqueue(t.Context(), tx, "filestore.check", u.ID))
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.jobs.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		if file, read := f.content(t, u.ID); file.State != filestore.Ready || !bytes.Equal(read, content) {
			t.Fatalf("%+v", file)
		}
	})
}

// Proves PLT-18.
func TestCollectAndCheck_PLT18(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d db.DB) {
		f := newFixture(t, d)
		kept := f.upload(t, "a.png", picture(t, 20))
		f.begin(t, "never finished.png", picture(t, 30))
		orphan, err := f.Put(t.Context(), strings.NewReader("nobody names me"))
		if err != nil {
			t.Fatal(err)
		}
		collect := func(want int) {
			t.Helper()
			if n, err := f.Collect(t.Context()); n != want || err != nil {
				t.Fatalf("%d collected, %v", n, err)
			}
		}
		collect(0)
		f.clock.Advance(30 * time.Hour)
		found, err := f.Check(t.Context())
		if err != nil || len(found) != 1 || found[0].Problem != "unreferenced" || found[0].Digest != orphan.Digest {
			t.Fatalf("%v, %v", found, err)
		}
		collect(1)
		if found, err := f.Check(t.Context()); err != nil || len(found) != 0 {
			t.Fatalf("%v, %v", found, err)
		}
		f.content(t, kept.ID)
		name := filepath.Join(f.dir, "blob", kept.Digest.String()[:2], kept.Digest.String())
		flipByte(t, name)
		if found, err := f.Check(t.Context()); err != nil || len(found) != 1 || found[0] != (filestore.Finding{File: kept.ID, Digest: kept.Digest, Problem: "altered"}) {
			t.Fatalf("%v, %v", found, err)
		}
	})
}

// A content put again while it is about to be collected stays.
func TestPutMakesOldContentYoung(t *testing.T) {
	t.Parallel()
	f := newFixture(t, dbtest.SQLite(t))
	put := func() filestore.Blob {
		b, err := f.Put(t.Context(), strings.NewReader("again"))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	put()
	f.clock.Advance(48 * time.Hour)
	b := put()
	if n, err := f.Collect(t.Context()); n != 0 || err != nil {
		t.Fatalf("%d collected, %v", n, err)
	}
	if err := f.db.InTx(t.Context(), func(tx db.Tx) error {
		_, err := f.Add(t.Context(), tx, filestore.NewFile{Blob: b, Name: "c", MIME: "application/pdf", By: wang})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(48 * time.Hour)
	if n, err := f.Collect(t.Context()); n != 0 || err != nil {
		t.Fatalf("%d collected, %v", n, err)
	}
}
