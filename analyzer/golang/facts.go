package main

import (
	"bufio"
	"encoding/json"
	"go/token"
	"path"
	"strings"

	"golang.org/x/tools/go/callgraph"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
)

const factsVersion = 6

type headFact struct {
	K        string   `json:"k"`
	Version  int      `json:"version"`
	Language string   `json:"language"`
	Tool     string   `json:"tool"`
	Module   string   `json:"module"`
	Release  string   `json:"release"`
	Platform string   `json:"platform"`
	Go       string   `json:"go"`
	Modules  []string `json:"modules"`
}

type funcFact struct {
	K      string `json:"k"`
	ID     int    `json:"id"`
	Name   string `json:"name"`
	Pkg    string `json:"pkg"`
	Module string `json:"module,omitempty"`
	At     string `json:"at,omitempty"`
	Root   string `json:"root,omitempty"`
}

type callFact struct {
	K    string `json:"k"`
	From int    `json:"from"`
	To   int    `json:"to"`
	At   string `json:"at,omitempty"`
	How  string `json:"how"` // static, interface, value, closure (made here)
}

type unresolvedFact struct {
	K    string `json:"k"`
	Func int    `json:"fn"`
	What string `json:"what"`
	At   string `json:"at"`
}

type nodeFact struct {
	K    string `json:"k"`
	ID   int    `json:"id"`
	Kind string `json:"kind"`
	Name string `json:"name"`
	Func int    `json:"fn,omitempty"`
	// Of a field: every object of its type is made where the field is stored too.
	Filled bool `json:"filled,omitempty"`
}

type endFact struct {
	K      string         `json:"k"`
	Counts map[string]int `json:"counts"`
}

// write runs the extraction and writes all facts. The last line says that the stream is whole.
func (x *extractor) write(w *bufio.Writer) error {
	x.extractAll()
	calls := x.calls()
	unresolved := x.unresolved()
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	counts := map[string]int{}
	var failure error
	put := func(kind string, fact any) {
		counts[kind]++
		if err := encoder.Encode(fact); err != nil && failure == nil {
			failure = err
		}
	}
	head := headFact{K: "facts", Version: factsVersion, Language: "go", Tool: "blobgauge-go-facts",
		Module: x.load.Main.Path, Release: x.load.Main.Version, Platform: x.config.GOOS + "/" + x.config.GOARCH, Go: x.load.Go}
	for _, m := range x.load.Modules {
		head.Modules = append(head.Modules, m.Path+"@"+m.Version)
	}
	if err := encoder.Encode(head); err != nil {
		return err
	}
	modules := x.modules()
	for i, f := range x.funcs {
		pkg := packageOf(f)
		put("func", funcFact{"func", i + 1, x.functionName(f), pkg, modules[pkg], x.where(f), x.roots[f]})
	}
	for _, c := range calls {
		put("call", c)
	}
	nodes := make([]*node, len(x.nodes))
	for _, n := range x.nodes {
		nodes[n.id-1] = n
	}
	for _, n := range nodes {
		fact := nodeFact{K: "node", ID: n.id, Kind: n.kind, Name: n.name, Filled: n.filled}
		if n.parent != nil {
			fact.Func = x.funcIDs[n.parent]
		}
		put("node", fact)
	}
	for _, f := range x.flowFacts {
		put("flow", f)
	}
	for _, f := range x.siteFacts {
		put("site", f)
	}
	for _, u := range unresolved {
		put("unresolved", u)
	}
	if failure == nil {
		failure = encoder.Encode(endFact{"end", counts})
	}
	return failure
}

// calls are the edges on some way to a function that makes a request or reads an answer; the rest of the graph answers no
// question.
//
// A closure counts as called by the function that makes it and not by those that may run it: a helper that runs every
// closure of a program (a pacer, an error group, a pager) would join every caller with every closure. That it is run
// at all the call graph has shown.
func (x *extractor) calls() []callFact {
	graph := x.program.Graph
	leading := map[*ssa.Function]bool{}
	var work []*ssa.Function
	for _, c := range x.requests {
		work = append(work, c.Parent())
	}
	work = append(work, x.landmarks...)
	for len(work) > 0 {
		f := work[len(work)-1]
		work = work[:len(work)-1]
		if leading[f] || !x.program.reachable[f] {
			continue
		}
		leading[f] = true
		if f.Parent() != nil {
			work = append(work, f.Parent())
		}
		if n := graph.Nodes[f]; n != nil {
			for _, e := range n.In {
				if how(e) != "closure" {
					work = append(work, e.Caller.Func)
				}
			}
		}
	}
	var facts []callFact
	for _, f := range x.program.Functions {
		if !leading[f] || graph.Nodes[f] == nil {
			continue
		}
		x.funcID(f)
		seen := map[*ssa.Function]bool{}
		for _, e := range sortEdges(graph.Nodes[f].Out) {
			if leading[e.Callee.Func] && !seen[e.Callee.Func] && how(e) != "closure" {
				seen[e.Callee.Func] = true
				facts = append(facts, callFact{"call", x.funcID(f), x.funcID(e.Callee.Func), x.position(e.Pos()), how(e)})
			}
		}
		for _, inner := range f.AnonFuncs {
			if leading[inner] && !seen[inner] {
				facts = append(facts, callFact{"call", x.funcID(f), x.funcID(inner), x.position(inner.Pos()), "closure"})
			}
		}
	}
	for _, r := range x.program.Roots {
		x.funcID(r.Func)
	}
	return facts
}

func how(e *callgraph.Edge) string {
	switch {
	case e.Site == nil:
		return "synthetic"
	case e.Site.Common().IsInvoke():
		return "interface"
	case e.Site.Common().StaticCallee() != nil:
		return "static"
	case e.Callee.Func.Parent() != nil:
		return "closure"
	}
	return "value"
}

// unresolved are the dynamic calls for which the call graph knows no callee, the standard library's left out: its
// callbacks come from the program's values, which are followed.
func (x *extractor) unresolved() []unresolvedFact {
	var facts []unresolvedFact
	for _, f := range x.program.Functions {
		if inStandard(f) {
			continue
		}
		if x.load.Foreign.bodiless[x.load.Fset.Position(f.Pos()).Filename] {
			facts = append(facts, unresolvedFact{"unresolved", x.funcID(f), x.load.Foreign.note(x.functionName(f)), x.position(f.Pos())})
			continue
		}
		for _, b := range f.Blocks {
			for _, instr := range b.Instrs {
				c, ok := instr.(ssa.CallInstruction)
				if !ok || c.Common().StaticCallee() != nil || len(x.index.callees[c]) > 0 {
					continue
				}
				if _, builtin := c.Common().Value.(*ssa.Builtin); builtin {
					continue
				}
				what := text(c.Common().Value)
				if c.Common().IsInvoke() {
					what += "." + c.Common().Method.Name()
				}
				facts = append(facts, unresolvedFact{"unresolved", x.funcID(f), what, x.position(c.Pos())})
			}
		}
	}
	return facts
}

func packageOf(f *ssa.Function) string {
	for f.Parent() != nil {
		f = f.Parent()
	}
	if f.Origin() != nil {
		f = f.Origin()
	}
	if f.Pkg != nil {
		return f.Pkg.Pkg.Path()
	}
	if o := f.Object(); o != nil && o.Pkg() != nil {
		return o.Pkg().Path()
	}
	return ""
}

func (x *extractor) modules() map[string]string {
	of := map[string]string{}
	packages.Visit(x.load.Packages, nil, func(p *packages.Package) {
		if p.Module != nil {
			of[p.PkgPath] = p.Module.Path
		}
	})
	return of
}

func (x *extractor) dirs() map[string]string {
	if x.folders == nil {
		x.folders = map[string]string{}
		packages.Visit(x.load.Packages, nil, func(p *packages.Package) {
			if len(p.GoFiles) > 0 {
				x.folders[path.Dir(p.GoFiles[0])] = strings.TrimPrefix(p.PkgPath, "vendor/")
			}
		})
	}
	return x.folders
}

// findLoads notes where fields are loaded by functions of the program; what turns a type into text does not count.
func (x *extractor) findLoads() {
	x.loads = map[string][]loadPlace{}
	for _, f := range x.program.Functions {
		if inStandard(f) || codec(f) {
			continue
		}
		for _, b := range f.Blocks {
			for _, instr := range b.Instrs {
				switch i := instr.(type) {
				case *ssa.FieldAddr:
					if x.readHere(i) {
						x.noteLoad(fieldName(i.X.Type(), i.Field), f, i.Pos())
					}
				case *ssa.Field:
					x.noteLoad(fieldName(i.X.Type(), i.Field), f, i.Pos())
				}
			}
		}
	}
}
func (x *extractor) readHere(a *ssa.FieldAddr) bool {
	for _, r := range *a.Referrers() {
		if s, ok := r.(*ssa.Store); ok && s.Addr == a {
			continue
		}
		if _, ok := r.(*ssa.DebugRef); ok {
			continue
		}
		return true
	}
	return false
}

func (x *extractor) noteLoad(field string, f *ssa.Function, pos token.Pos) {
	if len(x.loads[field]) < mostReaders || !x.loads[field][0].pos.IsValid() {
		x.loads[field] = append(x.loads[field], loadPlace{f, pos})
	}
}

func (x *extractor) loaded(field string) bool { return len(x.loads[field]) > 0 }
