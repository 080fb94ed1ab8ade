package main

import (
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// object reads the stores to fields of one allocated object.
type object struct {
	x      *extractor
	n      *node
	in     *frame
	made   *ssa.Alloc
	seen   map[ssa.Value]bool
	surely bool                // the object's field is stored before anything else sees it
	only   map[*ssa.Store]bool // of its own function's stores; nil: all
	load   ssa.Instruction     // what is read at this moment; nil: at any
}

// read notes what can be in the fields `path` of what stands at `address`: an object, or a pointer to one.
func (o *object) read(address ssa.Value, path []step) {
	if o.seen[address] {
		return
	}
	o.seen[address] = true
	content := address.Type().Underlying().(*types.Pointer).Elem()
	whole := len(path) == 0 || isPointer(content) || structType(content) == nil
	out := false
	for _, r := range *address.Referrers() {
		switch use := r.(type) {
		case *ssa.Store:
			switch {
			case use.Val == address:
				out = out || !o.later(use)
			case emptied(use) && first(use, address): // as it was made
			case !o.in.excluded(use.Block()) && (o.only == nil || o.only[use]):
				o.x.stored(o.n, o.x.contentOf(use.Val, path, o.in.within(address)), use, o.in.within(address))
				o.surely = o.surely || first(use, address)
			}
		case *ssa.FieldAddr:
			if !whole && use.Field == path[0].field {
				o.read(use, path[1:])
			}
		case *ssa.UnOp, *ssa.BinOp, *ssa.DebugRef:
		case *ssa.Phi:
			if !o.later(use) {
				other := *o // by another name, under which its own stores are not known
				other.only = nil
				other.read(use, path)
			}
		case *ssa.Convert:
			o.x.inflow(o.n, &Expr{Op: "through an unsafe pointer"}, use.Parent(), use.Pos())
		case *ssa.MakeClosure:
			if o.later(use) {
				continue
			}
			g := use.Fn.(*ssa.Function)
			for i, b := range use.Bindings {
				if b == address && i < len(g.FreeVars) {
					inner := &object{x: o.x, n: o.n, made: o.made, seen: o.seen}
					inner.read(g.FreeVars[i], path)
				}
			}
		default:
			out = out || !o.later(r)
		}
	}
	if out {
		o.elsewhere(address, path, whole)
	}
}

// later: the address goes away after the load only.
func (o *object) later(use ssa.Instruction) bool {
	return o.load != nil && use.Parent() == o.load.Parent() && !reaches(use, o.load)
}

// elsewhere adds what other functions may store through a pointer to the object.
func (o *object) elsewhere(address ssa.Value, path []step, whole bool) {
	x := o.x
	if whole {
		pointee := address.Type().Underlying().(*types.Pointer).Elem()
		if len(path) == 0 {
			x.inflow(o.n, x.memoryNode(pointee), address.Parent(), address.Pos())
			if why := x.leaves(address); why != "" {
				x.inflow(o.n, unknown(why), address.Parent(), address.Pos())
			}
		} else {
			x.inflow(o.n, x.anyObject(path), address.Parent(), address.Pos())
		}
		return
	}
	key := path[0].key()
	o.storedBy(x.index.fields[key], path[1:])
	o.throughParts(path, 0)
	// Somebody may overwrite the whole object through a pointer.
	name := structName(path[0].owner)
	o.storedBy(x.index.memory[name], path)
	if at, ok := x.index.boxed[name]; ok && filled(path) {
		if at.Value == address || !made(at.Value) {
			x.inflow(o.n, x.filledByReflection(at), at.Func, at.Pos)
		}
	}
}

// storedBy adds what code elsewhere stores, where its pointers can lead here.
func (o *object) storedBy(stores []Store, path []step) {
	for _, s := range stores {
		if !s.local && o.x.mayMean(s.Into, o.made) {
			o.x.inflow(o.n, o.x.contentOf(s.Value, path, nil), s.Func, s.Pos)
		}
	}
}

// throughParts adds what may be stored through a pointer to a part of the object, the fields up to `at` of the path.
func (o *object) throughParts(path []step, at int) {
	x := o.x
	for _, t := range x.index.taken[path[at].key()] {
		if t.local || !x.mayMean(t.Into, o.made) {
			continue
		}
		part := path[at].fieldType()
		if at+1 == len(path) || isPointer(part) || structType(part) == nil {
			x.inflow(o.n, x.anyObject(path), t.Func, t.Pos)
			return
		}
		o.storedBy(x.index.fields[path[at+1].key()], path[at+2:])
		name := structName(path[at+1].owner)
		o.storedBy(x.index.memory[name], path[at+1:])
		if b, ok := x.index.boxed[name]; ok && filled(path[at+1:]) {
			x.inflow(o.n, x.filledByReflection(b), b.Func, b.Pos)
		}
		o.throughParts(path, at+1)
		return
	}
}

// filled: reflection gets to the last field of the path.
func filled(path []step) bool {
	for _, s := range path {
		if !structType(s.owner).Field(s.field).Exported() || !decodable(s.fieldType()) {
			return false
		}
	}
	return true
}

func made(v ssa.Value) bool {
	_, ok := v.(*ssa.Alloc)
	return ok
}

// first: every use of the object but the filling of its fields comes after the store.
func first(s *ssa.Store, address ssa.Value) bool {
	root := address
	for {
		f, ok := root.(*ssa.FieldAddr)
		if !ok {
			break
		}
		root = f.X
	}
	if _, ok := root.(*ssa.Alloc); !ok {
		return false
	}
	return after(s, root)
}

func after(s *ssa.Store, v ssa.Value) bool {
	for _, r := range *v.Referrers() {
		switch use := r.(type) {
		case *ssa.DebugRef:
		case *ssa.FieldAddr:
			if !after(s, use) {
				return false
			}
		case *ssa.Store:
			if use.Addr != v && !before(s, use) {
				return false
			}
		case *ssa.Phi: // used at the end of the block that it comes from
			for i, e := range use.Edges {
				if e == v && !before(s, last(use.Block().Preds[i])) {
					return false
				}
			}
		default:
			if !before(s, r) {
				return false
			}
		}
	}
	return true
}

func before(a, b ssa.Instruction) bool {
	if a.Block() != b.Block() {
		return a.Block().Dominates(b.Block())
	}
	for _, i := range a.Block().Instrs {
		if i == a {
			return true
		}
		if i == b {
			return false
		}
	}
	return false
}
