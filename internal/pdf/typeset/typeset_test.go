package typeset_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"cinnabar/internal/pdf/typeset"
)

var loadOnce = sync.OnceValues(typeset.LoadFonts)

func fonts(t testing.TB) *typeset.Fonts {
	t.Helper()
	f, err := loadOnce()
	if err != nil {
		t.Skip(err)
	}
	return f
}

func make1(t testing.TB, d typeset.Document) *typeset.Result {
	t.Helper()
	d.Created = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	r, err := typeset.Make(fonts(t), d)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func sample() typeset.Document {
	clause := strings.Repeat("甲方（供气方）应当按照本合同约定，向乙方持续、稳定地供应符合国家标准《天然气》（GB 17820—2018）规定的二类管道天然气。", 4)
	return typeset.Document{
		Title: "天然气供用气合同", HeaderLeft: "合同编号：RQ-2026-000001", HeaderRight: "天然气供用气合同",
		Body: []typeset.Block{
			typeset.Heading{Level: 1, Spans: typeset.Text("天然气供用气合同")},
			typeset.Paragraph{Spans: typeset.Text("甲方：𬭎𠮷燃气有限公司")},
			typeset.Heading{Level: 2, Spans: typeset.Text("第一条　供气")},
			typeset.Paragraph{Indent: 2, Spans: typeset.Text(clause)},
			typeset.Paragraph{Indent: 2, Spans: typeset.Text(clause)},
			typeset.Table{
				Columns: []typeset.Column{{Width: 2}, {Width: 5, Align: typeset.Left}, {Width: 2, Align: typeset.Right}},
				Head:    []typeset.Row{{{Spans: typeset.Text("项目")}, {Spans: typeset.Text("内容")}, {Spans: typeset.Text("数量")}}},
				Rows: []typeset.Row{
					{{Spans: typeset.Text("标签"), RowSpan: 2, Label: true}, {Spans: typeset.Text("高峰月日均用气量")}, {Spans: typeset.Text("1,200 m³")}},
					{{Spans: typeset.Text("中餐燃气炒菜灶")}, {Spans: typeset.Text("6")}},
				},
			},
			typeset.QR{Content: "https://example.com/v/RQ-2026-000001", Size: 60, Alt: "验证码"},
			typeset.PlaceBox{Name: "seal", Width: 100, Height: 100, Align: typeset.Right},
		},
	}
}

func TestDocumentIsDeterministic(t *testing.T) {
	t.Parallel()
	a, b := make1(t, sample()), make1(t, sample())
	if !bytes.Equal(a.PDF, b.PDF) {
		t.Error("the same document gave other bytes")
	}
}
