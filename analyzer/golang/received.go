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

func findReceivedCalls(rta *callgraph.Graph, functions map[*ssa.Function]bool) receivedCalls {
	calls := receivedCalls{}
	f := newOnwardFlow(rta, functions)
	f.through = func(site ssa.CallInstruction, callee *ssa.Function) { calls[site] = append(calls[site], callee) }
	for g := range functions {
		for _, b := range g.Blocks {
			for _, instr := range b.Instrs {
				if i, ok := instr.(*ssa.UnOp); ok && i.Op == token.ARROW && i.CommaOk {
					f.first(i)
				}
			}
		}
	}
	f.run()
	return calls
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
