package sheet

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func itoa(n int) string { return strconv.Itoa(n) }

func nextRune(s string) (rune, int) { return utf8.DecodeRuneInString(s) }

// Codes of what is wrong with a cell whatever its field.
const (
	codeFault   = "formula-fault"  // a formula without a value, or with an error
	codeRounded = "number-rounded" // a number of more digits than spreadsheets keep
	codeHidden  = "hidden-row"
	codeColumn  = "column-missing"
	codeExtra   = "column-untitled" // a row has a cell in a column without a title
)

// keptDigits is how many digits of a number spreadsheets keep.
const keptDigits = 15

// value is what a cell means for a field, as the form takes it; code says why it means nothing.
func (f Field) value(c Cell) (v any, code string) {
	switch c.Type {
	case Empty:
		return nil, ""
	case Fault:
		return nil, codeFault
	}
	switch f.Kind {
	case "integer":
		return wholeNumber(c.Text), ""
	case "bool", "agreement":
		return yesNo(c.Text), ""
	case "date", "expiry":
		return day(c), ""
	case "choice":
		return f.option(c.Text), ""
	case "choices":
		return f.options(c.Text), ""
	case "money", "decimal":
		return amount(c.Text), ""
	}
	if c.Type == Number && len(strings.TrimLeft(c.Text, "-")) > keptDigits && !strings.Contains(c.Text, ".") {
		return nil, codeRounded
	}
	return c.Text, ""
}

// wholeNumber is a number where the text is one, else the text, which the form refuses.
func wholeNumber(s string) any {
	if n, err := strconv.ParseFloat(ungrouped(s), 64); err == nil {
		return n
	}
	return s
}

var grouped = regexp.MustCompile(`^-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$`)

// ungrouped drops the commas between thousands.
func ungrouped(s string) string {
	s = strings.TrimSpace(norm.NFKC.String(s))
	if grouped.MatchString(s) {
		return strings.ReplaceAll(s, ",", "")
	}
	return s
}

// amount drops what people write around numbers: ¥, 元, commas between thousands, zeros at the end.
func amount(s string) string {
	s = strings.TrimSpace(norm.NFKC.String(s))
	for _, sign := range []string{"¥", "￥", "CNY", "RMB"} {
		s = strings.TrimPrefix(s, sign)
	}
	s = ungrouped(strings.TrimSpace(strings.TrimSuffix(s, "元")))
	if whole, part, ok := strings.Cut(s, "."); ok {
		if part = strings.TrimRight(part, "0"); part == "" {
			return whole
		}
		return whole + "." + part
	}
	return s
}

func yesNo(s string) any {
	switch strings.ToLower(strings.TrimSpace(norm.NFKC.String(s))) {
	case "true", "yes", "y", "1", "是", "对", "有", "√", "✓", "✔":
		return true
	case "false", "no", "n", "0", "否", "不", "无", "×", "✗", "✘", "x":
		return false
	}
	return s
}

var days = regexp.MustCompile(`^([0-9]{4})(?:[-/.]|年)([0-9]{1,2})(?:[-/.]|月)([0-9]{1,2})日?(?:[ T]0{1,2}:00(?::00)?)?$`)

// day writes dates as forms take them. What is no date stays as it is, and the form refuses it.
func day(c Cell) string {
	s := strings.TrimSpace(norm.NFKC.String(c.Text))
	if s == "长期" || s == "长期有效" {
		return "long-term"
	}
	if len(s) == 8 && strings.Trim(s, "0123456789") == "" {
		return s[:4] + "-" + s[4:6] + "-" + s[6:]
	}
	if m := days.FindStringSubmatch(s); m != nil {
		return m[1] + "-" + twoDigits(m[2]) + "-" + twoDigits(m[3])
	}
	return s
}

func twoDigits(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}

// option finds a choice by its value or its title in either language.
func (f Field) option(s string) string {
	for _, o := range f.Options {
		if s == o.Value {
			return s
		}
	}
	for _, o := range f.Options {
		if p := plain(s); p != "" && (p == plain(o.Value) || p == plain(o.Title.Zh) || p == plain(o.Title.En)) {
			return o.Value
		}
	}
	return s
}

func (f Field) options(s string) []any {
	var out []any
	for _, one := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(",，;；、|\n", r) }) {
		if one = strings.TrimSpace(one); one != "" {
			out = append(out, f.option(one))
		}
	}
	return out
}
