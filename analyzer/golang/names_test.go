package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"
)

const spelt = `package p

type Real struct{}
type Alias = Real
type Box[T any] struct{ v T }
type Pair[A, B any] struct{ a A; b B }
type Sender interface{ Send() }

func New[T any](v T) *Box[T] { return &Box[T]{v} }
func (b *Box[T]) Get() T { return b.v }
func (Real) Send() {}

var a1 Box[Alias]
var a2 Box[Real]
var b1 map[string]*Box[[]Alias]
var b2 map[string]*Box[[]Real]
var c1 func(x int, y ...Alias) (z Alias, err error)
var c2 func(int, ...Real) (Real, error)
var d1 chan<- Pair[Alias, Box[Alias]]
var d2 chan<- Pair[Real, Box[Real]]

func one(s Sender) func() { return s.Send }
func two(s Sender) func() { return s.Send }
func make1() any { return New(Alias{}).Get }
func make2() any { return New(Real{}).Get }
`

func buildSpelt(t *testing.T) *ssa.Package {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", spelt, 0)
	if err != nil {
		t.Fatal(err)
	}
	pkg, _, err := ssautil.BuildPackage(&types.Config{}, fset, types.NewPackage("p", ""), []*ast.File{file}, ssa.InstantiateGenerics)
	if err != nil {
		t.Fatal(err)
	}
	return pkg
}

func TestATypeHasOneName(t *testing.T) {
	scope := buildSpelt(t).Pkg.Scope()
	for variable, want := range map[string]string{
		"a": "p.Box[p.Real]", "b": "map[string]*p.Box[[]p.Real]", "c": "func(int, ...p.Real) (p.Real, error)",
		"d": "chan<- p.Pair[p.Real,p.Box[p.Real]]",
	} {
		for _, n := range []string{"1", "2"} {
			if got := typeName(scope.Lookup(variable + n).Type()); got != want {
				t.Errorf("%s: got %s, want %s", variable+n, got, want)
			}
		}
	}
}

// Two builds of one program give the same order, though each method value has a function of its own.
func TestFunctionsAreOrderedByTheProgram(t *testing.T) {
	var orders [2]string
	for i := range orders {
		pkg := buildSpelt(t)
		var functions []*ssa.Function
		for f := range ssautil.AllFunctions(pkg.Prog) {
			functions = append(functions, f)
		}
		rankFunctions(functions)
		sortFunctions(functions)
		for _, f := range functions {
			orders[i] += nameOf(f) + " " + functionRanks[f] + "\n"
		}
	}
	if orders[0] != orders[1] {
		t.Errorf("first\n%s\nthen\n%s", orders[0], orders[1])
	}
	for _, want := range []string{"(p.Sender).Send$bound p.one", "(p.Sender).Send$bound p.two", "p.New[p.Real]"} {
		if !strings.Contains(orders[0], want) {
			t.Errorf("no %s in\n%s", want, orders[0])
		}
	}
	if strings.Contains(orders[0], "Alias") {
		t.Errorf("an alias in\n%s", orders[0])
	}
}
