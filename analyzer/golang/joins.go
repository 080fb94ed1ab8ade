package main

import (
	"go/token"

	"golang.org/x/tools/go/ssa"
)

// The conditions of flows: where a value comes to a join, is given back or is stored.

// mostTests is how many tests a condition of a flow may have. Tests of options have few; state machines have many, and
// nothing follows from them.
const mostTests = 14

// plainGuard is the guard of a block where its tests ask parameters and fields only; nil where it says nothing or too much.
// Of a write the whole guard is kept; of the thousands of stores and returns only what can be decided.
func (x *extractor) plainGuard(b *ssa.BasicBlock, in *frame) *Guard {
	return x.plain(in, func() *Guard { return x.guard(b, nil) })
}

// edgeGuard is the same for going from one block to the next.
func (x *extractor) edgeGuard(from, to *ssa.BasicBlock, in *frame) *Guard {
	return x.plain(in, func() *Guard {
		g := x.guard(from, nil)
		if branch, ok := last(from).(*ssa.If); ok && from.Succs[0] != from.Succs[1] {
			g = both(g, x.condition(branch.Cond, from.Succs[0] == to))
		}
		return g
	})
}

// joinGuard is the condition of coming to a join from one block: all of it in helpers that are read for one call, elsewhere
// the last test alone, where that asks whether something was handed over. `if o == nil { o = &Options{} }` makes nothing
// where everybody hands an o over.
func (x *extractor) joinGuard(from, to *ssa.BasicBlock, in *frame) *Guard {
	if x.keepsConditions(from.Parent(), in) {
		return x.edgeGuard(from, to, in)
	}
	if _, ok := last(from).(*ssa.If); !ok && len(from.Preds) == 1 {
		from, to = from.Preds[0], from
	}
	branch, ok := last(from).(*ssa.If)
	if !ok || from.Succs[0] == from.Succs[1] || x.config.Open || !asksForNil(branch.Cond) {
		return nil
	}
	return x.plain(in, func() *Guard { return x.condition(branch.Cond, from.Succs[0] == to) })
}

// asksForNil: a test of anything but an error against nil.
func asksForNil(v ssa.Value) bool {
	test, ok := v.(*ssa.BinOp)
	return ok && (test.Op == token.EQL || test.Op == token.NEQ) && isNilConst(test.Y) && !isError(test.X.Type())
}

func isNilConst(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.IsNil()
}

func (x *extractor) plain(in *frame, make func() *Guard) *Guard {
	x.guarding, x.lean = in, true
	g := make()
	x.guarding, x.lean = nil, false
	tests, asked := g.count()
	if asked == 0 || tests > mostTests {
		return nil
	}
	return g
}

// count gives the tests of a guard, and how many of them ask for something that is followed.
func (g *Guard) count() (tests, asked int) {
	if g == nil {
		return 0, 0
	}
	for _, part := range g.Part {
		t, a := part.count()
		tests, asked = tests+t, asked+a
	}
	if len(g.Part) == 0 {
		tests++
		if g.E != nil && g.E.Op == "" {
			asked++
		}
	}
	return tests, asked
}
