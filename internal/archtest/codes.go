package archtest

import (
	"go/ast"
	"go/token"
	"slices"
)

// Codes collects the stable codes of errors (errs.New, the server's own problems) and of fields (errs.Field)
// from source, so that each can be held against the texts of the screen. A code that cannot be told from the
// source is a fault: then the collection would be short of it.
type Codes struct {
	Errors, Fields map[string]bool // false: of an internal error, which is shown as nothing more than that
	Untold         []string        // "package: function"

	packages map[string][]Source
}

// spot is where an expression stands.
type spot struct {
	pkg    string
	file   Source
	around []ast.Node // functions, outermost first
}

// ReadCodes reads packages, by their paths.
func ReadCodes(packages map[string][]Source) *Codes {
	c := &Codes{Errors: map[string]bool{}, Fields: map[string]bool{}, packages: packages}
	for path, files := range packages {
		for _, f := range files {
			c.file(spot{pkg: path, file: f}, f.AST)
		}
	}
	return c
}

// Typed are the constants of a type of strings, which become codes where they are passed on.
func (c *Codes) Typed(pkg, name string) (all []string) {
	c.declared(pkg, func(v *ast.ValueSpec, i int, at spot) {
		if isIdent(v.Type, name) {
			more, _ := c.values(at, v.Values[i], 0)
			all = append(all, more...)
		}
	})
	return all
}

// file visits what stands below a node, knowing the functions around it.
func (c *Codes) file(at spot, node ast.Node) {
	ast.Inspect(node, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.FuncDecl, *ast.FuncLit:
			if n == node {
				return true
			}
			inner := at
			inner.around = append(slices.Clone(at.around), n)
			c.file(inner, n)
			return false
		case *ast.CallExpr:
			if named(x.Fun, "errs", "New") {
				c.add(c.Errors, at, x.Args[1], !named(x.Args[0], "errs", "Internal"))
			}
		case *ast.CompositeLit:
			c.literal(at, x)
		case *ast.AssignStmt:
			c.assigned(at, x)
		}
		return true
	})
}

func (c *Codes) literal(at spot, x *ast.CompositeLit) {
	field := named(x.Type, "errs", "Field")
	if list, ok := x.Type.(*ast.ArrayType); ok && named(list.Elt, "errs", "Field") {
		for _, e := range x.Elts {
			if one, ok := e.(*ast.CompositeLit); ok {
				c.add(c.Fields, at, keyed(one, "Code"), true)
			}
		}
	}
	switch {
	case field:
		c.add(c.Fields, at, keyed(x, "Code"), true)
	case isIdent(x.Type, "Problem") && at.pkg == "internal/httpapi":
		c.add(c.Errors, at, keyed(x, "Code"), true)
	case isIdent(x.Type, "Error") && at.pkg == "internal/platform/errs":
		c.add(c.Errors, at, keyed(x, "Code"), false) // what errs.As makes of foreign errors
	}
}

// assigned reads p.Code = "…" in the package that answers requests.
func (c *Codes) assigned(at spot, x *ast.AssignStmt) {
	for i, l := range x.Lhs {
		if s, ok := l.(*ast.SelectorExpr); ok && isIdent(s.X, "p") && s.Sel.Name == "Code" && at.pkg == "internal/httpapi" {
			c.add(c.Errors, at, x.Rhs[i], true)
		}
	}
}

func (c *Codes) add(to map[string]bool, at spot, code ast.Expr, shown bool) {
	values, ok := c.values(at, code, 0)
	if !ok {
		c.Untold = append(c.Untold, at.pkg+": "+inner(at))
	}
	for _, v := range values {
		if v != "" {
			to[v] = to[v] || shown
		}
	}
}

func inner(at spot) string {
	for i := len(at.around) - 1; i >= 0; i-- {
		if f, ok := at.around[i].(*ast.FuncDecl); ok {
			return f.Name.Name
		}
	}
	return "?"
}

func keyed(x *ast.CompositeLit, key string) ast.Expr {
	for _, e := range x.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok && isIdent(kv.Key, key) {
			return kv.Value
		}
	}
	return &ast.BasicLit{Kind: token.STRING, Value: `""`}
}

func named(e ast.Expr, pkg, name string) bool {
	s, ok := e.(*ast.SelectorExpr)
	return ok && isIdent(s.X, pkg) && s.Sel.Name == name
}

func isIdent(e ast.Expr, name string) bool {
	switch x := e.(type) {
	case *ast.Ident:
		return x.Name == name
	case *ast.SelectorExpr:
		return x.Sel.Name == name
	}
	return false
}
