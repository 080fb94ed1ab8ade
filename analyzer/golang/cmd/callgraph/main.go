// Command callgraph is the peer of bench/source: it loads a program, brings it into SSA form, makes its call graph by RTA
// and by VTA as golang.org/x/tools does it, and throws the graph away. Whoever reads a Go program by where its values
// flow needs that much.
package main

import (
	"flag"
	"fmt"
	"go/types"
	"os"

	"golang.org/x/tools/go/callgraph/rta"
	"golang.org/x/tools/go/callgraph/vta"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"
)

func main() {
	dir := flag.String("dir", ".", "the module's folder")
	flag.Parse()
	if err := run(*dir, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "callgraph:", err)
		os.Exit(1)
	}
}

func run(dir string, patterns []string) error {
	env := append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0", "GOWORK=off", "GOTOOLCHAIN=local",
		"GOFLAGS=-mod=readonly")
	loaded, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax, Dir: dir, Env: env}, patterns...)
	if err != nil {
		return err
	}
	if n := packages.PrintErrors(loaded); n > 0 {
		return fmt.Errorf("%d errors in %s", n, dir)
	}
	program, asked := ssautil.AllPackages(loaded, ssa.InstantiateGenerics)
	program.Build()
	var entries []*ssa.Function
	for _, p := range asked {
		entries = append(entries, entriesOf(program, p)...)
	}
	if len(entries) == 0 {
		return fmt.Errorf("no package in %s", dir)
	}
	reached := rta.Analyze(entries, true)
	functions := map[*ssa.Function]bool{}
	for f := range reached.Reachable {
		functions[f] = true
	}
	graph := vta.CallGraph(functions, reached.CallGraph)
	fmt.Printf("%d entries, %d functions by RTA, %d by VTA\n", len(entries), len(functions), len(graph.Nodes))
	return nil
}

// entriesOf is where a package's code begins: a program's main, or what others may call of a library.
func entriesOf(program *ssa.Program, p *ssa.Package) []*ssa.Function {
	if p.Func("main") != nil {
		return []*ssa.Function{p.Func("init"), p.Func("main")}
	}
	entries := []*ssa.Function{p.Func("init")}
	scope := p.Pkg.Scope()
	for _, name := range scope.Names() {
		switch object := scope.Lookup(name).(type) {
		case *types.Func:
			if f := program.FuncValue(object); object.Exported() && object.Signature().TypeParams().Len() == 0 {
				entries = append(entries, f)
			}
		case *types.TypeName:
			named, ok := object.Type().(*types.Named)
			if !ok || named.TypeParams().Len() > 0 {
				continue
			}
			for m := range named.Methods() {
				if f := program.FuncValue(m); f != nil && m.Exported() {
					entries = append(entries, f)
				}
			}
		}
	}
	return entries
}
