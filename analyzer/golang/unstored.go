package main

import (
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// A new object's field has its zero value until somebody stores into it. `list := Options{}; if o != nil { list.Max = o.Max }`
// leaves it so only where o is nil: the zero value flows under the opposite of the store's condition, so that a call
// that always hands an o over sees the stored value and nothing else.

// unless gives the condition under which none of the stores that fill a field has run when the object is used; nil where
// that may always be so. `load` is the use and `seen` the stores that it can see; nil: all uses of the object, and all stores.
func (x *extractor) unless(a *ssa.Alloc, path []step, seen map[*ssa.Store]bool, load ssa.Instruction, in *frame) *Guard {
	f := a.Parent()
	if x.config.Open || len(f.Blocks) > guardedBlocks {
		return nil
	}
	inside := within(a, path)
	if len(inside) < len(path) && !endsAtPointer(a, inside) {
		return nil
	}
	var none *Guard
	found := 0
	eachStore(a, nil, func(s *ssa.Store, at []int) {
		if !isPrefix(at, inside) || found >= 4 || in.excluded(s.Block()) || load != nil && !seen[s] {
			return
		}
		if g := x.skipped(s, a, load, in); g != nil {
			none = both(none, g)
			found++
		}
	})
	return none
}

// emptied: `list := Options{}`.
func emptied(s *ssa.Store) bool {
	return structType(s.Val.Type()) != nil && !isPointer(s.Val.Type()) && isZero(s.Val)
}

// endsAtPointer: what lies beyond the variable itself is behind a pointer that a store of the variable's part replaces.
func endsAtPointer(a *ssa.Alloc, inside []int) bool {
	t := a.Type().Underlying().(*types.Pointer).Elem()
	for _, field := range inside {
		t = structType(t).Field(field).Type()
	}
	return isPointer(t)
}

// skipped is the condition under which a store is passed by; nil where it is not one of nested tests that come before
// each use.
func (x *extractor) skipped(s *ssa.Store, a *ssa.Alloc, load ssa.Instruction, in *frame) *Guard {
	w := x.flow(s.Parent())
	var branches []edge
	for b := s.Block(); ; b = branches[len(branches)-1].block {
		deps := w.depsOf[b.Index]
		if len(deps) == 0 {
			break
		}
		if len(deps) > 1 || len(branches) == 4 {
			return nil
		}
		if _, ok := last(deps[0].block).(*ssa.If); !ok {
			return nil
		}
		branches = append(branches, deps[0])
	}
	if len(branches) == 0 {
		return nil
	}
	outermost := branches[len(branches)-1]
	taken := outermost.block.Succs[outermost.arm]
	comes := func(use ssa.Instruction) bool {
		return before(last(outermost.block), use) && (before(s, use) || !taken.Dominates(use.Block()))
	}
	if load != nil && !comes(load) || load == nil && !usedAfter(a, comes) {
		return nil
	}
	return x.plain(in, func() *Guard {
		var ways []*Guard
		for _, e := range branches {
			way := x.condition(last(e.block).(*ssa.If).Cond, e.arm != 0)
			if way == nil {
				return nil
			}
			ways = append(ways, way)
		}
		if len(ways) == 1 {
			return ways[0]
		}
		return &Guard{Is: "or", Part: ways}
	})
}

// usedAfter: each use of an object but the filling of its fields is one that `comes` accepts.
func usedAfter(v ssa.Value, comes func(ssa.Instruction) bool) bool {
	for _, r := range *v.Referrers() {
		switch use := r.(type) {
		case *ssa.DebugRef:
		case *ssa.FieldAddr:
			if !usedAfter(use, comes) {
				return false
			}
		case *ssa.Store:
			if use.Addr != v && !comes(use) {
				return false
			}
		case *ssa.UnOp:
			if !comes(use) && !refills(use, v) {
				return false
			}
		default:
			if !comes(r) {
				return false
			}
		}
	}
	return true
}

// refills: `list = append(list, x)` before the last store.
func refills(load *ssa.UnOp, address ssa.Value) bool {
	from, ok := address.(*ssa.FieldAddr)
	if !ok || load.Referrers() == nil {
		return false
	}
	for _, r := range *load.Referrers() {
		c, ok := r.(*ssa.Call)
		if !ok || c.Referrers() == nil {
			return false
		}
		if b, ok := c.Common().Value.(*ssa.Builtin); !ok || b.Name() != "append" {
			return false
		}
		for _, rr := range *c.Referrers() {
			s, ok := rr.(*ssa.Store)
			if !ok {
				return false
			}
			to, ok := s.Addr.(*ssa.FieldAddr)
			if !ok || to.X != from.X || to.Field != from.Field {
				return false
			}
		}
	}
	return true
}

// zeroUnless notes the zero value of a field of a new object.
func (x *extractor) zeroUnless(n *node, a *ssa.Alloc, path []step, seen map[*ssa.Store]bool, load ssa.Instruction, in *frame) {
	fact := flowFact{K: "flow", To: n.id, From: x.unstored(path)}
	if fact.Guard = x.unless(a, path, seen, load, in); fact.Guard != nil {
		fact.Func, fact.At = x.funcID(a.Parent()), x.position(a.Pos())
	}
	x.flowFacts = append(x.flowFacts, fact)
}
