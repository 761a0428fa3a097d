package httpapi

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"cinnabar/internal/capability/archive"
	"cinnabar/internal/capability/document"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

// maxZIP is how many documents one file may hold.
const maxZIP = 200

// documentsCSV streams the whole list; what goes wrong after it began can only cut it short.
func (s *Server) documentsCSV(w http.ResponseWriter, r *http.Request) error {
	in, err := findQuery(r.URL.Query())
	if err != nil {
		return err
	}
	rows, next, err := s.findDocuments(r.Context(), in)
	if err != nil {
		return err
	}
	head := []string{"编号", "类型", "用户", "用气地址", "状态", "生效日期", "到期日期", "办件"}
	s.csvExport(w, r, "contracts.csv", "合同台账.csv", head, func(out table) error {
		for {
			for _, d := range rows {
				err := out.row(d.Number, d.Title.Zh, d.Party, d.Address, stateName(d.State), day(d.EffectiveAt), day(d.ExpiresAt), string(d.Case))
				if err != nil {
					return err
				}
			}
			out.Flush()
			if next == "" || out.Error() != nil {
				return out.Error()
			}
			in.Cursor = next
			if rows, next, err = s.findDocuments(r.Context(), in); err != nil {
				return err
			}
		}
	})
	return nil
}

func findQuery(q url.Values) (*findInput, error) {
	in := &findInput{
		Q: q.Get("q"), Party: q.Get("party"), USCC: q.Get("uscc"), Number: q.Get("number"), Kind: q.Get("kind"), State: q.Get("state"),
		From: q.Get("from"), To: q.Get("to"), Limit: archive.MaxPage,
	}
	if before := q.Get("expiringBefore"); before != "" {
		t, err := time.Parse(time.RFC3339, before)
		if err != nil {
			return nil, errs.Wrong(errs.Field{Pointer: "/expiringBefore", Code: "malformed"})
		}
		in.ExpiringBefore = t
	}
	if len(in.Q) > 800 || len(in.Party) > 800 {
		return nil, errs.Wrong(errs.Field{Pointer: "/q", Code: "too-long"})
	}
	return in, nil
}

// day is a date as it is in China.
func day(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.In(cinnabar.China).Format(time.DateOnly)
}

func stateName(s document.State) string {
	switch s {
	case document.Draft:
		return "草稿"
	case document.Signed:
		return "已签名"
	case document.Sealed:
		return "已盖章"
	case document.Effective:
		return "生效"
	case document.Superseded:
		return "已被替代"
	case document.Voided:
		return "已作废"
	case document.Expired:
		return "已到期"
	case document.TakenOut:
		return "已撤出档案"
	}
	return string(s)
}

// packed is a document on its way into a ZIP file.
type packed struct {
	doc     document.Document
	version document.Version
	name    string
}

func (s *Server) documentsZIP(w http.ResponseWriter, r *http.Request) error {
	list, err := s.chosen(w, r)
	if err != nil {
		return err
	}
	download(w, "application/zip", "contracts.zip", "合同.zip")
	if err := s.pack(w, r, list); err != nil {
		s.cutShort(r, err)
	}
	return nil
}

// chosen finds the documents before anything is sent: one that the caller may not see refuses all.
func (s *Server) chosen(w http.ResponseWriter, r *http.Request) ([]packed, error) {
	if _, err := signedIn(r.Context()); err != nil {
		return nil, err
	}
	var body struct {
		IDs []cinnabar.DocID `json:"ids"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&body); err != nil {
		return nil, errs.Wrong(errs.Field{Pointer: "", Code: "malformed"})
	}
	if len(body.IDs) < 1 || len(body.IDs) > maxZIP {
		return nil, errs.Wrong(errs.Field{Pointer: "/ids", Code: "out-of-range", Params: map[string]any{"min": 1, "max": maxZIP}})
	}
	var out []packed
	names := map[string]bool{}
	for _, id := range body.IDs {
		d, err := s.visibleDocument(r.Context(), id)
		if err != nil {
			return nil, err
		}
		v, err := s.Documents.Current(r.Context(), s.DB, id)
		if err != nil {
			return nil, err
		}
		name := fileName(d.Number) + ".pdf"
		for n := 2; names[name]; n++ {
			name = fmt.Sprintf("%s (%d).pdf", fileName(d.Number), n)
		}
		names[name] = true
		out = append(out, packed{d, v, name})
	}
	return out, nil
}

// fileName keeps what every system takes in names of files.
func fileName(number string) string {
	return strings.Map(func(r rune) rune {
		if r < 32 || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, number)
}

func (s *Server) pack(w io.Writer, r *http.Request, list []packed) error {
	z := zip.NewWriter(w)
	for _, p := range list {
		if err := s.packOne(z, r, p); err != nil {
			return fmt.Errorf("document %s: %w", p.doc.ID, err)
		}
	}
	entry, err := z.CreateHeader(&zip.FileHeader{Name: "manifest.csv", Method: zip.Deflate, Modified: s.Clock.Now()})
	if err != nil {
		return err
	}
	t, err := newTable(entry)
	if err != nil {
		return err
	}
	if err := t.row("文件", "编号", "用户", "状态", "生效日期", "到期日期", "SHA-256"); err != nil {
		return err
	}
	for _, p := range list {
		if err := t.row(p.name, p.doc.Number, p.doc.Title, stateName(p.doc.Shown()), day(optional(p.doc.EffectiveAt)), day(optional(p.doc.ExpiresAt)), p.version.Digest.String()); err != nil {
			return err
		}
	}
	t.Flush()
	if err := t.Error(); err != nil {
		return err
	}
	return z.Close()
}

// packOne copies a document as it is: a PDF is compressed already.
func (s *Server) packOne(z *zip.Writer, r *http.Request, p packed) error {
	_, content, err := s.Files.Open(r.Context(), p.version.File)
	if err != nil {
		return err
	}
	defer content.Close()
	entry, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Store, Modified: p.version.CreatedAt})
	if err != nil {
		return err
	}
	_, err = io.Copy(entry, content)
	return err
}
