package main

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// What a variable, a literal or an address that a function makes holds.

func pointee(e *Expr) *Expr {
	if e.Addr != nil {
		return e.Addr
	}
	return e
}

func isArray(a *ssa.Alloc) bool {
	_, ok := a.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Array)
	return ok
}

// listed gives what is stored into a local array, the body of a slice literal or of variadic arguments.
func (x *extractor) listed(a *ssa.Alloc, in *frame) []*Expr {
	list := []*Expr{}
	if x.listing[a] {
		return list // elements made of one another
	}
	x.listing[a] = true
	defer delete(x.listing, a)
	for _, v := range elements(a) {
		list = append(list, x.valueIn(v, in))
	}
	return list
}

func (x *extractor) literal(a *ssa.Alloc, in *frame) *Expr {
	if list := x.listed(a, in); len(list) > 0 {
		return &Expr{List: list}
	}
	if x.stageKindFor(a.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Array).Elem()) != nil {
		return &Expr{Zero: true} // a list without stages
	}
	if a.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Array).Len() == 0 {
		return &Expr{Addr: &Expr{Zero: true}} // there, and empty
	}
	return &Expr{Addr: &Expr{Op: "array"}}
}

func (x *extractor) alloc(a *ssa.Alloc, in *frame) *Expr {
	t := a.Type().Underlying().(*types.Pointer).Elem()
	if isArray(a) {
		return x.literal(a, in)
	}
	if in != nil && len(in.callee.Blocks) == 1 && !madeUnsafe(a) { // what is stored is what is there
		var stored []*Expr
		for _, r := range *a.Referrers() {
			if s, ok := r.(*ssa.Store); ok && s.Addr == a && !x.listing[a] {
				x.listing[a] = true
				stored = append(stored, x.valueIn(s.Val, in))
				delete(x.listing, a)
			}
		}
		if len(stored) == 1 {
			return &Expr{Addr: stored[0]}
		}
	}
	if _, ok := t.Underlying().(*types.Struct); ok && !x.storedWhole(a) {
		if address := x.address(a, in); address != nil {
			return &Expr{Addr: address}
		}
		return &Expr{New: typeName(t)}
	}
	return &Expr{Addr: x.localNode(a, in)}
}

// madeUnsafe: the variable's address becomes an unsafe pointer, and what is stored through that is not seen.
func madeUnsafe(a *ssa.Alloc) bool {
	for _, r := range *a.Referrers() {
		if _, ok := r.(*ssa.Convert); ok {
			return true
		}
	}
	return false
}

// storedWhole: a copy of another struct stands for what that one stands for. A copy of a URL is a value of its own:
// writing to it changes no request.
func (x *extractor) storedWhole(a *ssa.Alloc) bool {
	if structName(a.Type()) == "net/url.URL" {
		return false
	}
	for _, r := range *a.Referrers() {
		if s, ok := r.(*ssa.Store); ok && s.Addr == a {
			return true
		}
	}
	return false
}

// address is the text of a URL that a function puts together, or parses and adds to; nil for other URLs.
func (x *extractor) address(v ssa.Value, in *frame) *Expr {
	if structName(v.Type()) != "net/url.URL" || x.addressing[v] {
		return nil
	}
	x.addressing[v] = true
	defer delete(x.addressing, v)
	text := &Expr{Op: "address"}
	parsed := false
	if part, ok := v.(*ssa.Extract); ok && part.Index == 0 {
		if c, ok := part.Tuple.(*ssa.Call); ok {
			if f := c.Common().StaticCallee(); f != nil && f.String() == "net/url.Parse" {
				text, parsed = x.valueIn(c.Common().Args[0], in), true
			}
		}
	}
	if _, made := v.(*ssa.Alloc); !made && !parsed {
		return nil
	}
	var queries []*Expr
	for _, r := range *v.Referrers() {
		if whole, ok := r.(*ssa.Store); ok && whole.Addr == v { // a literal that was made beside it
			if load, ok := whole.Val.(*ssa.UnOp); ok && load.Op == token.MUL {
				if e := x.address(load.X, in); e != nil {
					text = e
					parsed = true
				}
			}
		}
		field, ok := r.(*ssa.FieldAddr)
		if !ok || structType(v.Type()).Field(field.Field).Name() != "RawQuery" {
			continue
		}
		for _, use := range *field.Referrers() {
			if s, ok := use.(*ssa.Store); ok && s.Addr == field {
				queries = append(queries, x.valueIn(s.Val, in))
			}
		}
	}
	if len(queries) == 0 {
		if parsed {
			return text
		}
		return nil
	}
	question := "?"
	return &Expr{Cat: []*Expr{text, {Const: &question}, either(queries)}}
}
