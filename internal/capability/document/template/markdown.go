package template

import (
	"errors"
	"fmt"
	"strings"

	"cinnabar/internal/pdf/typeset"
)

// parser reads the filled body. One pass over the lines; a container (columns, keep) is a frame on a stack.
type parser struct {
	lines     [][]byte
	verifyURL string

	frames  []*frame
	text    []string // lines of the open paragraph
	rows    []string // lines of the open table
	article int      // running number of 第#条
	clause  int      // running number of #.#
}

// frame collects the blocks of the body, of a column, or of a keep.
type frame struct {
	kind   string
	parts  [][]typeset.Block // finished columns
	blocks []typeset.Block
	gap    string // attribute of columns
}

func (p *parser) parse() ([]typeset.Block, error) {
	p.frames = []*frame{{kind: "body"}}
	for _, raw := range p.lines {
		line := strings.TrimRight(string(raw), " \t")
		if line == controlRow {
			continue
		}
		if err := p.line(strings.TrimSpace(strings.ReplaceAll(line, controlRow, ""))); err != nil {
			return nil, err
		}
	}
	if err := p.flush(); err != nil {
		return nil, err
	}
	if len(p.frames) > 1 {
		return nil, fmt.Errorf(":::%s has no :::end", p.top().kind)
	}
	return p.frames[0].blocks, nil
}

func (p *parser) top() *frame { return p.frames[len(p.frames)-1] }

func (p *parser) add(b typeset.Block) { p.top().blocks = append(p.top().blocks, b) }

func (p *parser) line(s string) error {
	if strings.HasPrefix(s, "|") {
		if len(p.text) > 0 {
			if err := p.flush(); err != nil {
				return err
			}
		}
		p.rows = append(p.rows, s)
		return nil
	}
	if len(p.rows) > 0 || s == "" || !isPlain(s) {
		if err := p.flush(); err != nil {
			return err
		}
	}
	switch {
	case s == "":
		return nil
	case strings.HasPrefix(s, ":::"):
		return p.directive(s[3:])
	case strings.HasPrefix(s, "#") && !strings.HasPrefix(s, "#.#"):
		return p.heading(s)
	case s == "---":
		p.add(typeset.Rule{})
		return nil
	case strings.HasPrefix(s, ">"):
		return p.flushLeft(s[1:])
	case strings.HasPrefix(s, "- "):
		spans, err := inline(s[2:])
		p.add(typeset.Clause{Number: "•", Spans: spans, Width: 1.5})
		return err
	}
	p.text = append(p.text, s)
	return nil
}

// isPlain tells whether a line goes on with the paragraph before it.
func isPlain(s string) bool {
	return !strings.HasPrefix(s, ":::") && !strings.HasPrefix(s, ">") && !strings.HasPrefix(s, "- ") &&
		s != "---" && (!strings.HasPrefix(s, "#") || strings.HasPrefix(s, "#.#"))
}

// flush ends the open paragraph or table.
func (p *parser) flush() error {
	if len(p.rows) > 0 {
		t, err := table(p.rows)
		p.rows = nil
		if err != nil {
			return err
		}
		p.add(t)
	}
	if len(p.text) == 0 {
		return nil
	}
	text := p.numbered(join(p.text))
	p.text = nil
	spans, err := inline(text)
	p.add(typeset.Paragraph{Spans: spans, Indent: 2})
	return err
}

// join puts a paragraph's lines together: Chinese without a space, Latin with one.
func join(lines []string) string {
	var b strings.Builder
	for i, l := range lines {
		if i > 0 {
			last := lines[i-1][len(lines[i-1])-1]
			if last < 0x80 && last > ' ' && l[0] < 0x80 && l[0] > ' ' {
				b.WriteByte(' ')
			}
		}
		b.WriteString(l)
	}
	return b.String()
}

// numbered puts the running number of a clause for "#.#" at the beginning of a paragraph.
func (p *parser) numbered(s string) string {
	rest, ok := strings.CutPrefix(s, "#.#")
	if !ok {
		return s
	}
	p.clause++
	return fmt.Sprintf("%d.%d", p.article, p.clause) + rest
}

func (p *parser) heading(s string) error {
	level := len(s) - len(strings.TrimLeft(s, "#"))
	text := strings.TrimSpace(s[level:])
	if level > 4 || text == "" {
		return errors.New("a heading is one to four # and its text")
	}
	if strings.HasPrefix(text, "第#条") {
		p.article++
		p.clause = 0
		if p.article > 99 {
			return errors.New("there are more than 99 articles")
		}
		text = strings.Replace(text, "#", ordinal(p.article), 1)
	}
	spans, err := inline(text)
	p.add(typeset.Heading{Level: level, Spans: spans})
	return err
}

// flushLeft is a line of its own without indent: "> left", ">< centred", ">> right".
func (p *parser) flushLeft(s string) error {
	align := typeset.Left
	switch {
	case strings.HasPrefix(s, "<"):
		align, s = typeset.Center, s[1:]
	case strings.HasPrefix(s, ">"):
		align, s = typeset.Right, s[1:]
	}
	spans, err := inline(strings.TrimSpace(s))
	p.add(typeset.Paragraph{Spans: spans, Align: align})
	return err
}

// inline reads **bold** and __underlined__; marked values are taken as they are.
func inline(s string) ([]typeset.Span, error) {
	var spans []typeset.Span
	var text strings.Builder
	var bold, under, value bool
	end := func() {
		if text.Len() > 0 {
			spans = append(spans, typeset.Span{Text: text.String(), Bold: bold, Underline: under})
			text.Reset()
		}
	}
	for i, r := range s {
		switch {
		case r == valueStart || r == valueEnd:
			value = r == valueStart
		case value && r == valueLine:
			text.WriteByte('\n')
		case !value && strings.HasPrefix(s[i:], "**"):
			end()
			bold = !bold
		case !value && strings.HasPrefix(s[i:], "__"):
			end()
			under = !under
		case !value && i > 0 && (r == '*' || r == '_') && s[i-1] == byte(r):
			// the second character of a mark
		default:
			text.WriteRune(r)
		}
	}
	end()
	if bold || under {
		return nil, errors.New("** or __ is opened and not closed: " + plain(s))
	}
	return spans, nil
}

// plain takes the marks off values.
func plain(s string) string {
	return strings.NewReplacer(string(valueStart), "", string(valueEnd), "", string(valueLine), " ").Replace(s)
}
