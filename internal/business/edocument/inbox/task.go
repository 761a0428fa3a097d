package inbox

import (
	"context"
	"encoding/hex"
	"errors"
	"io/fs"
	"path"
	"strings"

	"cinnabar/internal/business/edocument"
	"cinnabar/internal/capability/filestore"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/errs"
)

// errPatience means that the PDF may still come.
var errPatience = errors.New("the PDF is not there yet")

// Box is what a task does with the folder of an account.
type Box interface {
	Read(name string) ([]byte, fs.FileInfo, error)
	Open(name string) (fs.File, fs.FileInfo, error)
	Put(folder, stem, ext string, body []byte) error
	Move(name, folder, as string) error
}

// task is one file of an inbox on its way out of it.
type task struct {
	*Service
	account  edocument.Account
	box      Box
	name     string
	manifest *Manifest // once it was read
}

// stem is the name that answers have, without its extension.
func (t *task) stem() string {
	clean := filestore.CleanName(t.name)
	return strings.TrimSuffix(clean, path.Ext(clean))
}

func (t *task) run(ctx context.Context) error {
	if !plain(t.name) {
		return t.putBack(ctx, nil, refusal(filestore.CleanName(t.name), "", errs.New(errs.Invalid, "bad-name",
			"the name has control, direction or other characters that names of files must not have")))
	}
	raw, info, err := t.box.Read(t.name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	m, err := Read(raw)
	if err != nil {
		return t.putBack(ctx, nil, refusal(t.name, "", err))
	}
	t.manifest = m
	if m.ID == "" {
		m.ID = cinnabar.DigestOf(raw).String()
	}
	late := !t.Clock.Now().Before(info.ModTime().Add(t.Grace))
	a, err := t.answer(ctx, m, late)
	if err != nil {
		return err
	}
	if a.Result == "made" {
		return t.finish(m, a)
	}
	return t.putBack(ctx, m, a)
}

// answer makes the document, or takes the answer that there is already.
func (t *task) answer(ctx context.Context, m *Manifest, late bool) (Answer, error) {
	e, err := t.begin(ctx, m)
	if errors.Is(err, errs.Conflict) {
		return refusal(t.name, m.ID, err), nil
	}
	if err != nil {
		return Answer{}, err
	}
	if e.answer != nil {
		a := *e.answer
		a.Manifest = t.name
		return a, nil
	}
	a, err := t.make(ctx, m, e, late)
	if err != nil {
		return a, err
	}
	return a, t.keep(ctx, m, a)
}

// actor is the account as a program of its department.
func (t *task) actor() cinnabar.Actor {
	return cinnabar.Actor{
		Kind: cinnabar.APIKey, Org: t.account.Org, Name: t.account.Name, Key: "ftp:" + t.account.Name, Roles: []string{"doc-creator"},
		Departments: []cinnabar.DepartmentID{t.account.Department}, Agent: "FTP",
	}
}

func (t *task) make(ctx context.Context, m *Manifest, e entry, late bool) (Answer, error) {
	n := m.draft()
	if m.File != nil {
		id, err := t.upload(ctx, m, e)
		if errors.Is(err, errPatience) && late {
			err = errs.Wrong(errs.Field{Pointer: "/file/name", Code: "missing"})
		}
		if err != nil {
			return t.refusedOr(m, err)
		}
		n.Upload = id
	}
	made, err := t.Documents.CreateAlone(ctx, t.actor(), "inbox/"+m.ID, n)
	if err != nil {
		return t.refusedOr(m, err)
	}
	return madeAnswer(t.name, m.ID, made), nil
}

func (t *task) refusedOr(m *Manifest, err error) (Answer, error) {
	if errors.Is(err, errPatience) || !final(err) {
		return Answer{}, err
	}
	return refusal(t.name, m.ID, err), nil
}

// upload takes the PDF in, as an upload over HTTP would be. One that was begun before goes on.
func (t *task) upload(ctx context.Context, m *Manifest, e entry) (cinnabar.FileID, error) {
	by := t.actor()
	f, err := t.Files.Upload(ctx, by, e.upload)
	if e.upload != "" && err == nil && f.State != filestore.Partial {
		return ready(f)
	}
	body, info, err := t.box.Open(m.File.Name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", errPatience
	}
	if err != nil {
		return "", err
	}
	defer body.Close()
	if info.Size() != m.File.Size {
		return "", errs.Wrong(errs.Field{Pointer: "/file/size", Code: "different", Params: map[string]any{"size": info.Size()}})
	}
	if f == nil || f.State != filestore.Partial {
		if f, err = t.Files.Begin(ctx, filestore.NewUpload{By: by, Name: m.File.Name, Declared: "application/pdf", Size: info.Size()}); err != nil {
			return "", err
		}
		if err := t.setUpload(ctx, m, f.ID); err != nil {
			return "", err
		}
	}
	sum, err := hex.DecodeString(m.File.SHA256)
	if err != nil {
		return "", err
	}
	f, err = t.Files.Append(ctx, by, f.ID, f.Received, body, &filestore.Checksum{Algorithm: "sha256", Sum: sum})
	if err != nil {
		if errs.As(err).Code == "checksum-mismatch" {
			err = errs.Wrong(errs.Field{Pointer: "/file/sha256", Code: "different"})
		}
		return "", err
	}
	return ready(f)
}

func ready(f *filestore.File) (cinnabar.FileID, error) {
	switch {
	case f.State == filestore.Refused:
		return "", errs.Wrong(errs.Field{Pointer: "/file", Code: f.Problem})
	case f.State != filestore.Ready:
		return "", errs.New(errs.Unavailable, "being-checked", "the file is being checked")
	case f.MIME != "application/pdf":
		return "", errs.Wrong(errs.Field{Pointer: "/file", Code: "not-allowed"})
	}
	return f.ID, nil
}

// finish tells the sender and moves the manifest, which comes last: while it is there all is done again.
func (t *task) finish(m *Manifest, a Answer) error {
	if err := t.tell(out, ".answer.json", a); err != nil {
		return err
	}
	return t.clear(m, done)
}

// putBack tells the sender why and moves the manifest aside.
func (t *task) putBack(ctx context.Context, m *Manifest, a Answer) error {
	if err := errors.Join(t.tell(refused, ".reason.json", a), t.tell(out, ".answer.json", a)); err != nil {
		return err
	}
	if err := t.clear(m, refused); err != nil || m == nil {
		return err
	}
	return t.drop(ctx, m)
}

func (t *task) tell(folder, ext string, a Answer) error {
	body, err := a.json()
	if err != nil {
		return err
	}
	return t.box.Put(folder, t.stem(), ext, body)
}

func (t *task) clear(m *Manifest, folder string) error {
	if m != nil && m.File != nil {
		if err := t.box.Move(m.File.Name, folder, m.File.Name); err != nil {
			return err
		}
	}
	return t.box.Move(t.name, folder, filestore.CleanName(t.name))
}

// entry is what is known of a manifest.
type entry struct {
	upload cinnabar.FileID
	answer *Answer // once there is one
}

// begin enters a manifest or finds it. Errors: errs.Conflict, code "id-reused", when something else was made
// under its id.
func (t *task) begin(ctx context.Context, m *Manifest) (e entry, err error) {
	digest, err := m.digest()
	if err != nil {
		return e, err
	}
	err = t.DB.InTx(ctx, func(tx db.Tx) (err error) {
		e, err = t.enter(ctx, tx, m.ID, digest)
		return err
	})
	return e, err
}
