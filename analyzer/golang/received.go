package main

import (
	"go/token"

	"golang.org/x/tools/go/callgraph"
	"golang.org/x/tools/go/ssa"
)

// VTA loses what `v, ok := <-c` receives, and so what every `for v := range c` does with it: it follows the register of
// a receive, and here that register is a pair. A worker that runs functions from a channel, or calls methods of what
// comes out of one, would call nothing. So the calls through such values get the callees that RTA knows for them.

// receivedCalls are calls through received values, with what each may call.
type receivedCalls map[ssa.CallInstruction][]*ssa.Function

// mostHops is how many functions a received value is followed into, before it is called.
const mostHops = 4

func findReceivedCalls(rta *callgraph.Graph, functions map[*ssa.Function]bool) receivedCalls {
	f := &receivedFlow{graph: rta, closures: map[*ssa.Function][]*ssa.MakeClosure{}, seen: map[ssa.Value]bool{}, calls: receivedCalls{}}
	for g := range functions {
		for _, b := range g.Blocks {
			for _, instr := range b.Instrs {
				switch i := instr.(type) {
				case *ssa.MakeClosure:
					closed := i.Fn.(*ssa.Function)
					f.closures[closed] = append(f.closures[closed], i)
				case *ssa.UnOp:
					if i.Op == token.ARROW && i.CommaOk {
						f.first(i)
					}
				}
			}
		}
	}
	// A function after the other, so that how far a value is followed does not depend on the order.
	for f.hop = 0; f.hop <= mostHops && len(f.next) > 0; f.hop++ {
		work := f.next
		f.next = nil
		for len(work) > 0 {
			v := work[len(work)-1]
			work = append(work[:len(work)-1], f.uses(v)...)
		}
	}
	return f.calls
}

// addTo puts the calls into a graph that lacks them.
func (calls receivedCalls) addTo(graph *callgraph.Graph) {
	for site, callees := range calls {
		caller := graph.Nodes[site.Parent()]
		if caller == nil {
			continue
		}
		there := map[*ssa.Function]bool{}
		for _, e := range caller.Out {
			if e.Site == site {
				there[e.Callee.Func] = true
			}
		}
		for _, callee := range callees {
			if !there[callee] {
				there[callee] = true
				callgraph.AddEdge(caller, site, graph.CreateNode(callee))
			}
		}
	}
}

// receivedFlow follows values forwards from where they are received.
type receivedFlow struct {
	graph    *callgraph.Graph
	closures map[*ssa.Function][]*ssa.MakeClosure
	seen     map[ssa.Value]bool
	next     []ssa.Value // in functions that are one hop further
	hop      int
	calls    receivedCalls
}

// first takes the value out of a pair.
func (f *receivedFlow) first(pair ssa.Value) {
	for _, r := range *pair.Referrers() {
		if e, ok := r.(*ssa.Extract); ok && e.Index == 0 {
			f.enter(e)
		}
	}
}

// enter notes a value of another function, or the first one of all.
func (f *receivedFlow) enter(v ssa.Value) {
	if !f.seen[v] {
		f.seen[v] = true
		f.next = append(f.next, v)
	}
}

// uses gives the values of the same function that v becomes.
func (f *receivedFlow) uses(v ssa.Value) (same []ssa.Value) {
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
func (f *receivedFlow) loads(variable ssa.Value) (values []ssa.Value) {
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
func (f *receivedFlow) called(site ssa.CallInstruction, v ssa.Value) {
	node := f.graph.Nodes[site.Parent()]
	if node == nil {
		return
	}
	through := site.Common().StaticCallee() == nil && site.Common().Value == v
	for _, e := range node.Out {
		if e.Site != site {
			continue
		}
		if through {
			f.calls[site] = append(f.calls[site], e.Callee.Func)
		}
		for at, arg := range arguments(site.Common(), e.Callee.Func) {
			if arg == v && at < len(e.Callee.Func.Params) {
				f.enter(e.Callee.Func.Params[at])
			}
		}
	}
}

// returns hands v to the function's callers.
func (f *receivedFlow) returns(r *ssa.Return, v ssa.Value) {
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
