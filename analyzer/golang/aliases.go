package main

import (
	"go/token"

	"golang.org/x/tools/go/ssa"
)

// Which objects a pointer can mean. Where an object's address leaves the function that makes it, others may store into it:
// any store into this field of this type, as far as types say. Most of these are about other objects, and following
// their pointers back to where those are made shows it: through variables, parameters, results, fields of any object of a
// type. What comes out of containers, of the standard library or of an entry point may be anything.

const mostOrigins = 600 // values that are looked at for one pointer

// origins are the allocations that a pointer can lead into.
type origins struct {
	made map[*ssa.Alloc]bool
	open bool // or anything
}

// mayMean: a store through the pointer can change this object.
func (x *extractor) mayMean(pointer ssa.Value, object *ssa.Alloc) bool {
	if object == nil || pointer == nil {
		return true
	}
	pointer = baseOf(pointer)
	known := x.originsOf[pointer]
	if known == nil {
		s := originSearch{x: x, seen: map[ssa.Value]bool{}, fields: map[string]bool{}, found: &origins{made: map[*ssa.Alloc]bool{}}}
		s.from(pointer)
		known = s.found
		x.originsOf[pointer] = known
	}
	return known.open || known.made[object]
}

// baseOf is the object that an address leads into.
func baseOf(v ssa.Value) ssa.Value {
	for {
		switch w := v.(type) {
		case *ssa.FieldAddr:
			v = w.X
		case *ssa.IndexAddr:
			if !isPointer(w.X.Type()) {
				return v
			}
			v = w.X
		default:
			return v
		}
	}
}

type originSearch struct {
	x      *extractor
	seen   map[ssa.Value]bool
	fields map[string]bool
	found  *origins
}

func (s *originSearch) from(v ssa.Value) {
	v = baseOf(v)
	if s.found.open || s.seen[v] {
		return
	}
	if s.seen[v] = true; len(s.seen) > mostOrigins {
		s.found.open = true
		return
	}
	switch v := v.(type) {
	case *ssa.Const:
	case *ssa.Alloc:
		s.found.made[v] = true
	case *ssa.Phi:
		for _, e := range v.Edges {
			s.from(e)
		}
	case *ssa.ChangeType:
		s.from(v.X)
	case *ssa.ChangeInterface:
		s.from(v.X)
	case *ssa.MakeInterface:
		s.from(v.X)
	case *ssa.TypeAssert:
		s.from(v.X)
	case *ssa.Field:
		s.field(fieldName(v.X.Type(), v.Field))
	case *ssa.UnOp:
		s.load(v)
	case *ssa.Parameter:
		s.parameter(v)
	case *ssa.FreeVar:
		s.captured(v, s.from)
	case *ssa.Call:
		s.result(v, 0)
	case *ssa.Extract:
		switch tuple := v.Tuple.(type) {
		case *ssa.Call:
			s.result(tuple, v.Index)
		case *ssa.TypeAssert:
			s.from(tuple.X)
		default:
			s.found.open = true
		}
	default:
		s.found.open = true
	}
}

func (s *originSearch) load(v *ssa.UnOp) {
	if v.Op != token.MUL {
		s.found.open = true
		return
	}
	switch a := v.X.(type) {
	case *ssa.FieldAddr:
		s.field(fieldName(a.X.Type(), a.Field))
	case *ssa.Global:
		if s.x.index.kept[a] || inStandardPackage(a) {
			s.found.open = true
			return
		}
		s.all(s.x.index.globals[a])
	case *ssa.Alloc, *ssa.FreeVar:
		s.variable(a)
	default:
		s.found.open = true
	}
}

func inStandardPackage(g *ssa.Global) bool { return g.Pkg == nil || isStandard(g.Pkg.Pkg) }

func (s *originSearch) all(stores []Store) {
	for _, store := range stores {
		s.from(store.Value)
	}
}

// field: what any object's field of this name holds.
func (s *originSearch) field(key string) {
	if s.fields[key] {
		return
	}
	s.fields[key] = true
	owner, name := cutLast(key)
	if standardName(owner) || len(s.x.index.taken[key]) > 0 {
		s.found.open = true
		return
	}
	s.all(s.x.index.fields[key])
	for _, from := range s.x.index.copies[owner] { // which has the same fields, or it could not be converted
		s.field(from + "." + name)
	}
}

// variable: what is stored into a local one, also by the closures that captured it.
func (s *originSearch) variable(address ssa.Value) {
	if captured, ok := address.(*ssa.FreeVar); ok {
		s.captured(captured, s.variable)
		return
	}
	made, ok := address.(*ssa.Alloc)
	if !ok {
		s.found.open = true
		return
	}
	stores, all := storesInto(made, nil)
	s.found.open = s.found.open || !all
	for _, store := range stores {
		s.from(store.Val)
	}
}

func (s *originSearch) captured(v *ssa.FreeVar, visit func(ssa.Value)) {
	closures := s.x.index.closures[v.Parent()]
	if len(closures) == 0 {
		s.found.open = true
	}
	for _, c := range closures {
		if b := binding(c, v); b != nil {
			visit(b)
		}
	}
}

func (s *originSearch) parameter(p *ssa.Parameter) {
	f := p.Parent()
	node := s.x.program.Graph.Nodes[f]
	if s.x.rootName(f) != "" || node == nil || len(node.In) == 0 {
		s.found.open = true
		return
	}
	for _, e := range node.In {
		if e.Site == nil || inStandard(e.Caller.Func) {
			s.found.open = true
			return
		}
		args := arguments(e.Site.Common(), f)
		for i, q := range f.Params {
			if q == p && i < len(args) {
				s.from(args[i])
			}
		}
	}
}

func (s *originSearch) result(c *ssa.Call, result int) {
	callees := s.x.index.callees[c]
	if static := c.Common().StaticCallee(); static != nil {
		callees = []*ssa.Function{static}
	}
	if len(callees) == 0 {
		s.found.open = true
	}
	for _, f := range callees {
		if inStandard(f) || len(f.Blocks) == 0 {
			s.found.open = true
			return
		}
		for _, b := range f.Blocks {
			if ret, ok := last(b).(*ssa.Return); ok && result < len(ret.Results) {
				s.from(ret.Results[result])
			}
		}
	}
}
