package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/build/constraint"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/packages"
)

// Foreign stands in for Go files that use C, which only the platform itself has the compiler and headers for. Reading a
// program for another platform leaves such files out, and what is declared there is then missing elsewhere: AzCopy's
// token cache uses the keychain of macOS. So where a load fails, these files are read after all: their declarations are
// kept, and their functions have no body. What they do is not read, which the facts say of each that can be reached.
// The Go command reads its module cache as it is, so modules with such files are copied and replaced.
type Foreign struct {
	config   *Config
	main     string            // folder of the module that is read
	dir      string            // for the copies; empty: there are none
	modules  map[string]string // folder of a module -> its copy
	overlay  map[string][]byte // files of the main module
	bodiless map[string]bool   // files
	versions map[string]string // path of a copied module -> its version
}

func newForeign(config *Config, main string) *Foreign {
	return &Foreign{config: config, main: main, modules: map[string]string{}, overlay: map[string][]byte{},
		bodiless: map[string]bool{}, versions: map[string]string{}}
}

func (f *Foreign) remove() {
	if f.dir != "" {
		os.RemoveAll(f.dir)
	}
}

// stand puts stand-ins where packages of modules left files out for the sake of C; false where there are no more.
func (f *Foreign) stand(loaded []*packages.Package, how *packages.Config) (more bool, err error) {
	packages.Visit(loaded, nil, func(p *packages.Package) {
		if p.Module == nil || err != nil {
			return
		}
		added := false
		for _, file := range p.IgnoredFiles {
			if text := f.standIn(file); text != nil && err == nil {
				err = f.put(p.Module, file, text)
				added = true
			}
		}
		for _, file := range p.GoFiles {
			if added && err == nil && f.without(file) {
				err = f.put(p.Module, file, []byte("//go:build ignore\n\npackage "+p.Name+"\n"))
			}
		}
		more = more || added
	})
	if err == nil && more {
		how.Overlay = f.overlay
		if flag := "-modfile=" + filepath.Join(f.dir, "go.mod"); f.dir != "" && !slices.Contains(how.BuildFlags, flag) {
			how.BuildFlags = append(how.BuildFlags, flag)
		}
	}
	return more, err
}

func (f *Foreign) put(module *packages.Module, file string, text []byte) error {
	target := file
	if module.Main {
		f.overlay[file] = text
	} else {
		copied, err := f.copied(module)
		if err != nil {
			return err
		}
		inside, err := filepath.Rel(module.Dir, file)
		if err != nil {
			return err
		}
		target = filepath.Join(copied, inside)
		if err := os.WriteFile(target, text, 0o600); err != nil {
			return err
		}
	}
	if f.bodiless[file] {
		f.bodiless[target] = true
	}
	return nil
}

// copied is the copy of a module's folder that its build reads in its place.
func (f *Foreign) copied(module *packages.Module) (string, error) {
	if dir, ok := f.modules[module.Dir]; ok {
		return dir, nil
	}
	if f.dir == "" {
		dir, err := os.MkdirTemp("", "blobgauge-foreign-")
		if err != nil {
			return "", err
		}
		f.dir = dir
		for _, name := range []string{"go.mod", "go.sum"} {
			text, err := os.ReadFile(filepath.Join(f.main, name))
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
			}
			if err != nil && name == "go.mod" {
				return "", err
			}
		}
	}
	dir := filepath.Join(f.dir, strconv.Itoa(len(f.modules)))
	if err := os.CopyFS(dir, os.DirFS(module.Dir)); err != nil {
		return "", err
	}
	edit := exec.Command("go", "mod", "edit", "-replace="+module.Path+"@"+module.Version+"="+dir, filepath.Join(f.dir, "go.mod"))
	if out, err := edit.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go mod edit: %s", firstLine(string(out)))
	}
	f.modules[module.Dir], f.modules[dir] = dir, dir
	f.versions[module.Path] = module.Version
	return dir, nil
}

// standIn is the content of a file that would belong to the package if there were C; nil for others.
func (f *Foreign) standIn(name string) []byte {
	if _, known := f.overlay[name]; known || f.bodiless[name] || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
		return nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	if err != nil {
		return nil
	}
	condition := conditionOf(file)
	if condition != nil && !condition.Eval(f.tag(true)) {
		return nil
	}
	if !imports(file, "C") {
		if !f.hangsOnC(condition) {
			return nil
		}
		return conditionLine.ReplaceAll(text, []byte("//"))
	}
	f.bodiless[name] = true
	withoutC(file)
	file.Comments = nil // the condition among them
	var out bytes.Buffer
	if err := format.Node(&out, fset, file); err != nil {
		return nil
	}
	return out.Bytes()
}

var conditionLine = regexp.MustCompile(`(?m)^//\s*(go:build|\+build)\s.*$`)

// without: the file is for programs without C only.
func (f *Foreign) without(name string) bool {
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		return false
	}
	condition := conditionOf(file)
	return condition != nil && condition.Eval(f.tag(false)) && !condition.Eval(f.tag(true))
}

func (f *Foreign) hangsOnC(condition constraint.Expr) bool {
	return condition != nil && condition.Eval(f.tag(true)) && !condition.Eval(f.tag(false))
}

// tag tells which build tags hold (cmd/go's documentation, "Build constraints").
func (f *Foreign) tag(cgo bool) func(string) bool {
	return func(tag string) bool {
		switch {
		case tag == "cgo":
			return cgo
		case tag == "unix":
			return f.config.GOOS != "windows" && f.config.GOOS != "plan9" && f.config.GOOS != "js" && f.config.GOOS != "wasip1"
		case tag == f.config.GOOS, tag == f.config.GOARCH, tag == "gc", strings.HasPrefix(tag, "go1."):
			return true
		}
		for _, t := range f.config.Tags {
			if t == tag {
				return true
			}
		}
		return false
	}
}

func conditionOf(file *ast.File) constraint.Expr {
	for _, group := range file.Comments {
		if group.Pos() > file.Package {
			break
		}
		for _, c := range group.List {
			if constraint.IsGoBuild(c.Text) {
				if e, err := constraint.Parse(c.Text); err == nil {
					return e
				}
			}
		}
	}
	return nil
}

func imports(file *ast.File, path string) bool {
	for _, i := range file.Imports {
		if i.Path.Value == strconv.Quote(path) {
			return true
		}
	}
	return false
}

// withoutC keeps a file's declarations: C's types become uintptr, its constants 0, and functions have no body, as those of
// assembly have none.
func withoutC(file *ast.File) {
	var kept []ast.Decl
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			d.Doc = nil
			d.Type = replaceC(d.Type).(*ast.FuncType)
			d.Body = nil
		case *ast.GenDecl:
			d.Doc = nil
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					s.Type = replaceC(s.Type)
				case *ast.ValueSpec:
					if s.Type != nil {
						s.Type = replaceC(s.Type)
					}
					constantsC(s.Values)
				}
			}
		}
		kept = append(kept, d)
	}
	file.Decls = kept
	withoutImports(file)
}

func isC(e ast.Node) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	name, ok := s.X.(*ast.Ident)
	return ok && name.Name == "C"
}

// replaceC changes an expression in place, but for the expression itself.
func replaceC(e ast.Expr) ast.Expr {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		if isC(e) {
			return ast.NewIdent("uintptr")
		}
	case *ast.StarExpr:
		e.X = replaceC(e.X)
	case *ast.ArrayType:
		e.Elt = replaceC(e.Elt)
	case *ast.MapType:
		e.Key, e.Value = replaceC(e.Key), replaceC(e.Value)
	case *ast.ChanType:
		e.Value = replaceC(e.Value)
	case *ast.Ellipsis:
		e.Elt = replaceC(e.Elt)
	case *ast.ParenExpr:
		e.X = replaceC(e.X)
	case *ast.FuncType:
		for _, list := range []*ast.FieldList{e.Params, e.Results} {
			replaceFields(list)
		}
	case *ast.StructType:
		replaceFields(e.Fields)
	case *ast.InterfaceType:
		replaceFields(e.Methods)
	case *ast.BinaryExpr:
		e.X, e.Y = constantC(e.X), constantC(e.Y)
	case *ast.UnaryExpr:
		e.X = constantC(e.X)
	case *ast.CompositeLit:
		e.Type = replaceC(e.Type)
		constantsC(e.Elts)
	case *ast.KeyValueExpr:
		e.Key, e.Value = constantC(e.Key), constantC(e.Value)
	case *ast.CallExpr: // mostly a conversion, and else a function whose parameters are replaced too
		e.Fun = replaceC(e.Fun)
		constantsC(e.Args)
	}
	return e
}

func replaceFields(list *ast.FieldList) {
	if list == nil {
		return
	}
	for _, f := range list.List {
		f.Type = replaceC(f.Type)
	}
}

func constantC(e ast.Expr) ast.Expr {
	if isC(e) {
		return &ast.BasicLit{Kind: token.INT, Value: "0"}
	}
	return replaceC(e)
}

func constantsC(list []ast.Expr) {
	for i := range list {
		list[i] = constantC(list[i])
	}
}

// withoutImports: with the bodies went the uses of most imports.
func withoutImports(file *ast.File) {
	used := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if name, ok := s.X.(*ast.Ident); ok {
				used[name.Name] = true
			}
		}
		return true
	})
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.IMPORT {
			continue
		}
		var specs []ast.Spec
		for _, s := range g.Specs {
			i := s.(*ast.ImportSpec)
			i.Doc, i.Comment = nil, nil
			where, _ := strconv.Unquote(i.Path.Value)
			if where == "C" {
				continue
			}
			if i.Name == nil && !used[path.Base(where)] || i.Name != nil && i.Name.Name != "." && !used[i.Name.Name] {
				i.Name = ast.NewIdent("_")
			}
			specs = append(specs, i)
		}
		g.Specs = specs
	}
	var decls []ast.Decl
	for _, d := range file.Decls {
		if g, ok := d.(*ast.GenDecl); !ok || g.Tok != token.IMPORT || len(g.Specs) > 0 {
			decls = append(decls, d)
		}
	}
	file.Decls = decls
}

// note is what the facts say of a function without a body.
func (f *Foreign) note(name string) string {
	return fmt.Sprintf("%s is written in C for %s and not read", name, f.config.GOOS)
}
