package main

import (
	"go/ast"

	"golang.org/x/tools/go/packages"
)

// forget drops the syntax and the types of all bodies that are in SSA form: nothing reads them again, and the call
// graph then grows in their place. A generic function keeps its own: an instance that is first met by the call graph is
// built from it. go/ssa holds the node of each function, so the bodies are cut off below these nodes.
func forget(l *Load) {
	packages.Visit(l.Packages, nil, func(p *packages.Package) {
		for _, file := range p.Syntax {
			for _, decl := range file.Decls {
				if f, ok := decl.(*ast.FuncDecl); !ok || !generic(f) {
					cutBodies(decl)
				}
			}
		}
		p.Syntax, p.TypesInfo = nil, nil
	})
}

func cutBodies(decl ast.Decl) {
	var cuts []func()
	ast.Inspect(decl, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			cuts = append(cuts, func() { n.Body = nil })
		case *ast.FuncLit:
			cuts = append(cuts, func() { n.Body = nil })
		case *ast.RangeStmt: // over a function: its body is a function as well
			cuts = append(cuts, func() { n.Body = nil })
		}
		return true
	})
	for _, cut := range cuts {
		cut()
	}
}

// generic: the function or its receiver's type has type parameters.
func generic(f *ast.FuncDecl) bool {
	if f.Type.TypeParams != nil {
		return true
	}
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return false
	}
	receiver := ast.Unparen(f.Recv.List[0].Type)
	if star, ok := receiver.(*ast.StarExpr); ok {
		receiver = ast.Unparen(star.X)
	}
	switch receiver.(type) {
	case *ast.IndexExpr, *ast.IndexListExpr:
		return true
	}
	return false
}
