package httpapi_test

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"cinnabar/internal/pdf/pdftest"
	"cinnabar/internal/platform/db"
)

// onePage is a PDF with a page that differs by its text.
func onePage(text string) []byte {
	content := "BT /F1 12 Tf 72 700 Td (" + text + ") Tj ET"
	return pdftest.File("", pdftest.Catalog, pdftest.Pages,
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
		fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(content), content))
}

// oldContract is a row in which nothing is wrong.
func oldContract(n int, change object) object {
	row := object{
		"number": fmt.Sprintf("老合-2019-%03d", n), "company": fmt.Sprintf("样例餐饮第%d分店有限公司", n), "uscc": "91350100M000100Y43",
		"gasAddress": fmt.Sprintf("样例市中山路%d号", n), "effectiveAt": "2019-03-01", "expiresAt": "2099-02-28", "file": fmt.Sprintf("scan-%d.pdf", n),
	}
	for k, v := range change {
		row[k] = v
	}
	return row
}

// fields are a problem's errors as "pointer code".
func fields(t *testing.T, a answer) string {
	t.Helper()
	var out []string
	for _, one := range a.want(t, 422)["errors"].([]any) {
		f := one.(object)
		out = append(out, fmt.Sprint(f["pointer"], " ", f["code"]))
	}
	return strings.Join(out, ", ")
}

// GAS-13: old paper contracts are brought in, in bulk, as scans with data; nothing is made while a row is
// wrong, and nothing is made twice.
func TestPaperContractsComeInInBulk_GAS13(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	clerk := b.as("clerk")
	var files []string
	for n := range 3 {
		files = append(files, clerk.sendFile("", fmt.Sprintf("scan-%d.pdf", n), onePage(fmt.Sprint("OLDPAPER", n))))
	}
	rows := []object{oldContract(0, nil), oldContract(1, object{"expiresAt": "", "file": files[1]}), oldContract(2, object{"uscc": "91350100M000100Y44"})}
	send := func(key string) answer {
		return clerk.do("POST", "/archive/imports", object{"rows": rows, "files": files}, "Idempotency-Key", key)
	}
	if got := fields(t, send("import-0001")); got != "/rows/2/uscc checksum" {
		t.Fatalf("wrong: %s", got)
	}
	if cases := clerk.do("GET", "/cases", nil).want(t, 200)["total"]; cases != 0.0 {
		t.Fatalf("%v cases although a row is wrong", cases)
	}
	rows[2] = oldContract(2, object{"uscc": "91110000600037341L"})
	first := send("import-0002")
	made := first.want(t, 200)
	if made["accepted"] != 3.0 || len(made["rows"].([]any)) != 3 {
		t.Fatalf("made %s", first.body)
	}
	if again := send("import-0002"); !bytes.Equal(again.body, first.body) {
		t.Errorf("a repeat gets %s, not %s", again.body, first.body)
	}
	if got := fields(t, send("import-0003")); strings.Count(got, "duplicate") != 6 || !strings.HasPrefix(got, "/rows/0/number duplicate, /rows/0/file duplicate") {
		t.Errorf("again by another request: %s", got)
	}
	if cases := clerk.do("GET", "/cases", nil).want(t, 200)["total"]; cases != 3.0 {
		t.Errorf("%v cases", cases)
	}
	findsPapers(t, b, clerk, made["rows"].([]any)[0].(object))
}

func findsPapers(t *testing.T, b *bench, clerk *browser, row object) {
	for query, want := range map[string]int{
		"party=" + url.QueryEscape("餐饮第1分店"): 1, "number=" + url.QueryEscape("老合-2019-00"): 3, "uscc=91350100M000100Y43": 2,
		"q=" + url.QueryEscape("中山路2号"): 1, "to=2019-03-01": 3, "from=2019-03-02": 0, "q=OLDPAPER0": 1,
	} {
		if got := items(clerk.do("GET", "/documents?"+query, nil), t); len(got) != want {
			t.Errorf("%s finds %d, want %d: %v", query, len(got), want, got)
		}
	}
	found := items(clerk.do("GET", "/documents?number="+url.QueryEscape("老合-2019-000"), nil), t)[0]
	if found["id"] != row["document"] || found["case"] != row["case"] || found["state"] != "effective" || found["address"] != "样例市中山路0号" ||
		found["effectiveAt"] != "2019-02-28T16:00:00Z" || found["expiresAt"] != "2099-02-28T16:00:00Z" {
		t.Errorf("found %v for %v", found, row)
	}
	report := b.browser().verify(onePage("OLDPAPER0"), "application/pdf").want(t, 200)
	if doc := report["document"].(object); doc["state"] != "in-force" || doc["number"] != "老合-2019-000" {
		t.Errorf("verified: %v", report)
	}
	// The company sees its own contracts, and nobody else does.
	if got := len(items(b.as("agent").do("GET", "/documents", nil), t)); got != 2 {
		t.Errorf("the company sees %d", got)
	}
	if got := len(items(b.as("stranger").do("GET", "/documents", nil), t)); got != 0 {
		t.Errorf("a stranger sees %d", got)
	}
}

// GAS-13: a request that was cut off half-way goes on where it stopped when it is sent again.
func TestImportGoesOnAfterACrash_GAS13(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	clerk := b.as("supervisor")
	files := []string{clerk.sendFile("", "scan-0.pdf", onePage("A")), clerk.sendFile("", "scan-1.pdf", onePage("B"))}
	send := func(rows ...object) object {
		return clerk.do("POST", "/archive/imports", object{"rows": rows, "files": files}, "Idempotency-Key", "import-0001").want(t, 200)
	}
	first := send(oldContract(0, nil))["rows"].([]any)[0].(object)
	err := b.app.DB.InTx(t.Context(), func(tx db.Tx) error { // the answer was never kept
		_, err := tx.Exec(t.Context(), `DELETE FROM idempotency WHERE key = 'import-0001'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	both := send(oldContract(0, nil), oldContract(1, nil))
	if got := both["rows"].([]any)[0].(object); both["accepted"] != 2.0 || got["document"] != first["document"] || got["case"] != first["case"] {
		t.Errorf("first %v, then %v", first, both)
	}
	if cases := clerk.do("GET", "/cases", nil).want(t, 200)["total"]; cases != 2.0 {
		t.Errorf("%v cases", cases)
	}
}

// GAS-13: the data come as a table too, as spreadsheets write it.
func TestImportTakesATable_GAS13(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	clerk := b.as("clerk")
	scan := clerk.sendFile("", "旧合同.pdf", onePage("T"))
	table := func(text string) answer {
		return clerk.do("POST", "/archive/imports", object{"data": clerk.sendFile("", "contracts.csv", []byte(text)), "files": []string{scan}})
	}
	const line = "T-1,\"样例餐饮, 管理有限公司\",91350100M000100Y43,样例市中山路1号,2019-03-01,,旧合同.pdf\r\n"
	for text, want := range map[string]string{
		"number,price\r\n1,2\r\n":                                  "/data unknown",
		"number,,x\r\n1,,2\r\n":                                    "/data unknown",
		"number,编号\r\n1,2\r\n":                                     "/data duplicate",
		"number,company\r\n1\r\n":                                  "/rows/0/company missing, /rows/0/uscc missing, /rows/0/gasAddress missing, /rows/0/effectiveAt missing, /rows/0/file missing",
		"编号,单位\r\n":                                                "/rows missing",
		"number,file\r\nT-1,other.pdf\r\n":                         "/rows/0/company missing, /rows/0/uscc missing, /rows/0/gasAddress missing, /rows/0/effectiveAt missing, /rows/0/file unknown",
		paperHead + line + line:                                    "/rows/1/number duplicate, /rows/1/file duplicate",
		paperHead + strings.Replace(line, ",,", ",2018-01-01,", 1): "/rows/0/expiresAt out-of-range",
	} {
		if got := fields(t, table(text)); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	table("number,company\r\n\xff\xff,1\r\n").refused(t, 422, "sheet-encoding")
	table("number,company\r\n\"1,2\r\n").refused(t, 422, "sheet-malformed")
	if got := table("\xef\xbb\xbf"+paperHead+line+",,,,,,\r\n").want(t, 200); got["accepted"] != 1.0 {
		t.Errorf("got %v", got)
	}
}

// GAS-13: the table may be a workbook, whose dates are dates, and text as Chinese spreadsheets save it.
func TestImportTakesAWorkbook_GAS13(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	clerk := b.as("clerk")
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(paperHead + "T-1,样例餐饮管理有限公司,91350100M000100Y43,样例市中山路1号,2019-03-01,,一.pdf\r\n")
	if err != nil {
		t.Fatal(err)
	}
	book := excelize.NewFile()
	defer book.Close()
	for cell, v := range map[string]any{
		"A1": "编号", "B1": "单位", "C1": "信用代码", "D1": "地址", "E1": "生效日期", "F1": "文件名",
		"A2": 20190001, "B2": "样例餐饮管理有限公司", "C2": "91350100M000100Y43", "D2": "样例市中山路2号", "E2": time.Date(2019, 3, 1, 0, 0, 0, 0, time.UTC), "F2": "二.pdf",
	} {
		if err := book.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	var xlsx bytes.Buffer
	if err := book.Write(&xlsx); err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{"一": []byte(gb), "二": xlsx.Bytes()} {
		body := object{"data": clerk.sendFile("", "contracts", raw), "files": []string{clerk.sendFile("", name+".pdf", onePage(name))}}
		if got := clerk.do("POST", "/archive/imports", body).want(t, 200); got["accepted"] != 1.0 {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

const paperHead = "编号,单位,信用代码,地址,生效日期,到期日期,文件名\r\n"
