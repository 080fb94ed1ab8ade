package main

import (
	"fmt"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// Fields of one object. A field's type-wide node (nodes.go) holds what any reachable code stores into that field of any
// object, so an option that one call of a library sets would seem set in all. Here the object is followed back to
// where it is made: through parameters to the calls, through results into the callee read for this call, through
// locals and fields of other objects. Where that ends (interfaces, containers, objects that another program part made)
// the type-wide node takes over, so nothing is lost.

const (
	longestPath   = 4  // fields deep
	guardedBlocks = 40 // the conditions of returns and joins are kept in functions that are no bigger
)

// step is one field of a struct type.
type step struct {
	owner types.Type // the struct, or a pointer to it
	field int
}

func (s step) key() string { return fieldName(s.owner, s.field) }

func (s step) fieldType() types.Type { return structType(s.owner).Field(s.field).Type() }

func prepend(t types.Type, field int, path []step) []step {
	return append([]step{{t, field}}, path...)
}

func pathKey(path []step) string {
	var parts []string
	for _, s := range path {
		parts = append(parts, s.key())
	}
	return strings.Join(parts, "|")
}

// anyObject: the last field of a path, whosever it is.
func (x *extractor) anyObject(path []step) *Expr {
	if len(path) > 1 && (x.endsInStages(path) || endsInSwitch(path)) {
		return x.anyHolder(path)
	}
	end := path[len(path)-1]
	return x.fieldNode(end.owner, end.field)
}

// fieldsOf is what the fields `path`, one in the other, of the object `base` hold; base is a struct or a pointer to one.
func (x *extractor) fieldsOf(base ssa.Value, path []step, in *frame) *Expr {
	if !x.followed(path) || x.config.Open {
		return x.anyObject(path)
	}
	switch b := base.(type) {
	case *ssa.FieldAddr:
		return x.fieldsOf(b.X, prepend(b.X.Type(), b.Field, path), in)
	case *ssa.Field:
		return x.fieldsOf(b.X, prepend(b.X.Type(), b.Field, path), in)
	case *ssa.UnOp:
		if b.Op == token.MUL {
			return x.loadedFrom(b.X, path, b, in)
		}
	case *ssa.Const:
		if b.IsNil() && len(path) == 1 && endsInSwitch(path) {
			return &Expr{Zero: true} // the default transport
		}
		if b.IsNil() {
			return &Expr{None: true} // no run reads behind it
		}
		return x.unstored(path)
	case *ssa.MakeInterface, *ssa.TypeAssert, *ssa.ChangeInterface:
		if x.endsInStages(path) || endsInSwitch(path) {
			return x.behindInterface(b, path, in)
		}
	case *ssa.Parameter:
		if a := in.argument(b); a != nil {
			return x.fieldsOf(a, path, in.outer.within(a))
		}
		return x.objectNode(b, path, nil, func(n *node) {
			x.parameterFields(n, b, path, func(given ssa.Value) *Expr { return x.fieldsOf(given, path, nil) })
		})
	case *ssa.Alloc:
		return x.fieldOfVariable(b, path, in)
	case *ssa.FreeVar:
		return x.objectNode(b, path, nil, func(n *node) {
			for _, c := range x.index.closures[b.Parent()] {
				if captured := binding(c, b); captured != nil {
					x.inflow(n, x.fieldsOf(captured, path, nil), c.Parent(), c.Pos())
				}
			}
		})
	case *ssa.Phi:
		in = in.within(b)
		return x.objectNode(b, path, in, func(n *node) {
			x.atJoin(n, b, in, func(e ssa.Value) *Expr { return x.fieldsOf(e, path, in) })
		})
	case *ssa.ChangeType:
		if from := structType(b.X.Type()); from != nil && len(path) > 0 && path[0].field < from.NumFields() {
			return x.fieldsOf(b.X, append([]step{{b.X.Type(), path[0].field}}, path[1:]...), in)
		}
	case *ssa.Call:
		return x.resultFields(b, 0, path, in)
	case *ssa.Extract:
		if c, ok := b.Tuple.(*ssa.Call); ok {
			return x.resultFields(c, b.Index, path, in)
		}
	}
	return x.anyObject(path)
}

// followed: a path that is not too long, and through no object of the standard library but a client and its transport.
func (x *extractor) followed(path []step) bool {
	if endsInSwitch(path) {
		return len(path) <= 2*longestPath
	}
	for _, s := range path {
		if standardName(structName(s.owner)) {
			return false
		}
	}
	return len(path) <= longestPath || len(path) <= longestPath+2 && x.endsInStages(path)
}

// behindInterface follows an object through interfaces, as long as what comes out is of the type that is asked for.
func (x *extractor) behindInterface(v ssa.Value, path []step, in *frame) *Expr {
	var from ssa.Value
	switch v := v.(type) {
	case *ssa.MakeInterface:
		if structName(v.X.Type()) != structName(path[0].owner) && endsInSwitch(path) {
			return x.ownTransport(v, path, in)
		}
		if structName(v.X.Type()) != structName(path[0].owner) {
			return &Expr{None: true} // of another type, whose own code handles it
		}
		from = v.X
	case *ssa.TypeAssert:
		if v.CommaOk {
			return x.anyObject(path)
		}
		from = v.X
	case *ssa.ChangeInterface:
		from = v.X
	}
	return x.fieldsOf(from, path, in)
}

// fieldOfVariable follows the content of a variable, which is an object or a pointer to one.
func (x *extractor) fieldOfVariable(address ssa.Value, path []step, in *frame) *Expr {
	switch a := address.(type) {
	case *ssa.FieldAddr:
		return x.fieldsOf(a.X, prepend(a.X.Type(), a.Field, path), in)
	case *ssa.Alloc:
		if isArray(a) {
			break
		}
		in = in.within(a)
		return x.objectNode(a, path, in, func(n *node) {
			o := &object{x: x, n: n, in: in, made: a, seen: map[ssa.Value]bool{}}
			o.read(a, path)
			if !o.surely {
				x.zeroUnless(n, a, path, nil, nil, in)
			}
		})
	case *ssa.FreeVar:
		return x.objectNode(a, path, nil, func(n *node) {
			for _, c := range x.index.closures[a.Parent()] {
				if captured := binding(c, a); captured != nil {
					x.inflow(n, x.fieldOfVariable(captured, path, nil), c.Parent(), c.Pos())
				}
			}
		})
	case *ssa.Global:
		if endsInSwitch(path) && a.Pkg != nil && isStandard(a.Pkg.Pkg) {
			return &Expr{Zero: true} // http.DefaultClient
		}
		held := a.Type().Underlying().(*types.Pointer).Elem()
		if stores := x.index.globals[a]; len(stores) > 0 && (isPointer(held) || types.IsInterface(held)) {
			return x.objectNode(a, path, nil, func(n *node) { x.storedFields(n, stores, path) })
		}
	case *ssa.Const:
		return &Expr{None: true} // no run reads behind nil
	case *ssa.Parameter, *ssa.Phi, *ssa.Call, *ssa.Extract, *ssa.UnOp:
		// A pointer to the object itself, whose copy is read.
		if p, ok := address.Type().Underlying().(*types.Pointer); ok && structType(p.Elem()) != nil && !isPointer(p.Elem()) {
			return x.fieldsOf(address, path, in)
		}
		return x.behindPointer(a, path, in)
	}
	return x.anyObject(path)
}

// behindPointer follows a pointer to a variable that holds a pointer or an interface: `use(*p)`.
func (x *extractor) behindPointer(address ssa.Value, path []step, in *frame) *Expr {
	switch a := address.(type) {
	case *ssa.Parameter:
		if given := in.argument(a); given != nil {
			return x.fieldOfVariable(given, path, in.outer.within(given))
		}
		return x.objectNode(a, path, nil, func(n *node) {
			x.parameterFields(n, a, path, func(given ssa.Value) *Expr { return x.fieldOfVariable(given, path, nil) })
		})
	case *ssa.Phi:
		in = in.within(a)
		return x.objectNode(a, path, in, func(n *node) {
			x.atJoin(n, a, in, func(e ssa.Value) *Expr { return x.fieldOfVariable(e, path, in) })
		})
	case *ssa.UnOp:
		variable, ok := a.X.(*ssa.Alloc)
		if !ok || a.Op != token.MUL {
			break
		}
		if stores, all := storesInto(variable, nil); all {
			return x.objectNode(a, path, in, func(n *node) {
				for _, s := range stores {
					x.inflow(n, x.fieldOfVariable(s.Val, path, in.within(s.Val)), s.Parent(), s.Pos())
				}
			})
		}
	}
	return x.anyObject(path)
}

// storesInto are the stores into a local variable, also by closures that captured it; false where its address goes
// anywhere else.
func storesInto(variable ssa.Value, stores []*ssa.Store) ([]*ssa.Store, bool) {
	for _, r := range *variable.Referrers() {
		switch use := r.(type) {
		case *ssa.Store:
			if use.Addr != variable {
				return nil, false
			}
			stores = append(stores, use)
		case *ssa.UnOp, *ssa.DebugRef:
		case *ssa.MakeClosure:
			g := use.Fn.(*ssa.Function)
			for i, b := range use.Bindings {
				if b != variable || i >= len(g.FreeVars) {
					continue
				}
				var all bool
				if stores, all = storesInto(g.FreeVars[i], stores); !all {
					return nil, false
				}
			}
		default:
			return nil, false
		}
	}
	return stores, true
}

// atJoin notes what comes to a join, with the condition of each way.
func (x *extractor) atJoin(n *node, p *ssa.Phi, in *frame, follow func(ssa.Value) *Expr) {
	for i, e := range p.Edges {
		if pred := p.Block().Preds[i]; !in.excludedEdge(pred, p.Block()) {
			x.flowFacts = append(x.flowFacts, flowFact{K: "flow", To: n.id, From: follow(e), Func: x.funcID(p.Parent()),
				At: x.position(last(pred).Pos()), Guard: x.joinGuard(pred, p.Block(), in)})
		}
	}
}

func isPointer(t types.Type) bool {
	_, ok := t.Underlying().(*types.Pointer)
	return ok
}

func binding(c *ssa.MakeClosure, v *ssa.FreeVar) ssa.Value {
	for i, fv := range c.Fn.(*ssa.Function).FreeVars {
		if fv == v && i < len(c.Bindings) {
			return c.Bindings[i]
		}
	}
	return nil
}

// objectNode is one per object, path and frame. People and rules know it by its last field.
func (x *extractor) objectNode(base ssa.Value, path []step, in *frame, expand func(*node)) *Expr {
	owner := base.Name()
	if f := base.Parent(); f != nil {
		owner = fmt.Sprintf("%p#%s%s", f, owner, in.name())
	}
	return x.pathNode(owner+"."+pathKey(path), path, base.Parent(), expand)
}

func (x *extractor) pathNode(key string, path []step, parent *ssa.Function, expand func(*node)) *Expr {
	e := x.node("path", key, parent, expand)
	n := x.nodes["path "+key]
	n.name = path[len(path)-1].key()
	return e
}

func (x *extractor) storedFields(n *node, stores []Store, path []step) {
	if len(stores) > maxStores {
		x.inflow(n, x.anyObject(path), nil, token.NoPos)
		return
	}
	for _, s := range stores {
		x.inflow(n, x.contentOf(s.Value, path, nil), s.Func, s.Pos)
	}
}

// contentOf is a stored value itself, or fields of it.
func (x *extractor) contentOf(v ssa.Value, path []step, in *frame) *Expr {
	if len(path) == 0 {
		return x.valueIn(v, in)
	}
	return x.fieldsOf(v, path, in)
}

func (x *extractor) parameterFields(n *node, p *ssa.Parameter, path []step, follow func(ssa.Value) *Expr) {
	f := p.Parent()
	at := -1
	for i, q := range f.Params {
		if q == p {
			at = i
		}
	}
	callers := x.program.Graph.Nodes[f]
	if x.rootName(f) != "" || callers == nil || len(callers.In) > mostCallers {
		x.inflow(n, x.anyObject(path), f, f.Pos())
		return
	}
	for _, e := range sortedIn(callers) {
		if e.Site == nil {
			continue
		}
		if inStandard(e.Caller.Func) {
			x.inflow(n, x.anyObject(path), f, f.Pos())
			continue
		}
		args := arguments(e.Site.Common(), f)
		if at >= len(args) {
			continue
		}
		fact := flowFact{K: "flow", To: n.id, From: follow(args[at]), Func: x.funcID(e.Caller.Func),
			At: x.position(e.Site.Pos()), Site: x.siteID(e.Site, f)}
		if e.Site.Common().StaticCallee() == nil {
			fact.How = "dynamic"
		}
		x.flowFacts = append(x.flowFacts, fact)
	}
}

func (x *extractor) resultFields(c *ssa.Call, result int, path []step, in *frame) *Expr {
	common := c.Common()
	if _, builtin := common.Value.(*ssa.Builtin); builtin || x.requestIDs[c] != 0 {
		return x.anyObject(path)
	}
	callees := x.index.callees[c]
	if static := common.StaticCallee(); static != nil {
		callees = []*ssa.Function{static}
	}
	if len(callees) == 0 || len(callees) > 8 {
		return x.anyObject(path)
	}
	if arg, ok := x.sameArg[plainName(callees[0])]; ok && result == 0 {
		if args := arguments(common, callees[0]); arg < len(args) {
			return x.anyObject(path)
		}
	}
	in = in.within(c)
	var choices []*Expr
	for _, f := range callees {
		if inStandard(f) || len(f.Blocks) == 0 {
			choices = append(choices, x.anyObject(path))
			continue
		}
		choices = append(choices, x.returnedFields(c, f, result, path, in))
	}
	return either(choices)
}

func (x *extractor) returnedFields(c *ssa.Call, f *ssa.Function, result int, path []step, in *frame) *Expr {
	inner := x.enter(c, f, in)
	key := fmt.Sprintf("%p:%d%s.%s", f, result, inner.name(), pathKey(path))
	return x.pathNode(key, path, f, func(n *node) {
		x.eachReturn(f, result, inner, func(v ssa.Value, ret *ssa.Return) {
			x.returned(n, x.fieldsOf(v, path, inner), ret, inner)
		})
	})
}

// eachReturn visits what a function gives back, except beside an error.
func (x *extractor) eachReturn(f *ssa.Function, result int, in *frame, visit func(ssa.Value, *ssa.Return)) {
	for _, b := range f.Blocks {
		ret, ok := last(b).(*ssa.Return)
		if !ok || result >= len(ret.Results) || in.excluded(b) {
			continue
		}
		if failing(ret) && result < len(ret.Results)-1 {
			continue // whoever gets an error doesn't use the rest
		}
		visit(ret.Results[result], ret)
	}
}

// returned notes what a function gives back in one place, with the condition of that place: `if o == nil { return nil }`
// gives no nil to a call that hands over an object.
func (x *extractor) returned(n *node, from *Expr, ret *ssa.Return, in *frame) {
	fact := flowFact{K: "flow", To: n.id, From: from, Func: x.funcID(ret.Parent()), At: x.position(ret.Pos())}
	if x.keepsConditions(ret.Parent(), in) {
		fact.Guard = x.plainGuard(ret.Block(), in)
	}
	x.flowFacts = append(x.flowFacts, fact)
}

// stored notes a store into a local object with its condition: `if o != nil { mine.Include = o.Include }` does nothing
// where nobody hands an o over.
func (x *extractor) stored(n *node, from *Expr, s *ssa.Store, in *frame) {
	fact := flowFact{K: "flow", To: n.id, From: from, Func: x.funcID(s.Parent()), At: x.position(s.Pos())}
	if f := s.Parent(); len(f.Blocks) > 1 && len(f.Blocks) <= guardedBlocks && !x.config.Open {
		fact.Guard = x.plainGuard(s.Block(), in)
	}
	x.flowFacts = append(x.flowFacts, fact)
}

// keepsConditions: of helpers that are read for one call the conditions of returns and of joins are kept.
func (x *extractor) keepsConditions(f *ssa.Function, in *frame) bool {
	return in != nil && in.callee == f && len(f.Blocks) > 1 && len(f.Blocks) <= guardedBlocks && !x.config.Open
}
