package archtest

import (
	"go/ast"
	"slices"
	"strconv"
	"strings"
)

// deepest bounds how far a code is followed through calls.
const deepest = 6

// values are the strings that an expression can be.
func (c *Codes) values(at spot, e ast.Expr, depth int) ([]string, bool) {
	if depth > deepest {
		return nil, false
	}
	switch x := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(x.Value)
		return []string{s}, err == nil
	case *ast.ParenExpr:
		return c.values(at, x.X, depth)
	case *ast.SelectorExpr:
		if p, ok := x.X.(*ast.Ident); ok && c.imported(at, p.Name) != "" {
			return c.constant(c.imported(at, p.Name), x.Sel.Name)
		}
		return nil, x.Sel.Name == "Code" // of another error, which is read where it is made
	case *ast.CallExpr:
		return c.called(at, x, 0, depth)
	case *ast.Ident:
		return c.ident(at, x, depth)
	}
	return nil, false
}

// ident is a constant, a parameter (then what callers give) or a variable (then what is assigned to it).
func (c *Codes) ident(at spot, x *ast.Ident, depth int) ([]string, bool) {
	for i := len(at.around) - 1; i >= 0; i-- {
		f := at.around[i]
		here := at
		here.around = at.around[:i+1]
		if n, ok := parameter(f, x.Name); ok {
			return c.given(here, f, n, depth)
		}
		if all, told, found := c.variable(here, f, x.Name, depth); found {
			return all, told
		}
	}
	return c.constant(at.pkg, x.Name)
}

// given are what callers give for a function's parameter.
func (c *Codes) given(at spot, f ast.Node, n, depth int) (all []string, told bool) {
	name := nameOf(at, f)
	told = true
	for _, file := range c.packages[at.pkg] {
		c.calls(spot{pkg: at.pkg, file: file}, file.AST, name, func(where spot, call *ast.CallExpr) {
			if len(call.Args) <= n {
				return
			}
			more, ok := c.values(where, call.Args[n], depth+1)
			all, told = append(all, more...), told && ok
		})
	}
	return all, told && name != ""
}

func (c *Codes) calls(at spot, node ast.Node, name string, f func(spot, *ast.CallExpr)) {
	ast.Inspect(node, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.FuncDecl, *ast.FuncLit:
			if n != node {
				deeper := at
				deeper.around = append(slices.Clone(at.around), n)
				c.calls(deeper, n, name, f)
				return false
			}
		case *ast.CallExpr:
			if id, ok := x.Fun.(*ast.Ident); ok && id.Name == name {
				f(at, x)
			} else if s, ok := x.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == name {
				f(at, x)
			}
		}
		return true
	})
}

// variable are what is assigned to a name within a function.
func (c *Codes) variable(at spot, f ast.Node, name string, depth int) (all []string, told, found bool) {
	told = true
	add := func(e ast.Expr, n int) {
		found = true
		var more []string
		var ok bool
		if call, is := e.(*ast.CallExpr); is {
			more, ok = c.called(at, call, n, depth)
		} else {
			more, ok = c.values(at, e, depth+1)
		}
		all, told = append(all, more...), told && ok
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok {
			for i, l := range a.Lhs {
				if !isIdent(l, name) {
					continue
				}
				if len(a.Rhs) == len(a.Lhs) {
					add(a.Rhs[i], 0)
				} else {
					add(a.Rhs[0], i)
				}
			}
		}
		return true
	})
	return all, told, found
}

// called are what a function of the same package returns as its nth result; conversions give what they take.
func (c *Codes) called(at spot, call *ast.CallExpr, n, depth int) (all []string, told bool) {
	name := ""
	switch x := call.Fun.(type) {
	case *ast.Ident:
		name = x.Name
	case *ast.SelectorExpr:
		name = x.Sel.Name
	}
	if name == "string" && len(call.Args) == 1 {
		return c.values(at, call.Args[0], depth+1)
	}
	found := false
	for _, file := range c.packages[at.pkg] {
		for _, d := range file.AST.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Name.Name != name || f.Body == nil || !text(f, n) {
				continue
			}
			here := spot{pkg: at.pkg, file: file, around: []ast.Node{f}}
			more, ok := c.returned(here, f, n, depth+1)
			all, found, told = append(all, more...), true, ok && (told || !found)
		}
	}
	return all, found && told
}

func (c *Codes) returned(at spot, f *ast.FuncDecl, n, depth int) (all []string, told bool) {
	told = true
	ast.Inspect(f.Body, func(node ast.Node) bool {
		if _, ok := node.(*ast.FuncLit); ok {
			return false
		}
		r, ok := node.(*ast.ReturnStmt)
		if !ok {
			return true
		}
		var more []string
		switch {
		case len(r.Results) == 0: // named results
			name, _ := result(f, n)
			more, ok = c.values(at, ast.NewIdent(name), depth)
		case len(r.Results) > n:
			more, ok = c.values(at, r.Results[n], depth)
		default: // return f()
			call, is := r.Results[0].(*ast.CallExpr)
			if ok = is; ok {
				more, ok = c.called(at, call, n, depth)
			}
		}
		all, told = append(all, more...), told && ok
		return true
	})
	return all, told
}

// constant is the value of a package's constant or variable of a literal.
func (c *Codes) constant(pkg, name string) (values []string, told bool) {
	c.declared(pkg, func(v *ast.ValueSpec, i int, at spot) {
		if v.Names[i].Name == name {
			values, told = c.values(at, v.Values[i], deepest)
		}
	})
	return values, told
}

// declared calls f with every constant and variable of a package that has a value.
func (c *Codes) declared(pkg string, f func(v *ast.ValueSpec, i int, at spot)) {
	for _, file := range c.packages[pkg] {
		for _, d := range file.AST.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, s := range g.Specs {
				if v, ok := s.(*ast.ValueSpec); ok {
					for i := range v.Values {
						f(v, i, spot{pkg: pkg, file: file})
					}
				}
			}
		}
	}
}

func (c *Codes) imported(at spot, name string) string {
	for _, i := range at.file.AST.Imports {
		path := strings.TrimPrefix(strings.Trim(i.Path.Value, `"`), module)
		as := path[strings.LastIndex(path, "/")+1:]
		if i.Name != nil {
			as = i.Name.Name
		}
		if as == name && c.packages[path] != nil {
			return path
		}
	}
	return ""
}

func parameter(f ast.Node, name string) (int, bool) {
	n := 0
	for _, p := range typeOf(f).Params.List {
		for _, id := range p.Names {
			if id.Name == name {
				return n, true
			}
			n++
		}
	}
	return 0, false
}

func typeOf(f ast.Node) *ast.FuncType {
	if d, ok := f.(*ast.FuncDecl); ok {
		return d.Type
	}
	return f.(*ast.FuncLit).Type
}

// result is the nth result's name, if it has one, and its type.
func result(f *ast.FuncDecl, n int) (name string, of ast.Expr) {
	if f.Type.Results == nil {
		return "", nil
	}
	i := 0
	for _, r := range f.Type.Results.List {
		for _, id := range r.Names {
			if i++; i > n {
				return id.Name, r.Type
			}
		}
		if len(r.Names) == 0 {
			if i++; i > n {
				return "", r.Type
			}
		}
	}
	return "", nil
}

// text tells whether the nth result can be a code.
func text(f *ast.FuncDecl, n int) bool {
	_, of := result(f, n)
	return of != nil && !isIdent(of, "error")
}

// nameOf is how a function is called: by its name, or by the variable that holds it.
func nameOf(at spot, f ast.Node) (name string) {
	if d, ok := f.(*ast.FuncDecl); ok {
		return d.Name.Name
	}
	ast.Inspect(at.file.AST, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok {
			for i, r := range a.Rhs {
				if id, is := a.Lhs[i].(*ast.Ident); is && r == f {
					name = id.Name
				}
			}
		}
		return name == ""
	})
	return name
}
