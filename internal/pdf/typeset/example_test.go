package typeset_test

import (
	"fmt"
	"time"

	"cinnabar/internal/pdf/typeset"
)

// A report is made of blocks; the fonts are loaded once for the whole program.
func ExampleMake() {
	fonts, err := typeset.LoadFonts()
	if err != nil {
		fmt.Println(err)
		return
	}
	cell := func(s string) typeset.Cell { return typeset.Cell{Spans: typeset.Text(s)} }
	report, err := typeset.Make(fonts, typeset.Document{
		Title:      "出证报告",
		Created:    time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC),
		HeaderLeft: "报告编号：CZ-2026-0001",
		Body: []typeset.Block{
			typeset.Heading{Level: 1, Spans: typeset.Text("出证报告")},
			typeset.Heading{Level: 2, Spans: typeset.Text("一、时间线")},
			typeset.Table{
				Columns: []typeset.Column{{Width: 3}, {Width: 7, Align: typeset.Left}},
				Head:    []typeset.Row{{cell("时间"), cell("事项")}},
				Rows:    []typeset.Row{{cell("2026-11-22 08:00"), cell("签署人确认签署意愿")}},
			},
			typeset.PlaceBox{Name: "operator-seal", Width: 42 * typeset.MM, Height: 42 * typeset.MM, Align: typeset.Right},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Pages, report.Places[0].Name, report.Lines[2].Text)
}
