package main

import (
	"fmt"
	"go/token"
	"go/types"
	"sort"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// Which stores a load can see. `cp := Options{}; if o != nil { cp = *o }; use(cp.Field)` overwrites the first store
// where o is known not to be nil, so only the second one counts there. Reaching definitions, one object and one load at
// a time: backwards from the load until each way has met a store that fills what is loaded, or the object's making.

// loadedFrom is what stands at an address at the moment of a load.
func (x *extractor) loadedFrom(address ssa.Value, path []step, load ssa.Instruction, in *frame) *Expr {
	whole, root := path, address
	for {
		f, ok := root.(*ssa.FieldAddr)
		if !ok {
			break
		}
		whole, root = prepend(f.X.Type(), f.Field, whole), f.X
	}
	if a, ok := root.(*ssa.Alloc); ok && len(whole) > 0 && !isArray(a) && !x.config.Open && a.Parent() == load.Parent() {
		if e := x.seenBy(a, whole, load, in.within(a)); e != nil {
			return e
		}
	}
	if f, ok := address.(*ssa.FieldAddr); ok {
		return x.fieldsOf(f.X, prepend(f.X.Type(), f.Field, path), in)
	}
	return x.fieldOfVariable(address, path, in)
}

// seenBy is nil where all stores count anyway.
func (x *extractor) seenBy(a *ssa.Alloc, path []step, load ssa.Instruction, in *frame) *Expr {
	if !x.followed(path) {
		return nil
	}
	inside := within(a, path)
	all := 0
	killing := map[ssa.Instruction]bool{}
	ok := true
	eachStore(a, nil, func(s *ssa.Store, at []int) {
		switch {
		case isPrefix(at, inside):
			all++
			killing[s] = true
		case isPrefix(inside, at):
			ok = false // a part of what is loaded
		}
	})
	if !ok || all == 0 {
		return nil
	}
	seen, fresh := reachingStores(a, killing, load, in)
	reset := false
	for s := range seen {
		if emptied(s) {
			delete(seen, s)
			fresh, reset = true, reset || !first(s, a)
		}
	}
	names := []string{fmt.Sprintf("%p", load)}
	for s := range seen {
		names = append(names, fmt.Sprintf("%p", s))
	}
	sort.Strings(names[1:])
	owner := fmt.Sprintf("%p#%s%s", a.Parent(), a.Name(), in.name())
	key := fmt.Sprintf("%s.%s seen %s %v %v", owner, pathKey(path), strings.Join(names, " "), fresh, reset)
	return x.pathNode(key, path, a.Parent(), func(n *node) {
		o := &object{x: x, n: n, in: in, made: a, seen: map[ssa.Value]bool{}, only: seen, load: load}
		o.read(a, path)
		switch {
		case fresh && !reset:
			x.zeroUnless(n, a, path, seen, load, in)
		case fresh:
			x.inflow(n, x.unstored(path), nil, token.NoPos)
		}
	})
}

// unstored is the content of a field of an object that was just made: its zero value, and nothing at all where the way
// to it leads through a pointer, which is nil.
func (x *extractor) unstored(path []step) *Expr { return unset(path) }

// within are the fields of a path that stand in the variable itself and not behind a pointer.
func within(a *ssa.Alloc, path []step) []int {
	var fields []int
	t := a.Type().Underlying().(*types.Pointer).Elem()
	for _, s := range path {
		if structType(t) == nil || isPointer(t) {
			break
		}
		fields = append(fields, s.field)
		t = s.fieldType()
	}
	return fields
}

// eachStore visits the function's own stores into a variable, each with the fields that it goes to.
func eachStore(address ssa.Value, at []int, visit func(*ssa.Store, []int)) {
	for _, r := range *address.Referrers() {
		switch use := r.(type) {
		case *ssa.Store:
			if use.Addr == address {
				visit(use, at)
			}
		case *ssa.FieldAddr:
			eachStore(use, append(append([]int(nil), at...), use.Field), visit)
		}
	}
}

func isPrefix(short, long []int) bool {
	if len(short) > len(long) {
		return false
	}
	for i := range short {
		if short[i] != long[i] {
			return false
		}
	}
	return true
}

// reaches: a run can come from one instruction to the other.
func reaches(from, to ssa.Instruction) bool {
	if from.Block() == to.Block() && before(from, to) {
		return true
	}
	seen := map[*ssa.BasicBlock]bool{}
	work := append([]*ssa.BasicBlock(nil), from.Block().Succs...)
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if b == to.Block() {
			return true
		}
		if !seen[b] {
			seen[b] = true
			work = append(work, b.Succs...)
		}
	}
	return false
}

// reachingStores are the stores of `killing` that the load can see; fresh: it can see the variable as it was made.
func reachingStores(a *ssa.Alloc, killing map[ssa.Instruction]bool, load ssa.Instruction, in *frame) (seen map[*ssa.Store]bool, fresh bool) {
	seen = map[*ssa.Store]bool{}
	visited := map[*ssa.BasicBlock]bool{}
	var work []*ssa.BasicBlock
	// scan gives true where the way back goes on before the block.
	scan := func(instrs []ssa.Instruction) bool {
		for i := len(instrs) - 1; i >= 0; i-- {
			if killing[instrs[i]] {
				seen[instrs[i].(*ssa.Store)] = true
				return false
			}
			if instrs[i] == ssa.Instruction(a) {
				fresh = true
				return false
			}
		}
		return true
	}
	back := func(b *ssa.BasicBlock) {
		if len(b.Preds) == 0 {
			fresh = true
		}
		for _, p := range b.Preds {
			if !visited[p] && !in.excludedEdge(p, b) {
				visited[p] = true
				work = append(work, p)
			}
		}
	}
	here := load.Block()
	for i, instr := range here.Instrs {
		if instr == load {
			if scan(here.Instrs[:i]) {
				back(here)
			}
			break
		}
	}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if scan(b.Instrs) {
			back(b)
		}
	}
	return seen, fresh
}
