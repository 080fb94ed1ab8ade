package main

import (
	"go/token"

	"golang.org/x/tools/go/callgraph"
	"golang.org/x/tools/go/ssa"
)

// onwardFlow follows values forwards, from where they come into being to all that has the same content: copies,
// variables, what closures capture, parameters of what is called and results at the callers.
type onwardFlow struct {
	graph    *callgraph.Graph
	closures map[*ssa.Function][]*ssa.MakeClosure
	seen     map[ssa.Value]bool
	next     []ssa.Value // in functions that are one hop further
	// Called for each callee of a call through such a value; may be nil.
	through func(ssa.CallInstruction, *ssa.Function)
	// Only where every call hands over such a value or a constant is a parameter entered, and a field of which these are the
	// stores; nil: where any call does, and no field.
	only   map[string][]Store
	fields map[string][]ssa.Value // the loads of each field
	handed map[*ssa.Parameter]bool
	stored map[string]bool
}

// mostHops is how many functions a value is followed into.
const mostHops = 4

func newOnwardFlow(graph *callgraph.Graph, functions map[*ssa.Function]bool) *onwardFlow {
	f := &onwardFlow{graph: graph, closures: map[*ssa.Function][]*ssa.MakeClosure{}, seen: map[ssa.Value]bool{},
		handed: map[*ssa.Parameter]bool{}, stored: map[string]bool{}}
	for g := range functions {
		for _, b := range g.Blocks {
			for _, instr := range b.Instrs {
				if i, ok := instr.(*ssa.MakeClosure); ok {
					closed := i.Fn.(*ssa.Function)
					f.closures[closed] = append(f.closures[closed], i)
				}
			}
		}
	}
	return f
}

// run follows what was entered. A function after the other, so that how far a value is followed does not depend on the
// order.
func (f *onwardFlow) run() {
	f.rounds()
	for f.only != nil && f.admit() {
		f.rounds()
	}
}

// admit enters the parameters and fields that have nothing else by now.
func (f *onwardFlow) admit() bool {
	for p := range f.handed {
		if !f.seen[p] && f.allCalls(p) {
			f.enter(p)
		}
	}
	for name := range f.stored {
		all := true
		for _, s := range f.only[name] {
			_, constant := s.Value.(*ssa.Const)
			all = all && (constant || f.seen[s.Value])
		}
		for _, load := range f.fields[name] {
			if all {
				f.enter(load)
			}
		}
	}
	return len(f.next) > 0
}

func (f *onwardFlow) allCalls(p *ssa.Parameter) bool {
	for at, q := range p.Parent().Params {
		if q != p {
			continue
		}
		for _, e := range f.graph.Nodes[p.Parent()].In {
			if e.Site == nil {
				return false
			}
			args := arguments(e.Site.Common(), p.Parent())
			if at >= len(args) {
				return false
			}
			if _, constant := args[at].(*ssa.Const); !constant && !f.seen[args[at]] {
				return false
			}
		}
	}
	return true
}

func (f *onwardFlow) rounds() {
	for hop := 0; hop <= mostHops && len(f.next) > 0; hop++ {
		work := f.next
		f.next = nil
		for len(work) > 0 {
			v := work[len(work)-1]
			work = append(work[:len(work)-1], f.uses(v)...)
		}
	}
	f.next = nil // too far
}

// first takes the value out of a pair.
func (f *onwardFlow) first(pair ssa.Value) {
	for _, r := range *pair.Referrers() {
		if e, ok := r.(*ssa.Extract); ok && e.Index == 0 {
			f.enter(e)
		}
	}
}

// enter notes a value of another function, or the first one of all.
func (f *onwardFlow) enter(v ssa.Value) {
	if !f.seen[v] {
		f.seen[v] = true
		f.next = append(f.next, v)
	}
}

// uses gives the values of the same function that v becomes.
func (f *onwardFlow) uses(v ssa.Value) (same []ssa.Value) {
	here := func(values ...ssa.Value) {
		for _, w := range values {
			if !f.seen[w] {
				f.seen[w] = true
				same = append(same, w)
			}
		}
	}
	if v.Referrers() == nil {
		return nil
	}
	for _, r := range *v.Referrers() {
		switch r := r.(type) {
		case *ssa.Phi:
			here(r)
		case *ssa.ChangeType:
			here(r)
		case *ssa.Convert:
			here(r)
		case *ssa.ChangeInterface:
			here(r)
		case *ssa.MakeInterface:
			here(r)
		case *ssa.TypeAssert:
			if !r.CommaOk {
				here(r)
				continue
			}
			for _, e := range *r.Referrers() {
				if e, ok := e.(*ssa.Extract); ok && e.Index == 0 {
					here(e)
				}
			}
		case *ssa.Store:
			if r.Val == v {
				here(f.loads(r.Addr)...)
				if field, ok := r.Addr.(*ssa.FieldAddr); ok {
					f.stored[fieldName(field.X.Type(), field.Field)] = true
				}
			}
		case *ssa.MakeClosure:
			for at, bound := range r.Bindings {
				if bound == v {
					f.enter(r.Fn.(*ssa.Function).FreeVars[at])
				}
			}
		case *ssa.Return:
			f.returns(r, v)
		case ssa.CallInstruction:
			f.called(r, v)
		}
	}
	return same
}

// loads are the reads of a variable in its own function; those of closures that captured it are one hop further.
func (f *onwardFlow) loads(variable ssa.Value) (values []ssa.Value) {
	switch variable := variable.(type) {
	case *ssa.Alloc:
	case *ssa.FreeVar:
		if f.seen[variable] {
			return nil
		}
		f.seen[variable] = true
		for at, free := range variable.Parent().FreeVars {
			if free == variable {
				for _, closure := range f.closures[variable.Parent()] {
					for _, v := range f.loads(closure.Bindings[at]) {
						f.enter(v)
					}
				}
			}
		}
	default:
		return nil
	}
	for _, r := range *variable.Referrers() {
		switch r := r.(type) {
		case *ssa.UnOp:
			if r.Op == token.MUL {
				values = append(values, r)
			}
		case *ssa.MakeClosure:
			for at, bound := range r.Bindings {
				if bound == variable {
					for _, v := range f.loads(r.Fn.(*ssa.Function).FreeVars[at]) {
						f.enter(v)
					}
				}
			}
		}
	}
	return values
}

// called: v is what is called, or it is handed over.
func (f *onwardFlow) called(site ssa.CallInstruction, v ssa.Value) {
	node := f.graph.Nodes[site.Parent()]
	if node == nil {
		return
	}
	through := site.Common().StaticCallee() == nil && site.Common().Value == v
	for _, e := range node.Out {
		if e.Site != site {
			continue
		}
		if through && f.through != nil {
			f.through(site, e.Callee.Func)
		}
		for at, arg := range arguments(site.Common(), e.Callee.Func) {
			if arg == v && at < len(e.Callee.Func.Params) {
				if f.only != nil {
					f.handed[e.Callee.Func.Params[at]] = true
					continue
				}
				f.enter(e.Callee.Func.Params[at])
			}
		}
	}
}

// returns hands v to the function's callers.
func (f *onwardFlow) returns(r *ssa.Return, v ssa.Value) {
	node := f.graph.Nodes[r.Parent()]
	if node == nil {
		return
	}
	for at, result := range r.Results {
		if result != v {
			continue
		}
		for _, e := range node.In {
			call, ok := e.Site.(*ssa.Call)
			if !ok {
				continue
			}
			if len(r.Results) == 1 {
				f.enter(call)
				continue
			}
			for _, user := range *call.Referrers() {
				if extract, ok := user.(*ssa.Extract); ok && extract.Index == at {
					f.enter(extract)
				}
			}
		}
	}
}
