package template_test

import (
	"context"
	"testing"

	"cinnabar/internal/capability/document/template"
)

func benchmark(b *testing.B, tm *template.Template, pages int) {
	o := options(b)
	data := tm.Sample()
	b.ReportAllocs()
	for b.Loop() {
		d, err := tm.Render(context.Background(), data, o)
		if err != nil || d.Pages != pages {
			b.Fatal(err, d.Pages)
		}
	}
}

// The gas contract: checked, filled, laid out, fonts embedded. Run with -cpu 1: the time is then CPU time.
func BenchmarkContract3Pages(b *testing.B) { benchmark(b, contract(b), 3) }

// A one-page document of the size that DOC-12 counts by the thousand.
func BenchmarkDocument1Page(b *testing.B) {
	const rows = "| to | text | yes | yes | 单位 | To | 示例市某某有限公司 |\n| amount | money | yes | yes | 金额 | Amount | 4747005 |\n" +
		"| l | list | yes | yes | 明细 | Items |\n| l.x | text | yes | yes | 名称 | Name | 调压箱 |\n| l.n | integer | yes | yes | 数量 | N | 2 |\n"
	const body = "# 付款通知书\n\n> {{.to}}：\n\n根据双方签订的供用气合同，贵单位本期应付款项合计人民币{{yuan .amount}}元（大写：{{capital .amount}}），请于收到本通知之日起十五日内支付。\n\n" +
		"| 序号 | 名称 | 数量 |\n|--|----|--|\n{{range $i, $r := .l}}\n| {{inc $i}} | {{$r.x}} | {{$r.n}} |\n{{end}}\n\n特此通知。\n\n:::seal name=seal align=right\n>> {{.today}}\n:::qr\n"
	tm, err := template.Parse("notice", tiny(rows, body))
	if err != nil {
		b.Fatal(err)
	}
	benchmark(b, tm, 1)
}
