package httpapi_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"cinnabar/internal/app"
	"cinnabar/internal/capability/evidence"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/demo"
	"cinnabar/internal/platform/clock"
	"cinnabar/internal/platform/db"
	"cinnabar/internal/platform/db/dbtest"
)

// town is the demo behind HTTP, with contracts in force.
type town struct {
	*bench
	sum *demo.Summary
}

func townWithContracts(t *testing.T) *town {
	t.Helper()
	peers, err := demo.NewStandIns(clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	cfg := app.Config{
		Data: dbtest.Folder(t), PublicURL: "http://127.0.0.1", Log: slog.New(slog.DiscardHandler), KDFCost: cheap, LogEvery: 50 * time.Millisecond,
		SignInsPerMinute: 1000,
	}
	peers.Configure(&cfg, clock.System{})
	a, err := app.New(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 2)
	go func() { done <- peers.Run(ctx) }()
	go func() { done <- a.Run(ctx) }()
	server := httptest.NewServer(a.Handler())
	t.Cleanup(func() {
		a.Hub.Close()
		server.Close()
		stop()
		<-done
		<-done
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	sum, err := demo.Fill(ctx, a, peers)
	if err != nil {
		t.Fatal(err)
	}
	return &town{&bench{t: t, app: a, url: server.URL}, sum}
}

// having is the browser of the first account with a role in the n-th organisation.
func (f *town) having(role, org string) *browser {
	f.t.Helper()
	for _, a := range f.sum.Accounts {
		if (org == "" || a.Organisation == org) && strings.Contains(" "+strings.Join(a.Roles, " ")+" ", " "+role+" ") {
			w := f.browser()
			s := w.do("POST", "/sessions", map[string]any{"method": "password", "login": a.Login, "password": a.Password}).want(f.t, 200)
			if orgs, _ := s["orgs"].([]any); len(orgs) > 0 {
				w.do("PUT", "/sessions/current/org", map[string]any{"org": orgs[0].(map[string]any)["id"]}).want(f.t, 200)
			}
			return w
		}
	}
	f.t.Fatalf("nobody is %s of %s", role, org)
	return nil
}

func items(a answer, t *testing.T) []map[string]any {
	t.Helper()
	var out []map[string]any
	for _, one := range a.want(t, 200)["items"].([]any) {
		out = append(out, one.(map[string]any))
	}
	return out
}

// verify posts a file to be verified.
func (w *browser) verify(data []byte, contentType string) answer {
	w.b.t.Helper()
	res, err := w.client.Post(w.b.url+"/api/v1/verify?lang=en", contentType, bytes.NewReader(data))
	if err != nil {
		w.b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.b.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, body}
}

func TestContractsInForce(t *testing.T) {
	t.Parallel()
	f := townWithContracts(t)
	data, err := os.ReadFile(f.sum.Contract)
	if err != nil {
		t.Fatal(err)
	}
	clerk := f.having("clerk", "")
	docs := items(clerk.do("GET", "/documents?state=effective", nil), t)
	if len(docs) != 2 {
		t.Fatalf("%d contracts in force", len(docs))
	}
	t.Run("verify", func(t *testing.T) { verifies(t, f, data) })
	t.Run("token", func(t *testing.T) { tokenSaysLittle(t, f, clerk, docs[0]) })
	t.Run("access", func(t *testing.T) { othersSeeNothing(t, f, docs) })
	t.Run("find", func(t *testing.T) { findsDocuments(t, clerk, docs) })
	t.Run("zip", func(t *testing.T) { zipsDocuments(t, f, clerk, docs) })
	t.Run("csv", func(t *testing.T) { tableIsHarmless(t, f, clerk) })
	t.Run("seals", func(t *testing.T) { sealsOfCase(t, f, clerk, docs[0]) })
	t.Run("evidence", func(t *testing.T) { provesEntries(t, f, clerk, docs[0]) })
	t.Run("signed here", func(t *testing.T) { signedContractsStay(t, clerk, docs[0]) })
	t.Run("renewal", func(t *testing.T) { officerRenews(t, f, clerk, docs[0]) })
}

// A2: anybody verifies; one changed byte is found.
func verifies(t *testing.T, f *town, data []byte) {
	w := f.browser()
	r := w.verify(data, "application/pdf").want(t, 200)
	doc := r["document"].(map[string]any)
	if r["verdict"] != "valid" || doc["state"] != "in-force" || doc["number"] == "" {
		t.Errorf("GAS-14: %v %v", r["verdict"], doc)
	}
	parties := doc["parties"].([]any)
	if len(parties) < 2 || !strings.Contains(parties[0].(string), "*") {
		t.Errorf("parties %v", parties)
	}
	for _, s := range r["signatures"].([]any) {
		sig := s.(map[string]any)
		if sig["kind"] != "internal" || sig["timestamped"] != true || sig["digestOk"] != true || sig["chainOk"] != true {
			t.Errorf("signature %v", sig)
		}
	}
	broken := 0
	for i := 1; i <= 12; i++ {
		changed := bytes.Clone(data)
		changed[len(data)*i/13] ^= 1
		a := w.verify(changed, "application/pdf")
		if out := a.want(t, 200); out["verdict"] == "broken" {
			broken++
			if len(out["problems"].([]any)) == 0 && out["later"] == nil {
				t.Errorf("broken without a reason: %s", a.body)
			}
		}
	}
	if broken != 12 {
		t.Errorf("GAS-14: %d of 12 changed files are broken", broken)
	}
	w.verify([]byte("hello"), "application/pdf").want(t, 422)
	w.verify(data, "text/html").refused(t, 415, "pdf-only")
	w.verify(make([]byte, 21<<20), "application/pdf").refused(t, 413, "file-too-large")
	for range 10 {
		w.verify([]byte("hello"), "application/pdf")
	}
	w.verify(data, "application/pdf").refused(t, 429, "too-many-requests")
}

func tokenSaysLittle(t *testing.T, f *town, clerk *browser, row map[string]any) {
	d := clerk.do("GET", "/documents/"+row["id"].(string), nil).want(t, 200)
	token := strings.TrimPrefix(d["verifyUrl"].(string), "/v/")
	w := f.browser()
	a := w.do("GET", "/verify/"+token, nil)
	v := a.want(t, 200)
	if v["state"] != "in-force" || v["number"] != row["number"] || strings.Contains(string(a.body), row["party"].(string)) {
		t.Errorf("GAS-14: %s", a.body)
	}
	w.do("GET", "/verify/unknown", nil).want(t, 404)
	key := strings.TrimSpace(string(w.do("GET", "/evidence/log-key", nil).body))
	text, err := evidence.OpenNote(string(w.do("GET", "/verify/"+token+"/statement", nil).body), key)
	if err != nil || !strings.Contains(text, `"standing":"in-force"`) {
		t.Errorf("PLT-12: %v %s", err, text)
	}
	if pem := w.do("GET", "/verify/trust-anchor", nil); !strings.HasPrefix(string(pem.body), "-----BEGIN CERTIFICATE") {
		t.Errorf("trust anchor: %s", pem.body)
	}
}

func othersSeeNothing(t *testing.T, f *town, docs []map[string]any) {
	mine := map[string]*browser{}
	for _, a := range f.sum.Accounts {
		if strings.Contains(strings.Join(a.Roles, " "), "agent") {
			mine[a.Organisation] = f.having("agent", a.Organisation)
		}
	}
	seen := 0
	for org, w := range mine {
		list := items(w.do("GET", "/documents?state=effective", nil), t)
		seen += len(list)
		for _, d := range docs {
			at := "/documents/" + d["id"].(string)
			want := http.StatusNotFound
			for _, own := range list {
				if own["id"] == d["id"] {
					want = http.StatusOK
				}
			}
			for _, path := range []string{at, at + "/content", at + "/content?version=1"} {
				if got := w.do("GET", path, nil).status; got != want {
					t.Errorf("%s reads %s: %d, want %d", org, path, got, want)
				}
			}
			if got := w.do("POST", "/documents/zip", map[string]any{"ids": []any{d["id"]}}).status; got != want {
				t.Errorf("%s packs %s: %d, want %d", org, d["number"], got, want)
			}
		}
	}
	if seen != len(docs) {
		t.Errorf("customers see %d of %d contracts together", seen, len(docs))
	}
	nobody := f.browser()
	for _, path := range []string{"/documents", "/documents.csv", "/documents/" + docs[0]["id"].(string), "/documents/" + docs[0]["id"].(string) + "/content"} {
		nobody.do("GET", path, nil).want(t, 401)
	}
	nobody.do("POST", "/documents/zip", map[string]any{"ids": []string{"x"}}).want(t, 401)
}

func findsDocuments(t *testing.T, clerk *browser, docs []map[string]any) {
	first := docs[0]
	if first["address"] == "" || first["title"].(map[string]any)["en"] == "" {
		t.Errorf("row %v", first)
	}
	number := first["number"].(string)
	for query, want := range map[string]int{
		"q=" + url.QueryEscape(first["party"].(string)): 1, "q=" + number: 1, "number=" + number: 1, "number=NONE": 0,
		"q=" + url.QueryEscape("量子纠缠"): 0, "state=voided": 0, "kind=other": 0, "from=2001-01-01&state=effective": 2, "to=2001-01-01": 0,
		"state=effective&uscc=91350100M000100Y43": -1,
	} {
		got := len(items(clerk.do("GET", "/documents?"+query, nil), t))
		if want >= 0 && got != want && !(want == 1 && got > 1) {
			t.Errorf("GAS-13: %s finds %d, want %d", query, got, want)
		}
	}
	clerk.do("GET", "/documents?from=yesterday", nil).want(t, 422)
	content := clerk.do("GET", "/documents/"+first["id"].(string)+"/content?inline=1", nil)
	if !bytes.HasPrefix(content.body, []byte("%PDF-")) || content.header.Get("X-Content-Type-Options") != "nosniff" ||
		!strings.HasPrefix(content.header.Get("Content-Disposition"), "inline") {
		t.Errorf("content: %d %v", content.status, content.header)
	}
}

func zipsDocuments(t *testing.T, f *town, clerk *browser, docs []map[string]any) {
	ids := []any{docs[0]["id"], docs[1]["id"]}
	a := clerk.do("POST", "/documents/zip", map[string]any{"ids": ids})
	a.want(t, 200)
	z, err := zip.NewReader(bytes.NewReader(a.body), int64(len(a.body)))
	if err != nil {
		t.Fatal(err)
	}
	digests := map[string]string{}
	var manifest string
	for _, one := range z.File {
		r, err := one.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if one.Name == "manifest.csv" {
			manifest = string(data)
		} else {
			digests[one.Name] = cinnabar.DigestOf(data).String()
		}
	}
	if len(digests) != 2 {
		t.Errorf("GAS-13: files %v", digests)
	}
	for name, digest := range digests {
		if !strings.Contains(manifest, name) || !strings.Contains(manifest, digest) {
			t.Errorf("the manifest lacks %s %s:\n%s", name, digest, manifest)
		}
	}
	clerk.do("POST", "/documents/zip", map[string]any{"ids": []string{}}).want(t, 422)
	clerk.do("POST", "/documents/zip", map[string]any{"ids": append(ids, "doc_unknown")}).want(t, 404)
}

// A22: a name that a spreadsheet would run stays text.
func tableIsHarmless(t *testing.T, f *town, clerk *browser) {
	for i, evil := range []string{"=HYPERLINK(\"http://x\")", "@SUM(1)", "+1", "-1", "\t=1", "  =1", "＝1"} {
		err := f.app.DB.InTx(t.Context(), func(tx db.Tx) error {
			_, err := tx.Exec(t.Context(), `UPDATE bcase SET title = $1 WHERE id = (SELECT d.case_id FROM document d JOIN bcase b ON b.id = d.case_id WHERE b.procedure = 'gas-contract' ORDER BY d.id LIMIT 1)`, evil)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		a := clerk.do("GET", "/documents.csv", nil)
		a.want(t, 200)
		if i == 0 && (!bytes.HasPrefix(a.body, []byte("\xef\xbb\xbf")) || !bytes.Contains(a.body, []byte("\r\n")) ||
			!strings.Contains(a.header.Get("Content-Disposition"), "filename*=UTF-8''%E5%90%88")) {
			t.Errorf("table: %v %.80q", a.header, a.body)
		}
		rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(a.body, []byte("\xef\xbb\xbf")))).ReadAll()
		if err != nil || len(rows) < 3 {
			t.Fatalf("%v, %d rows", err, len(rows))
		}
		found := false
		for _, row := range rows {
			found = found || row[2] == "'"+evil
			if strings.ContainsAny(row[2][:1], "=+-@\t") {
				t.Errorf("%q stands as a formula", row[2])
			}
		}
		if !found {
			t.Errorf("%q is not in the table", evil)
		}
	}
}

func provesEntries(t *testing.T, f *town, clerk *browser, doc map[string]any) {
	at := "/cases/" + doc["case"].(string) + "/evidence"
	for _, path := range []string{at, at + "/1"} {
		a := clerk.do("GET", path, nil)
		a.want(t, 200)
		key := strings.TrimSpace(string(f.browser().do("GET", "/evidence/log-key", nil).body))
		if _, err := evidence.VerifyProof(a.body, key); err != nil {
			t.Errorf("PLT-13: %s: %v", path, err)
		}
	}
	clerk.do("GET", at+"/9999", nil).want(t, 404)
	f.browser().do("GET", at, nil).want(t, 401)
	if c := f.browser().do("GET", "/evidence/checkpoint", nil); c.status != 200 || len(c.body) == 0 {
		t.Errorf("checkpoint: %d", c.status)
	}
}

// The seals that fit a place in the contract are offered, with the reason where one cannot be used.
func sealsOfCase(t *testing.T, f *town, clerk *browser, doc map[string]any) {
	at := "/cases/" + doc["case"].(string) + "/seals?for="
	// The gas company has a seal for contracts, and its offices one each, of which one is official.
	for place, kinds := range map[string][]string{"countersign": {"contract", "contract", "official"}, "contractSeal": {"contract"}, "legalRepSeal": {"legal-rep"}} {
		var got []string
		for _, v := range clerk.do("GET", at+place, nil).list(t) {
			got = append(got, v["kind"].(string))
			if v["usable"] != true || v["held"] != false {
				t.Errorf("GAS-8: %s: %v", place, v)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, kinds) {
			t.Errorf("GAS-8: %s: %v, want %v", place, got, kinds)
		}
	}
	clerk.do("GET", at+"other", nil).want(t, 422)
	f.browser().do("GET", at+"countersign", nil).want(t, 401)
	sealer := f.having("sealer", "")
	mine := slices.DeleteFunc(sealer.do("GET", at+"countersign", nil).list(t), func(v map[string]any) bool { return v["held"] != true })
	if len(mine) != 1 {
		t.Fatalf("the sealer's: %v", mine)
	}
	if got := sealer.do("GET", "/seals/"+mine[0]["id"].(string)+"/log", nil).list(t); got[0]["kind"] != "used" || got[0]["document"] == "" {
		t.Errorf("PLT-11: the newest line of the log is %v", got[0])
	}
}
