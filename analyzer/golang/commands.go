package main

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/callgraph"
	"golang.org/x/tools/go/ssa"
)

// Commands of a command line hang in trees, and a library calls the functions that they hold when the tree is run. A
// call graph knows one field of functions for all commands, and so takes those of a tree that nobody runs too: a
// package that is imported for something else may bring one.
//
// Here each command is followed from where it is made to the variables that hold it, and from AddCommand to AddCommand
// down from those that are run. What is handed to anybody else, or comes from somewhere that is not followed, counts
// as run.

// commandTree is one library's commands in one program.
type commandTree struct {
	rule     Handler
	library  string // the package itself, whose own code is not read
	command  types.Type
	run      map[string]bool
	fields   map[string]bool
	graph    *callgraph.Graph
	parent   map[any]any // union-find over values, variables and results that hold the same command
	hung     map[any]bool
	children map[any][]any
	handlers map[*ssa.Function][]any // the commands that hold a function
	free     map[*ssa.Function]bool  // functions that are named elsewhere too
	lost     bool                    // some call adds commands that nobody can name
}

// heldResult stands for what a function gives back.
type heldResult struct{ of *ssa.Function }

// findIdle gives the functions that the library's commands hold, but none that can be run. `functions` is all that a graph
// without types' flow reaches.
func findIdle(rule Handler, prog *ssa.Program, graph *callgraph.Graph, functions map[*ssa.Function]bool) map[*ssa.Function]bool {
	pkgPath, name := cutLast(rule.Type)
	pkg := prog.ImportedPackage(pkgPath)
	if pkg == nil || pkg.Type(name) == nil || rule.Add == "" {
		return nil
	}
	t := &commandTree{rule: rule, library: pkgPath, command: types.NewPointer(pkg.Type(name).Type()), graph: graph,
		run: map[string]bool{}, fields: map[string]bool{}, parent: map[any]any{}, hung: map[any]bool{},
		children: map[any][]any{}, handlers: map[*ssa.Function][]any{}, free: map[*ssa.Function]bool{}}
	for _, f := range rule.Run {
		t.run[f] = true
	}
	for _, f := range rule.Fields {
		t.fields[rule.Type+"."+f] = true
	}
	for f := range functions {
		if packageOf(f) != pkgPath {
			t.read(f)
		}
	}
	if t.lost {
		return nil
	}
	return t.idle()
}

func (t *commandTree) isCommand(v ssa.Value) bool { return types.Identical(v.Type(), t.command) }

func (t *commandTree) find(v any) any {
	for t.parent[v] != nil {
		v = t.parent[v]
	}
	return v
}

func (t *commandTree) join(a, b any) {
	if a, b = t.find(a), t.find(b); a != b {
		t.parent[a] = b
		t.hung[b] = t.hung[b] || t.hung[a]
		t.children[b] = append(t.children[b], t.children[a]...)
	}
}

func (t *commandTree) hang(v any) { t.hung[t.find(v)] = true }

// idle goes down from the commands that are run.
func (t *commandTree) idle() map[*ssa.Function]bool {
	var work []any
	alive := map[any]bool{}
	for v, hung := range t.hung {
		if hung {
			work = append(work, t.find(v))
		}
	}
	for len(work) > 0 {
		v := work[len(work)-1]
		work = work[:len(work)-1]
		if alive[v] {
			continue
		}
		alive[v] = true
		for _, child := range t.children[v] {
			work = append(work, t.find(child))
		}
	}
	idle := map[*ssa.Function]bool{}
	for f, holders := range t.handlers {
		held := func(h any) bool { return alive[t.find(h)] }
		if !t.free[f] && !slices.ContainsFunc(holders, held) {
			idle[f] = true
		}
	}
	return idle
}

func (t *commandTree) read(f *ssa.Function) {
	for _, p := range f.Params {
		if t.isCommand(p) {
			t.parameter(f, p)
		}
	}
	for _, b := range f.Blocks {
		for _, instr := range b.Instrs {
			t.named(instr)
			if v, ok := instr.(ssa.Value); ok && t.isCommand(v) {
				t.made(v)
			}
			t.used(instr)
		}
	}
}

// parameter: what the calls hand over, where all of them are known.
func (t *commandTree) parameter(f *ssa.Function, p *ssa.Parameter) {
	node := t.graph.Nodes[f]
	if node == nil || len(node.In) == 0 {
		t.hang(p)
		return
	}
	for _, e := range node.In {
		if e.Site == nil || e.Site.Common().StaticCallee() != f {
			t.hang(p)
			return
		}
		for i, q := range f.Params {
			if q == p {
				t.join(p, e.Site.Common().Args[i])
			}
		}
	}
}

// made: where a command that an instruction gives comes from.
func (t *commandTree) made(v ssa.Value) {
	switch v := v.(type) {
	case *ssa.Alloc:
		return
	case *ssa.UnOp:
		switch v.X.(type) {
		case *ssa.Global, *ssa.Alloc:
			t.join(v, v.X)
			return
		}
	case *ssa.Phi:
		for _, e := range v.Edges {
			if !isNilConst(e) {
				t.join(v, e)
			}
		}
		return
	case *ssa.Call:
		if f := v.Call.StaticCallee(); f != nil && len(f.Blocks) > 0 && packageOf(f) != t.library {
			t.join(v, heldResult{f})
			return
		}
	}
	t.hang(v)
}

// used: where a command goes to.
func (t *commandTree) used(instr ssa.Instruction) {
	switch i := instr.(type) {
	case *ssa.Store:
		if f, ok := i.Addr.(*ssa.FieldAddr); ok && t.fields[fieldName(f.X.Type(), f.Field)] {
			if h := functionValue(i.Val); h != nil {
				t.handlers[h] = append(t.handlers[h], f.X)
			}
			return
		}
		if !t.isCommand(i.Val) || isNilConst(i.Val) {
			return
		}
		switch a := i.Addr.(type) {
		case *ssa.Global, *ssa.Alloc:
			t.join(a, i.Val)
		case *ssa.IndexAddr:
			if !t.added(a) {
				t.hang(i.Val)
			}
		default:
			t.hang(i.Val)
		}
	case *ssa.Return:
		for _, r := range i.Results {
			if t.isCommand(r) && !isNilConst(r) {
				if t.join(heldResult{i.Parent()}, r); len(i.Results) > 1 {
					t.hang(r)
				}
			}
		}
	case *ssa.MakeClosure:
		t.bound(i)
	case ssa.CallInstruction:
		t.called(i)
	case *ssa.UnOp:
		if t.isCommand(i.X) {
			t.hang(i.X) // a copy of the whole
		}
		if f, ok := i.X.(*ssa.FieldAddr); ok && t.fields[fieldName(f.X.Type(), f.Field)] {
			t.hang(f.X) // its function is used in another way
		}
	case *ssa.Phi, *ssa.FieldAddr, *ssa.DebugRef:
	default:
		for _, o := range instr.Operands(nil) {
			if *o != nil && t.isCommand(*o) && !comparison(instr) {
				t.hang(*o)
			}
		}
	}
}

func comparison(instr ssa.Instruction) bool {
	_, ok := instr.(*ssa.BinOp)
	return ok
}

// bound: a method that is named with its command (`run := root.Execute`), or a closure around one.
func (t *commandTree) bound(c *ssa.MakeClosure) {
	for _, b := range c.Bindings {
		_, global := b.(*ssa.Global)
		switch {
		case t.isCommand(b):
			t.hang(b)
		case !global && types.Identical(b.Type(), types.NewPointer(t.command)):
			t.hang(b) // a variable, which the closure may fill
		}
	}
}

func (t *commandTree) called(c ssa.CallInstruction) {
	common := c.Common()
	callee := common.StaticCallee()
	if callee == nil || packageOf(callee) == t.library || len(callee.Blocks) == 0 {
		name := ""
		if callee != nil {
			name = plainName(callee)
		}
		for i, a := range common.Args {
			method := i == 0 && callee != nil && callee.Signature.Recv() != nil && packageOf(callee) == t.library
			if t.isCommand(a) && !isNilConst(a) && (!method || t.run[name]) {
				t.hang(a)
			}
		}
		if name == t.rule.Add {
			t.add(common)
		}
	}
}

// add notes `parent.AddCommand(a, b)`.
func (t *commandTree) add(common *ssa.CallCommon) {
	if isNilConst(common.Args[1]) {
		return
	}
	list, ok := common.Args[1].(*ssa.Slice)
	if !ok {
		t.lost = true
		return
	}
	array, ok := list.X.(*ssa.Alloc)
	if !ok {
		t.lost = true
		return
	}
	at := t.find(common.Args[0])
	for _, r := range *array.Referrers() {
		if element, ok := r.(*ssa.IndexAddr); ok {
			for _, s := range *element.Referrers() {
				if store, ok := s.(*ssa.Store); ok && store.Addr == element {
					t.children[at] = append(t.children[at], store.Val)
				}
			}
		}
	}
}

// added: the array's element is an argument of AddCommand and nothing else.
func (t *commandTree) added(element *ssa.IndexAddr) bool {
	array, ok := element.X.(*ssa.Alloc)
	if !ok {
		return false
	}
	for _, r := range *array.Referrers() {
		switch use := r.(type) {
		case *ssa.IndexAddr, *ssa.DebugRef:
		case *ssa.Slice:
			for _, u := range *use.Referrers() {
				c, ok := u.(ssa.CallInstruction)
				if !ok || c.Common().StaticCallee() == nil || plainName(c.Common().StaticCallee()) != t.rule.Add {
					return false
				}
			}
		default:
			return false
		}
	}
	return true
}

// named notes functions that an instruction names in another way than to store them in a command.
func (t *commandTree) named(instr ssa.Instruction) {
	if s, ok := instr.(*ssa.Store); ok {
		if f, ok := s.Addr.(*ssa.FieldAddr); ok && t.fields[fieldName(f.X.Type(), f.Field)] {
			return
		}
	}
	if _, ok := instr.(*ssa.MakeClosure); ok {
		return // which is a value of its own
	}
	for _, o := range instr.Operands(nil) {
		if f := functionValue(*o); f != nil {
			t.free[f] = true
		}
	}
}

// cutIdle takes the calls of these functions out of a graph: nobody else names them, and nobody takes them out of a
// command.
func cutIdle(graph *callgraph.Graph, idle map[*ssa.Function]bool) {
	for f := range idle {
		node := graph.Nodes[f]
		if node == nil {
			continue
		}
		for _, e := range node.In {
			e.Caller.Out = slices.DeleteFunc(e.Caller.Out, func(o *callgraph.Edge) bool { return o == e })
		}
		node.In = nil
	}
}
