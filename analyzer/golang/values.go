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
			return x.globalNode(a)
		case *ssa.IndexAddr:
			return x.element(a.X, in)
		case *ssa.Alloc:
			if e := x.variableAt(a, u, in); e != nil {
				return e
			}
			return pointee(x.alloc(a, in))
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

func (x *extractor) call(c *ssa.Call, result int, in *frame) *Expr {
	common := c.Common()
	if b, ok := common.Value.(*ssa.Builtin); ok {
		if b.Name() == "append" && x.isStageList(c.Type()) {
			return &Expr{Seq: []*Expr{x.valueIn(common.Args[0], in), x.valueIn(common.Args[1], in)}}
		}
		if b.Name() == "append" {
			if list, ok := common.Args[1].(*ssa.Slice); ok {
				if a, ok := list.X.(*ssa.Alloc); ok && isArray(a) {
					if added := x.listed(a, in); len(added) > 0 { // never empty, whatever was there before
						return &Expr{Seq: []*Expr{x.valueIn(common.Args[0], in), {List: added}}}
					}
				}
			}
			return either([]*Expr{x.valueIn(common.Args[0], in), x.valueIn(common.Args[1], in)})
		}
		return &Expr{Op: b.Name()}
	}
	if id := x.requestIDs[c]; id != 0 && result == 0 {
		return &Expr{Request: id}
	}
	if e := x.contextNode(c); e != nil {
		return e
	}
	if e := x.headerQuestion(c, in); e != nil {
		return e
	}
	callees := x.index.callees[c]
	if static := common.StaticCallee(); static != nil {
		callees = []*ssa.Function{static}
		if plainName(static) == "(net/http.Header).Get" {
			if e := x.held(common.Args[0], common.Args[1], in); e != nil {
				return e
			}
		}
		if plainName(static) == "(*net/url.URL).String" {
			if e := x.address(common.Args[0], in); e != nil {
				return e
			}
		}
	}
	if f := in.function(common.Value); f != nil && !common.IsInvoke() {
		callees = []*ssa.Function{f}
	}
	if arg, ok := x.standsFor(c, callees, result); ok {
		if args := arguments(common, nil); arg < len(args) {
			if len(callees) > 0 && x.isCopying(callees[0]) && !x.sentOn(c) {
				return &Expr{Op: "a copy that is not sent"}
			}
			return x.valueIn(args[arg], in)
		}
	}
	if len(callees) == 0 {
		if isError(common.Signature().Results().At(result).Type()) {
			return &Expr{Op: "unresolved call " + text(c)} // no code that is known gives an error back here
		}
		return unknown("unresolved call " + text(c))
	}
	if name := plainName(callees[0]); name == "fmt.Errorf" || name == "errors.Join" {
		return x.wrapped(common.Args, in)
	}
	in = in.within(c)
	if len(callees) == 1 && inline(callees[0]) {
		if inner := x.enter(c, callees[0], in); inner != nil {
			return x.inlined(callees[0], result, inner)
		}
	}
	var choices []*Expr
	for _, f := range callees {
		failure := isError(f.Signature.Results().At(result).Type())
		switch {
		case inStandard(f) || len(f.Blocks) == 0 || failure && x.outside(f):
			choices = append(choices, &Expr{Op: plainName(f)})
		case failure && !takesErrors(f):
			choices = append(choices, x.resultNode(f, result, nil)) // the same for all of its calls
		default:
			choices = append(choices, x.resultNode(f, result, x.enter(c, f, in)))
		}
	}
	return either(choices)
}

// takesErrors: which error the function gives back may hang on what it is handed, an error or something to run.
func takesErrors(f *ssa.Function) bool {
	for _, p := range f.Params {
		if _, ok := p.Type().Underlying().(*types.Signature); ok || isError(p.Type()) || implementsError(p.Type()) {
			return true
		}
	}
	return false
}

// standsFor: the result is the same request as one of the call's arguments.
func (x *extractor) standsFor(c *ssa.Call, callees []*ssa.Function, result int) (argument int, ok bool) {
	names := []string{x.calledName(c)}
	if len(callees) > 0 {
		names = append(names, plainName(callees[0]))
	}
	results := c.Common().Signature().Results()
	for _, name := range names {
		if argument, ok = x.sameArg[name]; ok && result == 0 {
			return argument, true
		}
		if argument, ok = x.failArg[name]; ok && isError(results.At(result).Type()) {
			return argument, true
		}
	}
	return 0, false
}

// inline: one block, so no conditions, loops or phis.
func inline(f *ssa.Function) bool {
	return len(f.Blocks) == 1 && len(f.FreeVars) == 0 && f.Signature.Results().Len() > 0
}

func (x *extractor) inlined(f *ssa.Function, result int, inner *frame) *Expr {
	ret, ok := last(f.Blocks[0]).(*ssa.Return)
	if !ok {
		return unknown("never returns: " + x.functionName(f))
	}
	return x.valueIn(ret.Results[result], inner)
}

// arguments pairs a call with a callee's parameters: a receiver is argument 0.
func arguments(common *ssa.CallCommon, f *ssa.Function) []ssa.Value {
	if common.IsInvoke() {
		return append([]ssa.Value{common.Value}, common.Args...)
	}
	return common.Args
}

// plainName is a function's name without type arguments.
func plainName(f *ssa.Function) string {
	if o := f.Origin(); o != nil {
		f = o
	}
	return f.String()
}

// text writes a value as a person would, for guards and messages.
func text(v ssa.Value) string { return textTo(v, 6) }

func textTo(v ssa.Value, depth int) string {
	if depth == 0 {
		return "..."
	}
	switch v := v.(type) {
	case *ssa.Const:
		if v.Value == nil {
			return "nil"
		}
		return v.Value.String()
	case *ssa.Parameter, *ssa.FreeVar:
		return v.Name()
	case *ssa.Global:
		return v.Name()
	case *ssa.Function:
		return v.Name()
	case *ssa.Alloc:
		if v.Comment != "" {
			return v.Comment
		}
	case *ssa.Phi:
		if v.Comment != "" {
			return v.Comment
		}
	case *ssa.FieldAddr:
		return textTo(v.X, depth-1) + "." + structType(v.X.Type()).Field(v.Field).Name()
	case *ssa.Field:
		return textTo(v.X, depth-1) + "." + structType(v.X.Type()).Field(v.Field).Name()
	case *ssa.UnOp:
		if v.Op == token.MUL {
			switch v.X.(type) {
			case *ssa.FieldAddr, *ssa.Alloc, *ssa.Global, *ssa.IndexAddr, *ssa.FreeVar:
				return textTo(v.X, depth-1)
			}
			return "*" + textTo(v.X, depth-1)
		}
		return v.Op.String() + textTo(v.X, depth-1)
	case *ssa.BinOp:
		return textTo(v.X, depth-1) + " " + v.Op.String() + " " + textTo(v.Y, depth-1)
	case *ssa.Convert:
		return textTo(v.X, depth)
	case *ssa.ChangeType:
		return textTo(v.X, depth)
	case *ssa.MakeInterface:
		return textTo(v.X, depth)
	case *ssa.TypeAssert:
		return textTo(v.X, depth) + ".(type)"
	case *ssa.Extract:
		switch t := v.Tuple.(type) {
		case *ssa.Next:
			return []string{"more", "key", "value"}[v.Index]
		case *ssa.Call:
			return textTo(t, depth)
		case *ssa.TypeAssert:
			return textTo(t, depth)
		case *ssa.Lookup:
			return textTo(t, depth)
		}
	case *ssa.Lookup:
		return textTo(v.X, depth-1) + "[" + textTo(v.Index, depth-1) + "]"
	case *ssa.IndexAddr:
		return textTo(v.X, depth-1) + "[" + textTo(v.Index, depth-1) + "]"
	case *ssa.Call:
		c := v.Common()
		var args []string
		list, name := c.Args, c.Value.Name()
		if c.IsInvoke() {
			name = textTo(c.Value, depth-1) + "." + c.Method.Name()
		} else if f := c.StaticCallee(); f != nil {
			name = f.Name()
			if f.Signature.Recv() != nil && len(list) > 0 {
				name, list = textTo(list[0], depth-1)+"."+f.Name(), list[1:]
			}
		}
		for _, a := range list {
			args = append(args, textTo(a, depth-1))
		}
		return name + "(" + strings.Join(args, ", ") + ")"
	}
	return v.Name()
}
