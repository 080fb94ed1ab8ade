package main

import "golang.org/x/tools/go/ssa"

// Some libraries send a request through a pipeline together with the function that is to judge and decode its response
// (a responder). One policy calls all of these functions, and by the call graph each of them gets every response. But
// where the function stands in the very call that sends, its response is that request's.

// sent is a request on its way with its function.
type sent struct {
	request ssa.Value
	call    *ssa.Call
}

// findAnswered finds the functions that get the response of the requests that they are sent with, and of no other: every
// closure that is made of them is part of a call that sends.
func (x *extractor) findAnswered() {
	found := map[*ssa.Function][]sent{}
	seen := map[*ssa.MakeClosure]bool{}
	for _, f := range x.program.Functions {
		if inStandard(f) || x.outside(f) {
			continue
		}
		for _, b := range f.Blocks {
			for _, instr := range b.Instrs {
				c, ok := instr.(*ssa.Call)
				if !ok {
					continue
				}
				rule := x.sendings[x.calledName(c)].rule
				args := arguments(c.Common(), nil)
				if rule.Answer == 0 || rule.Answer >= len(args) || rule.Request >= len(args) {
					continue
				}
				for _, closure := range closuresIn(args[rule.Answer], 6) {
					if !seen[closure] {
						seen[closure] = true
						g := closure.Fn.(*ssa.Function)
						found[g] = append(found[g], sent{args[rule.Request], c})
					}
				}
			}
		}
	}
	for f, sends := range found {
		if len(sends) == len(x.index.closures[f]) {
			x.answered[f] = sends
		}
	}
}

// closuresIn are the closures that a value is made of: one itself, or fields of a struct that is made here.
func closuresIn(v ssa.Value, depth int) []*ssa.MakeClosure {
	if depth == 0 {
		return nil
	}
	switch v := v.(type) {
	case *ssa.MakeClosure:
		return []*ssa.MakeClosure{v}
	case *ssa.MakeInterface:
		return closuresIn(v.X, depth-1)
	case *ssa.ChangeType:
		return closuresIn(v.X, depth-1)
	case *ssa.UnOp:
		return closuresIn(v.X, depth-1)
	case *ssa.Alloc:
		var list []*ssa.MakeClosure
		for _, r := range *v.Referrers() {
			if field, ok := r.(*ssa.FieldAddr); ok {
				for _, rr := range *field.Referrers() {
					if s, ok := rr.(*ssa.Store); ok && s.Addr == field {
						list = append(list, closuresIn(s.Val, depth-1)...)
					}
				}
			}
		}
		return list
	}
	return nil
}
