package main

import (
	"go/token"
	"go/types"
	"sort"

	"golang.org/x/tools/go/ssa"
)

// What a request's context can carry: which keys some code put into a context that leads to the request. Backwards from
// the argument that makes the request: through WithValue (one key more), the other functions that derive a context,
// parameters, results, variables and fields. So a value that one call puts into its own context is seen at this call's
// requests only, and at all others the stage that asks for it finds nothing.
//
// Where a context comes out of something else (a container, a call of unknown target), nobody knows what it carries.

// deriving functions of the standard library give a context that has all that their first argument has.
var deriving = map[string]bool{"context.WithCancel": true, "context.WithCancelCause": true, "context.WithTimeout": true,
	"context.WithTimeoutCause": true, "context.WithDeadline": true, "context.WithDeadlineCause": true,
	"context.WithoutCancel": true, "os/signal.NotifyContext": true}

type carrier struct {
	x       *extractor
	keys    map[string]bool
	unknown bool
	seen    map[any]bool
	work    []func()
}

// carried gives the keys in order; ok is false where something is not followed.
func (x *extractor) carried(ctx ssa.Value) (keys []string, ok bool) {
	c := &carrier{x: x, keys: map[string]bool{}, seen: map[any]bool{}}
	c.value(ctx, nil)
	for len(c.work) > 0 && !c.unknown {
		next := c.work[len(c.work)-1]
		c.work = c.work[:len(c.work)-1]
		next()
	}
	keys = []string{}
	for k := range c.keys {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys, !c.unknown && !c.keys[""]
}

// framed is a value as it is in a helper that was entered through one call: `ctx, end := StartSpan(ctx)` gives back the
// context of this call, and not those of all.
type framed struct {
	value ssa.Value
	in    *frame
}

func (c *carrier) value(v ssa.Value, in *frame) {
	in = in.within(v)
	if key := (framed{v, in}); !c.seen[key] {
		c.seen[key] = true
		c.work = append(c.work, func() { c.trace(v, in) })
	}
}

func (c *carrier) trace(v ssa.Value, in *frame) {
	switch v := v.(type) {
	case *ssa.Const:
	case *ssa.Parameter:
		if a := in.argument(v); a != nil {
			c.value(a, in.outer)
			return
		}
		c.parameter(v)
	case *ssa.FreeVar:
		for _, made := range c.x.index.closures[v.Parent()] {
			if captured := binding(made, v); captured != nil {
				c.value(captured, nil)
			}
		}
	case *ssa.Phi:
		for _, e := range v.Edges {
			c.value(e, in)
		}
	case *ssa.ChangeInterface:
		c.value(v.X, in)
	case *ssa.MakeInterface:
		if isStandard(namedPackage(v.X.Type())) {
			return // the background
		}
		c.unknown = true
	case *ssa.Extract:
		if call, ok := v.Tuple.(*ssa.Call); ok {
			c.call(call, v.Index, in)
			return
		}
		c.unknown = true
	case *ssa.Call:
		c.call(v, 0, in)
	case *ssa.UnOp:
		if v.Op == token.MUL {
			c.address(v.X, in)
			return
		}
		c.unknown = true
	case *ssa.Field:
		c.field(fieldName(v.X.Type(), v.Field))
	case *ssa.Alloc, *ssa.Global, *ssa.FieldAddr:
		c.address(v, in)
	default:
		c.unknown = true
	}
}

func (c *carrier) parameter(p *ssa.Parameter) {
	f := p.Parent()
	node := c.x.program.Graph.Nodes[f]
	if c.x.rootName(f) != "" || node == nil {
		return // whoever calls a root puts no key of the program into its context
	}
	for at, q := range f.Params {
		if q != p {
			continue
		}
		for _, e := range node.In {
			if e.Site == nil || inStandard(e.Caller.Func) {
				continue // a context that the standard library made
			}
			if args := arguments(e.Site.Common(), f); at < len(args) {
				c.value(args[at], nil)
			}
		}
	}
}

func (c *carrier) call(call *ssa.Call, result int, in *frame) {
	common := call.Common()
	callees := c.x.index.callees[call]
	if static := common.StaticCallee(); static != nil {
		callees = []*ssa.Function{static}
	}
	if len(callees) == 0 && !c.neverStored(common.Value) {
		c.unknown = true
	}
	for _, f := range callees {
		name := plainName(f)
		switch {
		case name == "context.WithValue":
			for _, key := range c.x.index.keysOf(common.Args[1], 3) {
				c.keys[key] = true
			}
			c.value(common.Args[0], in)
		case deriving[name]:
			c.value(common.Args[0], in)
		case name == "(*net/http.Request).Context":
			// Of the request that a stage is handed: what the request was made with.
		case inStandard(f):
			for _, a := range arguments(common, f) {
				if isContext(a.Type()) {
					c.value(a, in)
				}
			}
		case len(f.Blocks) == 0:
			c.unknown = true
		default:
			inner := c.x.enter(call, f, in)
			c.x.eachReturn(f, result, inner, func(v ssa.Value, _ *ssa.Return) { c.value(v, inner) })
		}
	}
}

// neverStored: a function in a field that no reachable code fills is never called.
func (c *carrier) neverStored(v ssa.Value) bool {
	if load, ok := v.(*ssa.UnOp); ok && load.Op == token.MUL {
		if f, ok := load.X.(*ssa.FieldAddr); ok {
			name := fieldName(f.X.Type(), f.Field)
			return len(c.x.index.fields[name]) == 0 && len(c.x.index.taken[name]) == 0
		}
	}
	if f, ok := v.(*ssa.Field); ok {
		return len(c.x.index.fields[fieldName(f.X.Type(), f.Field)]) == 0
	}
	return false
}

func isContext(t types.Type) bool { return typeName(t) == "context.Context" }

// address follows what a variable or a field holds.
func (c *carrier) address(a ssa.Value, in *frame) {
	switch a := a.(type) {
	case *ssa.FieldAddr:
		c.field(fieldName(a.X.Type(), a.Field))
	case *ssa.Global:
		for _, s := range c.x.index.globals[a] {
			c.value(s.Value, nil)
		}
	case *ssa.Alloc, *ssa.FreeVar:
		c.variable(a, in, map[ssa.Value]bool{})
	default:
		c.unknown = true
	}
}

// variable: its function's stores and those of closures.
func (c *carrier) variable(v ssa.Value, in *frame, seen map[ssa.Value]bool) {
	if seen[v] {
		return
	}
	seen[v] = true
	if free, ok := v.(*ssa.FreeVar); ok {
		for _, made := range c.x.index.closures[free.Parent()] {
			if captured := binding(made, free); captured != nil {
				if _, ok := captured.(*ssa.FreeVar); ok {
					c.variable(captured, nil, seen)
				} else if _, ok := captured.(*ssa.Alloc); ok {
					c.variable(captured, nil, seen)
				} else {
					c.address(captured, nil)
				}
			}
		}
	}
	for _, r := range *v.Referrers() {
		switch use := r.(type) {
		case *ssa.Store:
			if use.Addr == v {
				c.value(use.Val, in)
			}
		case *ssa.MakeClosure:
			g := use.Fn.(*ssa.Function)
			for i, b := range use.Bindings {
				if b == v && i < len(g.FreeVars) {
					c.variable(g.FreeVars[i], nil, seen)
				}
			}
		}
	}
}

func (c *carrier) field(name string) {
	if c.seen[name] {
		return
	}
	c.seen[name] = true
	for _, s := range c.x.index.fields[name] {
		c.value(s.Value, nil)
	}
	if len(c.x.index.taken[name]) > 0 {
		c.unknown = true
	}
}

func namedPackage(t types.Type) *types.Package {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	if named, ok := types.Unalias(t).(*types.Named); ok {
		return named.Obj().Pkg()
	}
	return nil
}
