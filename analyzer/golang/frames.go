package main

import (
	"fmt"
	"go/token"

	"golang.org/x/tools/go/ssa"
)

const (
	frameDepth  = 4   // helpers are read once a call, and so many calls are told apart
	frameBlocks = 60  // and if they are no bigger than this
	mostCallers = 200 // a parameter that more calls fill says nothing about one of them
)

// frame is a function read for one of its calls: its parameters are that call's arguments, so that callers do not mix.
// nil is a function read for all of its calls.
type frame struct {
	frameKey
	depth int
	id    string
}

// frameKey is the call, or the object that a method is called on, and the frame that it stands in.
type frameKey struct {
	call   ssa.CallInstruction
	callee *ssa.Function
	self   ssa.Value
	outer  *frame
}

// enter gives the frame of a call, nil if the callee is to be read for all calls together: it is big, or called by itself.
func (x *extractor) enter(call ssa.CallInstruction, callee *ssa.Function, outer *frame) *frame {
	if len(callee.Blocks) == 0 || len(callee.Blocks) > frameBlocks || len(callee.FreeVars) > 0 || inStandard(callee) {
		return nil
	}
	for f := outer; f != nil; f = f.outer {
		if f.callee == callee {
			return nil
		}
	}
	if call.Parent() == callee {
		return nil
	}
	if outer != nil && outer.depth == frameDepth {
		outer = x.nearest(outer, frameDepth-1)
	}
	return x.frameOf(frameKey{call: call, callee: callee, outer: outer})
}

// method gives the frame of a method that is called on this object, wherever that is.
func (x *extractor) method(f *ssa.Function, self ssa.Value, outer *frame) *frame {
	return x.frameOf(frameKey{callee: f, self: self, outer: outer})
}

func (x *extractor) frameOf(key frameKey) *frame {
	f := x.frames[key]
	if f == nil {
		f = &frame{frameKey: key, depth: 1, id: fmt.Sprintf(" @%d", len(x.frames)+1)}
		if key.outer != nil {
			f.depth = key.outer.depth + 1
		}
		x.frames[key] = f
	}
	return f
}

// nearest forgets the calls that are farthest away: their callers mix, and not those of the call that is read.
func (x *extractor) nearest(f *frame, calls int) *frame {
	if f == nil || calls == 0 {
		return nil
	}
	key := f.frameKey
	key.outer = x.nearest(f.outer, calls-1)
	return x.frameOf(key)
}

// name tells nodes of one function's frames apart.
func (f *frame) name() string {
	if f == nil {
		return ""
	}
	return f.id
}

// argument is what the frame's call hands over, nil where the frame is not of that function.
func (f *frame) argument(p *ssa.Parameter) ssa.Value {
	if f == nil || p.Parent() != f.callee {
		return nil
	}
	if f.self != nil {
		if p == f.callee.Params[0] {
			return f.self
		}
		return nil
	}
	args := arguments(f.call.Common(), f.callee)
	for i, q := range f.callee.Params {
		if q == p && i < len(args) {
			return args[i]
		}
	}
	return nil
}

// function is the function that this frame's call handed over for a parameter, through frames around it; nil where it is
// none that is named there.
func (f *frame) function(v ssa.Value) *ssa.Function {
	for {
		switch w := v.(type) {
		case *ssa.Parameter:
			if v = f.argument(w); v == nil {
				return nil
			}
			f = f.outer
		case *ssa.ChangeType:
			v = w.X
		case *ssa.MakeClosure:
			return w.Fn.(*ssa.Function)
		case *ssa.Function:
			return w
		default:
			return nil
		}
		f = f.within(v)
	}
}

// within is the frame of a value: closures and what is not of the frame's function are read for all calls.
func (f *frame) within(v ssa.Value) *frame {
	if f != nil && v.Parent() == f.callee {
		return f
	}
	return nil
}

type nilness int

const (
	mayBeNil nilness = iota
	isNil
	notNil
)

// nilnessOf knows what a call hands over for sure.
func nilnessOf(v ssa.Value, in *frame) nilness {
	switch v := v.(type) {
	case *ssa.Const:
		if v.IsNil() {
			return isNil
		}
	case *ssa.Alloc, *ssa.FieldAddr, *ssa.IndexAddr, *ssa.Global, *ssa.MakeMap, *ssa.MakeSlice, *ssa.MakeClosure, *ssa.Function, *ssa.MakeInterface:
		return notNil
	case *ssa.ChangeType:
		return nilnessOf(v.X, in)
	case *ssa.Parameter:
		if a := in.argument(v); a != nil {
			return nilnessOf(a, in.outer.within(a))
		}
	case *ssa.Call:
		callee := v.Call.StaticCallee()
		if callee == nil || len(callee.Blocks) != 1 {
			break
		}
		if ret, ok := last(callee.Blocks[0]).(*ssa.Return); ok && len(ret.Results) == 1 {
			if n := nilnessOf(ret.Results[0], nil); n != mayBeNil {
				return n
			}
		}
	}
	return mayBeNil
}

// excluded: in this frame no run comes to the block, since a test of an argument against nil leads elsewhere.
func (f *frame) excluded(b *ssa.BasicBlock) bool {
	if f == nil || b.Parent() != f.callee {
		return false
	}
	for child, d := b, b.Idom(); d != nil; child, d = d, d.Idom() {
		if len(child.Preds) == 1 && f.contradicts(d, child) {
			return true
		}
	}
	return false
}

// excludedEdge: the same of the way from one block to its successor.
func (f *frame) excludedEdge(from, to *ssa.BasicBlock) bool {
	return f.excluded(from) || f != nil && from.Parent() == f.callee && f.contradicts(from, to)
}

func (f *frame) contradicts(from, to *ssa.BasicBlock) bool {
	branch, ok := last(from).(*ssa.If)
	if !ok || from.Succs[0] == from.Succs[1] {
		return false
	}
	test, ok := branch.Cond.(*ssa.BinOp)
	if !ok || test.Op != token.EQL && test.Op != token.NEQ {
		return false
	}
	if c, ok := test.Y.(*ssa.Const); !ok || !c.IsNil() {
		return false
	}
	known := nilnessOf(test.X, f)
	if known == mayBeNil {
		return false
	}
	holds := (known == isNil) == (test.Op == token.EQL)
	return from.Succs[0] == to != holds
}
