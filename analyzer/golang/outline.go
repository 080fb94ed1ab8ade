package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/packages"
)

// loadOutlined loads packages of which only some modules matter: of all others, the standard library first of all, the
// declarations are read and no function bodies. That is a fifth of the time and the memory of a whole program, and it
// loses what a library's body would do with a value: its results are not followed anyway.
func loadOutlined(config *packages.Config, whole func(*packages.Package) bool, patterns []string) ([]*packages.Package, error) {
	config.Mode = packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
		packages.NeedDeps | packages.NeedTypesSizes | packages.NeedModule
	loaded, err := packages.Load(config, patterns...)
	if err != nil {
		return nil, err
	}
	checked := map[*packages.Package]chan struct{}{}
	packages.Visit(loaded, nil, func(p *packages.Package) { checked[p] = make(chan struct{}) })
	for p, done := range checked {
		go func() {
			defer close(done)
			files := parse(p, config.Fset)
			for _, imported := range p.Imports {
				<-checked[imported]
			}
			check(p, config.Fset, files, whole(p))
		}()
	}
	for _, done := range checked {
		<-done
	}
	return loaded, nil
}

func parse(p *packages.Package, fset *token.FileSet) []*ast.File {
	var files []*ast.File
	for _, name := range p.CompiledGoFiles {
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			p.Errors = append(p.Errors, packages.Error{Msg: err.Error(), Kind: packages.ParseError})
		}
		if file != nil {
			files = append(files, file)
		}
	}
	return files
}

func check(p *packages.Package, fset *token.FileSet, files []*ast.File, whole bool) {
	if p.PkgPath == "unsafe" {
		p.Types = types.Unsafe
		return
	}
	var info *types.Info
	if whole {
		info = &types.Info{
			Types: map[ast.Expr]types.TypeAndValue{}, Instances: map[*ast.Ident]types.Instance{},
			Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
			Implicits: map[ast.Node]types.Object{}, Scopes: map[ast.Node]*types.Scope{},
			Selections: map[*ast.SelectorExpr]*types.Selection{}, FileVersions: map[*ast.File]string{},
		}
		p.Syntax, p.TypesInfo = files, info
	}
	config := types.Config{
		IgnoreFuncBodies: !whole, Sizes: p.TypesSizes, FakeImportC: true,
		Importer: importer(func(path string) (*types.Package, error) {
			if imported := p.Imports[path]; imported != nil && imported.Types != nil {
				return imported.Types, nil
			}
			if path == "unsafe" {
				return types.Unsafe, nil
			}
			return nil, types.Error{Fset: fset, Msg: "could not import " + path}
		}),
		Error: func(err error) {
			p.Errors = append(p.Errors, packages.Error{Msg: err.Error(), Kind: packages.TypeError})
		},
	}
	if p.Module != nil && p.Module.GoVersion != "" {
		config.GoVersion = "go" + p.Module.GoVersion
	}
	p.Fset = fset
	p.Types, _ = config.Check(p.PkgPath, fset, files, info) // the errors are in p.Errors
}

type importer func(string) (*types.Package, error)

func (f importer) Import(path string) (*types.Package, error) { return f(path) }
