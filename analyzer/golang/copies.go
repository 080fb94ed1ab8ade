package main

import (
	"fmt"
	"go/token"
	"go/types"
	"sort"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// A function that gives back the same request may do so by making a copy: a retry policy sends a new copy at each
// try, a log policy masks secrets in a copy that it prints and throws away. What is written to the first goes out, what is
// written to the second does not. So a copy stands for the request where some way leads from it to a call that may send
// it, or to a place where it is lost from sight.

// copying functions of the standard library.
var copying = map[string]bool{"(*net/http.Request).Clone": true}

func (x *extractor) isCopying(f *ssa.Function) bool {
	name := plainName(f)
	return copying[name] || x.copies[name]
}

// sentOn: the copy that a call makes may be sent.
func (x *extractor) sentOn(c *ssa.Call) bool {
	known, seen := x.sentCopies[c]
	if !seen {
		known = x.mayLeave(c, map[ssa.Value]bool{})
		x.sentCopies[c] = known
	}
	return known
}

// mayLeave follows a request forwards.
func (x *extractor) mayLeave(v ssa.Value, seen map[ssa.Value]bool) bool {
	if seen[v] || v.Referrers() == nil {
		return false
	}
	seen[v] = true
	for _, r := range *v.Referrers() {
		switch use := r.(type) {
		case *ssa.DebugRef, *ssa.BinOp, *ssa.If:
		case *ssa.Store:
			if use.Val != v {
				continue
			}
			local := localRoot(use.Addr)
			if local == nil || x.mayLeave(local, seen) {
				return true
			}
		case *ssa.FieldAddr:
			if x.holdsRequest(use.Type()) && x.mayLeave(use, seen) {
				return true
			}
		case *ssa.Field:
			if x.holdsRequest(use.Type()) && x.mayLeave(use, seen) {
				return true
			}
		case *ssa.UnOp:
			if use.Op == token.MUL && x.holdsRequest(use.Type()) && x.mayLeave(use, seen) {
				return true
			}
		case *ssa.Phi, *ssa.ChangeType, *ssa.Extract:
			if x.mayLeave(use.(ssa.Value), seen) {
				return true
			}
		case *ssa.Return:
			if x.returnedMayLeave(use, v, seen) {
				return true
			}
		case *ssa.Call:
			if x.callMayLeave(use, v, seen) {
				return true
			}
		default:
			return true
		}
	}
	return false
}

// holdsRequest: a request, or a pointer to a place that holds one.
func (x *extractor) holdsRequest(t types.Type) bool {
	if x.isRequest(t) {
		return true
	}
	p, ok := t.Underlying().(*types.Pointer)
	return ok && x.isRequest(p.Elem())
}

// localRoot is the variable of a function that an address is in; nil for other addresses.
func localRoot(address ssa.Value) *ssa.Alloc {
	for {
		switch a := address.(type) {
		case *ssa.Alloc:
			return a
		case *ssa.FieldAddr:
			address = a.X
		default:
			return nil
		}
	}
}

func (x *extractor) returnedMayLeave(ret *ssa.Return, v ssa.Value, seen map[ssa.Value]bool) bool {
	node := x.program.Graph.Nodes[ret.Parent()]
	if node == nil || x.rootName(ret.Parent()) != "" || len(node.In) > mostCallers {
		return true
	}
	for at, result := range ret.Results {
		if result != v {
			continue
		}
		for _, e := range node.In {
			call, ok := e.Site.(*ssa.Call)
			if !ok {
				return true
			}
			if len(ret.Results) == 1 {
				if x.mayLeave(call, seen) {
					return true
				}
				continue
			}
			for _, r := range *call.Referrers() {
				if part, ok := r.(*ssa.Extract); ok && part.Index == at && x.mayLeave(part, seen) {
					return true
				}
			}
		}
	}
	return false
}

func (x *extractor) callMayLeave(c *ssa.Call, v ssa.Value, seen map[ssa.Value]bool) bool {
	f := c.Common().StaticCallee()
	if f == nil {
		_, builtin := c.Common().Value.(*ssa.Builtin)
		return !builtin
	}
	name := plainName(f)
	if _, sends := x.sendings[name]; sends {
		return true
	}
	if arg, ok := x.sameArg[name]; ok {
		if inStandard(f) && !strings.HasPrefix(name, "(*net/http.Request).") {
			return name == "(*net/http.Client).Do"
		}
		if args := c.Common().Args; arg < len(args) && args[arg] == v && x.mayLeave(c, seen) {
			return true
		}
		if !x.isCopying(f) {
			return !inStandard(f) && len(f.Blocks) > 0 && x.parametersMayLeave(f, c, v, seen)
		}
		return false
	}
	if inStandard(f) {
		return f.Name() == "RoundTrip" || f.Name() == "Do"
	}
	return len(f.Blocks) == 0 || x.parametersMayLeave(f, c, v, seen)
}

func (x *extractor) parametersMayLeave(f *ssa.Function, c *ssa.Call, v ssa.Value, seen map[ssa.Value]bool) bool {
	for i, a := range c.Common().Args {
		if a == v && i < len(f.Params) && x.mayLeave(f.Params[i], seen) {
			return true
		}
	}
	return false
}

// variableAt is what a variable of a function holds at the moment of a load: `req = req.Copy()` before it is all that
// the load sees. nil where the variable's stores are not all in sight.
func (x *extractor) variableAt(a *ssa.Alloc, load ssa.Instruction, in *frame) *Expr {
	if isArray(a) || x.config.Open || a.Parent() != load.Parent() {
		return nil
	}
	killing := map[ssa.Instruction]bool{}
	for _, r := range *a.Referrers() {
		switch use := r.(type) {
		case *ssa.DebugRef, *ssa.UnOp:
		case *ssa.Store:
			if use.Addr != a {
				return nil
			}
			killing[use] = true
		case *ssa.FieldAddr:
			for _, part := range *use.Referrers() {
				if _, read := part.(*ssa.UnOp); !read {
					return nil
				}
			}
		default:
			return nil
		}
	}
	if len(killing) == 0 {
		return nil
	}
	in = in.within(a)
	seen, fresh := reachingStores(a, killing, load, in)
	if len(seen) == 0 {
		return nil
	}
	stores := make([]*ssa.Store, 0, len(seen))
	for s := range seen {
		stores = append(stores, s)
	}
	sort.Slice(stores, func(i, j int) bool { return before(stores[i], stores[j]) })
	if len(stores) == 1 && !fresh {
		return x.valueIn(stores[0].Val, in)
	}
	name := fmt.Sprintf("%s%s#%s %s seen", x.functionName(a.Parent()), in.name(), a.Name(), a.Comment)
	for _, s := range stores {
		name += fmt.Sprintf(" %d", s.Pos())
	}
	return x.node("local", fmt.Sprintf("%s %v", name, fresh), a.Parent(), func(n *node) {
		for _, s := range stores {
			x.inflow(n, x.valueIn(s.Val, in), a.Parent(), s.Pos())
		}
		if fresh {
			x.inflow(n, &Expr{Zero: true}, nil, token.NoPos)
		}
	})
}
