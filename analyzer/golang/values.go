package main

import (
	"go/constant"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"
)

const (
	exprDepth = 6   // an expression deeper than this continues in a node of its own
	maxStores = 200 // an element type stored to more often says nothing about one element
)

func (x *extractor) value(v ssa.Value) *Expr { return x.valueIn(v, nil) }

func (x *extractor) valueIn(v ssa.Value, in *frame) *Expr {
	x.level++
	defer func() { x.level-- }()
	in = in.within(v)
	if x.level > exprDepth && v.Parent() != nil {
		return x.laterNode(v, in)
	}
	switch v := v.(type) {
	case *ssa.Const:
		return constantExpr(v)
	case *ssa.Parameter:
		if a := in.argument(v); a != nil {
			return x.valueIn(a, in.outer)
		}
		return x.paramNode(v)
	case *ssa.FreeVar:
		return x.freeNode(v)
	case *ssa.Function:
		return x.functionExpr(v)
	case *ssa.MakeClosure:
		return x.functionExpr(v.Fn.(*ssa.Function))
	case *ssa.MakeMap, *ssa.MakeChan, *ssa.MakeSlice:
		return &Expr{Addr: &Expr{Op: "make"}} // what is put into it is its element node's affair
	case *ssa.Alloc:
		return x.alloc(v, in)
	case *ssa.Global:
		return &Expr{Addr: x.globalNode(v)}
	case *ssa.Phi:
		return x.localNode(v, in)
	case *ssa.Convert:
		return x.valueIn(v.X, in)
	case *ssa.MultiConvert:
		return x.valueIn(v.X, in)
	case *ssa.ChangeType:
		return x.valueIn(v.X, in)
	case *ssa.ChangeInterface:
		return x.valueIn(v.X, in)
	case *ssa.MakeInterface:
		if e := x.stage(v, in); e != nil {
			return e
		}
		if f := x.unwrapped(v); f != nil {
			return either([]*Expr{x.valueIn(v.X, in), x.resultNode(f, 0, nil)})
		}
		return x.valueIn(v.X, in)
	case *ssa.SliceToArrayPointer:
		return x.valueIn(v.X, in)
	case *ssa.TypeAssert:
		if v.CommaOk {
			return either([]*Expr{x.valueIn(v.X, in), {Nil: true}})
		}
		return x.valueIn(v.X, in)
	case *ssa.UnOp:
		return x.unop(v, in)
	case *ssa.BinOp:
		return x.binop(v, in)
	case *ssa.FieldAddr:
		if e := x.alias(v.X, v.Field, in); e != nil {
			return e
		}
		return &Expr{Addr: x.fieldsOf(v.X, []step{{v.X.Type(), v.Field}}, in)}
	case *ssa.Field:
		if e := x.alias(v.X, v.Field, in); e != nil {
			return e
		}
		return x.fieldsOf(v.X, []step{{v.X.Type(), v.Field}}, in)
	case *ssa.IndexAddr:
		return &Expr{Addr: x.element(v.X, in)}
	case *ssa.Index:
		return x.element(v.X, in)
	case *ssa.Lookup:
		if e := x.held(v.X, v.Index, in); e != nil {
			return e
		}
		if v.CommaOk {
			return either([]*Expr{x.element(v.X, in), {Zero: true}})
		}
		return x.element(v.X, in)
	case *ssa.Slice:
		if a, ok := v.X.(*ssa.Alloc); ok && isArray(a) {
			return x.literal(a, in)
		}
		if v.Low == nil && v.High == nil {
			return x.valueIn(v.X, in)
		}
		return &Expr{Op: "slice"}
	case *ssa.Extract:
		if e := x.address(v, in); e != nil {
			return &Expr{Addr: e}
		}
		return x.extract(v, in)
	case *ssa.Call:
		return x.call(v, 0, in)
	}
	return unknown("not followed: " + strings.TrimPrefix(strings.TrimPrefix(typeOf(v), "*ssa."), "ssa."))
}

func typeOf(v ssa.Value) string {
	switch v.(type) {
	case *ssa.Select:
		return "select"
	case *ssa.Range:
		return "range"
	case *ssa.Builtin:
		return "builtin"
	}
	return "value"
}

func constantExpr(c *ssa.Const) *Expr {
	if c.Value == nil {
		if c.IsNil() {
			return &Expr{Nil: true}
		}
		return &Expr{Zero: true}
	}
	return constantOf(constantText(c))
}

func constantText(c *ssa.Const) string {
	if c.Value == nil {
		return "nil"
	}
	if c.Value.Kind() == constant.String {
		return constant.StringVal(c.Value)
	}
	return c.Value.ExactString()
}

// alias: the fields that hold a request's parts stand for the request.
func (x *extractor) alias(base ssa.Value, field int, in *frame) *Expr {
	if x.sameFields[fieldName(base.Type(), field)] {
		return x.valueIn(base, in)
	}
	return nil
}

// aliased is the request whose part is loaded from `base`, a request or a variable that holds one.
func (x *extractor) aliased(base ssa.Value, load ssa.Instruction, in *frame) *Expr {
	if a, ok := base.(*ssa.Alloc); ok {
		if e := x.variableAt(a, load, in); e != nil {
			return e
		}
	}
	return x.valueIn(base, in)
}

func (x *extractor) unop(u *ssa.UnOp, in *frame) *Expr {
	switch u.Op {
	case token.MUL:
		switch a := u.X.(type) {
		case *ssa.FieldAddr:
			if x.sameFields[fieldName(a.X.Type(), a.Field)] {
				return x.aliased(a.X, u, in)
			}
			return x.loadedFrom(a, nil, u, in)
		case *ssa.Global:
			if x.wasTested(u, a) {
				return &Expr{Addr: x.globalNode(a)}
			}
			return x.globalNode(a)
		case *ssa.IndexAddr:
			return x.element(a.X, in)
		case *ssa.Alloc:
			if e := x.variableAt(a, u, in); e != nil {
				return e
			}
			return pointee(x.alloc(a, in))
		case *ssa.FreeVar:
			return x.capturedNode(a)
		}
		return pointee(x.valueIn(u.X, in))
	case token.ARROW:
		if u.CommaOk {
			return either([]*Expr{x.element(u.X, in), {Zero: true}})
		}
		return x.element(u.X, in)
	}
	return &Expr{Op: u.Op.String()}
}

// wasTested: no run comes to this load of a variable that is nil, as in `if client == nil { panic("...") }; return client`.
func (x *extractor) wasTested(load *ssa.UnOp, g *ssa.Global) bool {
	if !isPointer(load.Type()) || x.index.kept[g] {
		return false
	}
	for _, s := range x.index.globals[g] {
		if isNilConst(s.Value) {
			return false // somebody may take it away again
		}
	}
	for child, d := load.Block(), load.Block().Idom(); d != nil; child, d = d, d.Idom() {
		branch, ok := last(d).(*ssa.If)
		if !ok || len(child.Preds) != 1 || d.Succs[0] == d.Succs[1] || !asksForNil(branch.Cond) {
			continue
		}
		test := branch.Cond.(*ssa.BinOp)
		before, ok := test.X.(*ssa.UnOp)
		if ok && before.Op == token.MUL && before.X == g && (d.Succs[0] == child) == (test.Op == token.NEQ) {
			return true
		}
	}
	return false
}

func (x *extractor) binop(b *ssa.BinOp, in *frame) *Expr {
	if t, ok := b.Type().Underlying().(*types.Basic); ok && b.Op == token.ADD && t.Info()&types.IsString != 0 {
		var parts []*Expr
		for _, side := range []ssa.Value{b.X, b.Y} {
			if e := x.valueIn(side, in); len(e.Cat) > 0 {
				parts = append(parts, e.Cat...)
			} else {
				parts = append(parts, e)
			}
		}
		return &Expr{Cat: parts}
	}
	return &Expr{Op: b.Op.String()}
}

func (x *extractor) extract(v *ssa.Extract, in *frame) *Expr {
	switch tuple := v.Tuple.(type) {
	case *ssa.Call:
		return x.call(tuple, v.Index, in)
	case *ssa.TypeAssert, *ssa.Lookup, *ssa.UnOp:
		if v.Index == 0 {
			return x.valueIn(tuple.(ssa.Value), in)
		}
		if l, ok := tuple.(*ssa.Lookup); ok {
			if e := x.held(l.X, l.Index, in); e != nil {
				return e
			}
		}
		return &Expr{Op: "ok"}
	case *ssa.Next:
		r, ok := tuple.Iter.(*ssa.Range)
		if !ok || tuple.IsString {
			return &Expr{Op: "range over a string"}
		}
		switch v.Index {
		case 1:
			return x.keyNode(r.X.Type())
		case 2:
			return x.element(r.X, in)
		}
		return &Expr{Op: "more"}
	}
	return unknown("not followed: " + typeOf(v.Tuple))
}

// element is what a container holds: exactly for a local array, else by the container's type.
func (x *extractor) element(container ssa.Value, in *frame) *Expr {
	if a, ok := container.(*ssa.Alloc); ok && isArray(a) {
		return either(x.listed(a, in))
	}
	if s, ok := container.(*ssa.Slice); ok {
		if a, ok := s.X.(*ssa.Alloc); ok && isArray(a) {
			return either(x.listed(a, in))
		}
	}
	if l, ok := container.(*ssa.Lookup); ok {
		if e := x.held(l.X, l.Index, in); e != nil {
			return e
		}
	}
	return x.elementNode(container.Type())
}
