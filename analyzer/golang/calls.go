package main

import (
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// What a call gives back: what its callees return, seen from this call where that is simple, or an argument that the
// result stands for.

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
	if len(callees) == 1 && result == 0 {
		if e := x.joined(c, callees[0], in); e != nil {
			return e
		}
	}
	if len(callees) == 0 {
		if isError(common.Signature().Results().At(result).Type()) {
			return &Expr{Op: "unresolved call " + text(c)} // no code that is known gives an error back here
		}
		return unknown("unresolved call " + text(c))
	}
	switch plainName(callees[0]) {
	case "fmt.Errorf", "errors.Join":
		return x.wrapped(common.Args, in)
	case "strings.Join":
		return &Expr{Join: x.valueIn(common.Args[0], in)}
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
