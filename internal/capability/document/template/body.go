package template

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	texttemplate "text/template"
	"text/template/parse"
)

// A value stands in the filled body between these two characters, so that the Markdown parser can tell
// it from the template's own text. No field value may hold them (see isControl).
const (
	valueStart = '\x02'
	valueEnd   = '\x03'
	valueLine  = '\x1e' // a line feed within a value
	controlRow = "\x1d" // marks a line that held nothing but {{if}}, {{range}}, {{else}} or {{end}}
)

// controlOnly matches a line with just one control action: the line vanishes from the finished text.
var controlOnly = regexp.MustCompile(`^[ \t]*\{\{-?[ \t]*(if|else|end|range|with)\b[^{}]*\}\}[ \t]*$`)

// parseBody reads the body with text/template and checks it against the declared fields.
func parseBody(name string, body []byte, fields []Field) (*texttemplate.Template, error) {
	if at := bytes.IndexAny(body, "\x02\x03\x1d\x1e"); at >= 0 {
		return nil, syntax(name, 1+bytes.Count(body[:at], []byte("\n")), errors.New("control characters are not allowed"))
	}
	lines := strings.Split(string(body), "\n")
	for i, l := range lines {
		if controlOnly.MatchString(l) {
			lines[i] = strings.TrimSpace(l) + controlRow
		}
	}
	text := strings.Join(lines, "\n")
	t, err := texttemplate.New(name).Funcs(functions()).Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, engineError(name, err)
	}
	c := &checker{name: name, text: text, used: make(map[string]bool)}
	if len(t.Templates()) > 1 {
		return nil, syntax(name, 0, errors.New("{{define}} is not possible here"))
	}
	top := scope{dot: record(fields), root: record(fields)}
	for r := range reserved {
		top.dot[r] = Field{Name: r, Type: TextField, Printed: true}
	}
	top.root = top.dot
	if t.Tree != nil {
		if err := c.list(t.Root, top); err != nil {
			return nil, err
		}
	}
	return t, c.unused(fields)
}

// engineError takes the line out of text/template's message.
func engineError(name string, err error) error {
	text := strings.TrimPrefix(err.Error(), "template: "+name+":")
	number, rest, ok := strings.Cut(text, ": ")
	if line, bad := strconv.Atoi(number); ok && bad == nil {
		return syntax(name, line, errors.New(rest))
	}
	return syntax(name, 0, err)
}

// record maps names to fields; nil is something without fields.
func record(fields []Field) map[string]Field {
	m := make(map[string]Field, len(fields)+3)
	for _, f := range fields {
		m[f.Name] = f
	}
	return m
}

// scope is what names mean at a place in the body.
type scope struct {
	dot, root map[string]Field
	vars      map[string]map[string]Field
	inRange   bool
}

// checker walks the parsed body: it refuses what is not declared or not allowed, and makes every printed
// value pass through the function that marks it as text.
type checker struct {
	name, text string
	used       map[string]bool // top-level fields
}

func (c *checker) fail(at parse.Pos, format string, args ...any) error {
	line := 1 + strings.Count(c.text[:min(int(at), len(c.text))], "\n")
	return syntax(c.name, line, fmt.Errorf(format, args...))
}

func (c *checker) list(l *parse.ListNode, s scope) error {
	if l == nil {
		return nil
	}
	for _, n := range l.Nodes {
		if err := c.node(n, s); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) node(n parse.Node, s scope) error {
	switch n := n.(type) {
	case *parse.TextNode, *parse.CommentNode, *parse.BreakNode, *parse.ContinueNode:
		return nil
	case *parse.ActionNode:
		if len(n.Pipe.Decl) > 0 {
			return c.fail(n.Pos, "variables can be set by range only")
		}
		if err := c.pipe(n.Pipe, s); err != nil {
			return err
		}
		n.Pipe.Cmds = append(n.Pipe.Cmds, asText(n.Pos))
		return nil
	case *parse.IfNode:
		return c.branch(&n.BranchNode, s, s)
	case *parse.WithNode:
		inner := s
		inner.dot = nil
		return c.branch(&n.BranchNode, s, inner)
	case *parse.RangeNode:
		inner, err := c.rangeScope(n, s)
		if err != nil {
			return err
		}
		return c.branch(&n.BranchNode, s, inner)
	}
	return c.fail(n.Position(), "%s is not possible here", n)
}

// asText is the command that marks a value; see literal.
func asText(at parse.Pos) *parse.CommandNode {
	return &parse.CommandNode{NodeType: parse.NodeCommand, Pos: at, Args: []parse.Node{parse.NewIdentifier("literal").SetPos(at)}}
}

func (c *checker) branch(b *parse.BranchNode, outer, inner scope) error {
	if b.NodeType != parse.NodeRange && len(b.Pipe.Decl) > 0 {
		return c.fail(b.Pos, "variables can be set by range only")
	}
	if err := c.pipe(b.Pipe, outer); err != nil {
		return err
	}
	if err := c.list(b.List, inner); err != nil {
		return err
	}
	return c.list(b.ElseList, outer)
}

// rangeScope allows ranging over a declared list only, so that a body cannot run for ever.
func (c *checker) rangeScope(n *parse.RangeNode, s scope) (scope, error) {
	if s.inRange {
		return s, c.fail(n.Pos, "a range within a range is not possible")
	}
	var path []string
	if len(n.Pipe.Cmds) == 1 && len(n.Pipe.Cmds[0].Args) == 1 {
		switch a := n.Pipe.Cmds[0].Args[0].(type) {
		case *parse.FieldNode:
			path = a.Ident
		case *parse.VariableNode:
			if a.Ident[0] == "$" {
				path = a.Ident[1:]
				s.dot = s.root
			}
		}
	}
	if len(path) != 1 || s.dot[path[0]].Type != List {
		return s, c.fail(n.Pos, "range needs a field of type list")
	}
	row := record(s.dot[path[0]].Columns)
	vars := map[string]map[string]Field{}
	for name, fields := range s.vars {
		vars[name] = fields
	}
	for i, d := range n.Pipe.Decl {
		vars[d.Ident[0]] = nil
		if i == len(n.Pipe.Decl)-1 {
			vars[d.Ident[0]] = row
		}
	}
	return scope{dot: row, root: s.root, vars: vars, inRange: true}, nil
}

func (c *checker) pipe(p *parse.PipeNode, s scope) error {
	for _, cmd := range p.Cmds {
		for _, arg := range cmd.Args {
			if err := c.arg(arg, s); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *checker) arg(n parse.Node, s scope) error {
	switch n := n.(type) {
	case *parse.DotNode, *parse.NilNode, *parse.BoolNode, *parse.NumberNode, *parse.StringNode:
		return nil
	case *parse.PipeNode:
		return c.pipe(n, s)
	case *parse.IdentifierNode:
		if !allowed[n.Ident] {
			return c.fail(n.Pos, "there is no function %q", n.Ident)
		}
		return nil
	case *parse.FieldNode:
		return c.path(n.Pos, n.Ident, s.dot, s)
	case *parse.VariableNode:
		fields, known := s.vars[n.Ident[0]]
		if n.Ident[0] == "$" {
			fields, known = s.root, true
		}
		if !known {
			return c.fail(n.Pos, "there is no variable %s", n.Ident[0])
		}
		return c.path(n.Pos, n.Ident[1:], fields, s)
	}
	return c.fail(n.Position(), "%s is not possible here", n)
}

func (c *checker) path(at parse.Pos, path []string, in map[string]Field, s scope) error {
	if len(path) == 0 {
		return nil
	}
	f, ok := in[path[0]]
	if !ok || len(path) > 1 {
		return c.fail(at, "there is no field %q", strings.Join(path, "."))
	}
	if !f.Printed {
		return c.fail(at, "the field %q is used here but declared as not printed", path[0])
	}
	if _, top := s.root[path[0]]; top {
		c.used[path[0]] = true
	}
	return nil
}

// unused finds fields that are declared as printed and are not: a change of theirs would make a new
// contract for nothing.
func (c *checker) unused(fields []Field) error {
	for _, f := range fields {
		if f.Printed && !c.used[f.Name] {
			return syntax(c.name, 0, fmt.Errorf("the field %q is declared as printed, but the body does not use it", f.Name))
		}
	}
	return nil
}
