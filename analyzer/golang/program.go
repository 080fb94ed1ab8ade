package main

import (
	"fmt"
	"go/types"
	"maps"
	"sort"
	"strings"

	"golang.org/x/tools/go/callgraph"
	"golang.org/x/tools/go/callgraph/rta"
	"golang.org/x/tools/go/callgraph/vta"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"
)

// Program is the SSA form of a load with its call graph from the roots.
//
// The graph is RTA's refined twice by VTA. RTA alone takes every method of every type that was ever put into an
// interface; VTA follows where values flow, but starts from a set of functions, and the smaller this set, the fewer
// flows that cannot happen. So the second round runs on what the first one reaches.
type Program struct {
	SSA       *ssa.Program
	Roots     []RootFunc
	Functions []*ssa.Function // reachable, by name; synthetic ones included
	Graph     *callgraph.Graph
	reachable map[*ssa.Function]bool
}

type RootFunc struct {
	Func *ssa.Function
	Name string // "fs.Fs.List", "NewFs": what a person knows it by
}

func newProgram(l *Load, config *Config, progress func(string)) (*Program, error) {
	progress("ssa")
	prog, _ := ssautil.AllPackages(l.Packages, ssa.InstantiateGenerics)
	p := &Program{SSA: prog}
	all := map[string]*packages.Package{}
	packages.Visit(l.Packages, nil, func(q *packages.Package) { all[q.PkgPath] = q })
	for _, rule := range config.Roots {
		if err := p.addRoots(rule, all); err != nil {
			return nil, err
		}
	}
	if len(p.Roots) == 0 {
		return nil, fmt.Errorf("the client's rules name no roots")
	}
	sort.SliceStable(p.Roots, func(i, j int) bool { return p.Roots[i].Name < p.Roots[j].Name })
	prog.Build()
	forget(l)
	var entries []*ssa.Function
	for _, r := range p.Roots {
		entries = append(entries, r.Func)
	}
	progress("call graph: rta")
	graph := rta.Analyze(entries, true).CallGraph
	idle := map[*ssa.Function]bool{}
	for _, rule := range config.Sinks.Handlers {
		maps.Copy(idle, findIdle(rule, prog, graph, forward(graph, entries)))
	}
	cutIdle(graph, idle)
	received := findReceivedCalls(graph, forward(graph, entries))
	for _, round := range []string{"vta", "vta again"} {
		progress("call graph: " + round)
		graph = vta.CallGraph(forward(graph, entries), graph)
		received.addTo(graph)
		cutIdle(graph, idle)
	}
	p.Graph = graph
	p.reachable = forward(graph, entries)
	for f := range p.reachable {
		p.Functions = append(p.Functions, f)
	}
	rankFunctions(p.Functions)
	sortFunctions(p.Functions)
	return p, nil
}

func (p *Program) addRoots(rule Root, all map[string]*packages.Package) error {
	pkg := all[rule.Package]
	if pkg == nil {
		return fmt.Errorf("root package %s is not part of the program", rule.Package)
	}
	sp := p.SSA.Package(pkg.Types)
	p.Roots = append(p.Roots, RootFunc{sp.Func("init"), pkg.Name + ".init"})
	for _, name := range rule.Functions {
		if name == "*" {
			p.addAll(sp, pkg.Name)
			continue
		}
		f := lookup(p.SSA, sp, name)
		if f == nil {
			return fmt.Errorf("root %s is not in package %s", name, rule.Package)
		}
		p.Roots = append(p.Roots, RootFunc{f, pkg.Name + "." + name})
	}
	if rule.Interfaces == "" {
		return nil
	}
	contracts := all[rule.Interfaces]
	if contracts == nil {
		return fmt.Errorf("interface package %s is not part of the program", rule.Interfaces)
	}
	seen := map[*ssa.Function]bool{}
	for _, typeName := range pkg.Types.Scope().Names() {
		named, ok := pkg.Types.Scope().Lookup(typeName).(*types.TypeName)
		if !ok || named.IsAlias() || types.IsInterface(named.Type()) || isGeneric(named.Type()) {
			continue
		}
		pointer := types.NewPointer(named.Type())
		for _, contractName := range contracts.Types.Scope().Names() {
			contract, ok := contracts.Types.Scope().Lookup(contractName).(*types.TypeName)
			if !ok || !contract.Exported() || !types.IsInterface(contract.Type()) || isGeneric(contract.Type()) {
				continue
			}
			iface := contract.Type().Underlying().(*types.Interface)
			if iface.NumMethods() == 0 || !iface.IsMethodSet() || !types.Implements(pointer, iface) {
				continue
			}
			for i := 0; i < iface.NumMethods(); i++ {
				m := iface.Method(i)
				f := p.SSA.LookupMethod(pointer, m.Pkg(), m.Name())
				if f != nil && !seen[f] {
					seen[f] = true
					name := fmt.Sprintf("%s.%s.%s", contracts.Name, contractName, m.Name())
					p.Roots = append(p.Roots, RootFunc{f, name})
				}
			}
		}
	}
	return nil
}

// addAll makes every function of a package a root, and every method of its types; what is generic has no code of its own.
func (p *Program) addAll(sp *ssa.Package, pkg string) {
	scope := sp.Pkg.Scope()
	for _, name := range scope.Names() {
		switch object := scope.Lookup(name).(type) {
		case *types.Func:
			if f := p.SSA.FuncValue(object); f != nil && object.Signature().TypeParams().Len() == 0 {
				p.Roots = append(p.Roots, RootFunc{f, pkg + "." + name})
			}
		case *types.TypeName:
			named, ok := object.Type().(*types.Named)
			if !ok || types.IsInterface(named) || isGeneric(named) {
				continue
			}
			for i := 0; i < named.NumMethods(); i++ {
				if f := p.SSA.FuncValue(named.Method(i)); f != nil {
					p.Roots = append(p.Roots, RootFunc{f, f.RelString(nil)})
				}
			}
		}
	}
}

func isGeneric(t types.Type) bool {
	named, ok := t.(*types.Named)
	return ok && named.TypeParams().Len() > 0
}

// lookup finds "F", "(*T).M" and "(T).M" in a package.
func lookup(prog *ssa.Program, sp *ssa.Package, name string) *ssa.Function {
	if !strings.HasPrefix(name, "(") {
		return sp.Func(name)
	}
	typeName, method, ok := strings.Cut(strings.TrimPrefix(name, "("), ").")
	if !ok {
		return nil
	}
	object, ok := sp.Pkg.Scope().Lookup(strings.TrimPrefix(typeName, "*")).(*types.TypeName)
	if !ok {
		return nil
	}
	t := object.Type()
	if strings.HasPrefix(typeName, "*") {
		t = types.NewPointer(t)
	}
	return prog.LookupMethod(t, sp.Pkg, method)
}

// forward is what a graph reaches from the entries.
func forward(graph *callgraph.Graph, entries []*ssa.Function) map[*ssa.Function]bool {
	seen := map[*ssa.Function]bool{}
	work := append([]*ssa.Function(nil), entries...)
	for len(work) > 0 {
		f := work[len(work)-1]
		work = work[:len(work)-1]
		if seen[f] {
			continue
		}
		seen[f] = true
		if node := graph.Nodes[f]; node != nil {
			for _, e := range node.Out {
				work = append(work, e.Callee.Func)
			}
		}
	}
	return seen
}
