package main

import (
	"fmt"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// A node is a value that several functions share. Nodes are made when an expression names them, and each one's inflows
// are written once, so that the facts hold the backward slice of what requests are built from and nothing else.
type node struct {
	id     int
	kind   string // field, param, result, free, global, local, element, key, memory
	name   string
	parent *ssa.Function // of param, result, free and local
	filled bool          // a field that no object is without, a variable with an initial value
	expand func(*node)
}

type flowFact struct {
	K     string `json:"k"`
	To    int    `json:"to"`
	From  *Expr  `json:"from"`
	Func  int    `json:"fn,omitempty"`
	At    string `json:"at,omitempty"`
	Site  int    `json:"site,omitempty"` // of a parameter: which call, so that its arguments stay together
	Guard *Guard `json:"guard,omitempty"`
	How   string `json:"how,omitempty"` // of a parameter: "dynamic" where the callee was one of several
}

func (x *extractor) node(kind, name string, parent *ssa.Function, expand func(*node)) *Expr {
	key := kind + " " + name
	n := x.nodes[key]
	if n == nil {
		n = &node{id: len(x.nodes) + 1, kind: kind, name: name, parent: parent, expand: expand}
		x.nodes[key] = n
		x.queue = append(x.queue, n)
		if parent != nil {
			x.funcID(parent)
		}
	}
	return &Expr{Node: n.id}
}

func (x *extractor) inflow(n *node, from *Expr, f *ssa.Function, pos token.Pos) {
	fact := flowFact{K: "flow", To: n.id, From: from, At: x.position(pos)}
	if f != nil {
		fact.Func = x.funcID(f)
	}
	x.flowFacts = append(x.flowFacts, fact)
}

// filledByReflection: what a decoder was given it fills, and of anything else nobody knows.
func (x *extractor) filledByReflection(at Store) *Expr {
	if at.decoded {
		return &Expr{Op: "decoded from a body"}
	}
	return unknown("may be filled by reflection, handed over in " + at.Func.String())
}

// decodable: reflection finds no type to make a value of for an interface that asks for methods, nor code for a function.
func decodable(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Interface:
		return u.NumMethods() == 0
	case *types.Signature, *types.Chan:
		return false
	}
	return true
}

func (x *extractor) stores(n *node, list []Store) {
	if len(list) > maxStores {
		x.inflow(n, &Expr{Op: fmt.Sprintf("one of %d stores", len(list))}, nil, token.NoPos)
		return
	}
	for _, s := range list {
		x.inflow(n, x.value(s.Value), s.Func, s.Pos)
	}
}

func (x *extractor) fieldNode(t types.Type, field int) *Expr {
	s := structType(t)
	owner, name := structName(t), s.Field(field).Name()
	fieldType := s.Field(field).Type()
	exported := s.Field(field).Exported()
	return x.namedField(owner, name, fieldType, exported)
}

func (x *extractor) namedField(owner, name string, fieldType types.Type, exported bool) *Expr {
	key := owner + "." + name
	return x.node("field", key, nil, func(n *node) {
		n.filled = x.index.alwaysFilled(owner, name)
		if standardName(owner) {
			x.inflow(n, &Expr{Op: "field of the standard library"}, nil, token.NoPos)
			return
		}
		x.unseen(n)
		x.stores(n, x.index.fields[key])
		for _, from := range x.index.copies[owner] {
			x.inflow(n, x.namedField(from, name, fieldType, exported), nil, token.NoPos)
		}
		if at, ok := x.index.boxed[owner]; ok && exported && decodable(fieldType) {
			x.inflow(n, x.filledByReflection(at), at.Func, at.Pos)
		}
		if taken := x.index.taken[key]; len(taken) > 0 {
			x.inflow(n, x.memoryNode(fieldType), taken[0].Func, taken[0].Pos)
			for _, t := range taken {
				if why := x.leaves(t.Value); why != "" {
					x.inflow(n, unknown(why), t.Func, t.Pos)
				}
			}
		}
	})
}

// unseen: code that is not read may have stored anything there.
func (x *extractor) unseen(n *node) {
	if x.config.Open {
		x.inflow(n, &Expr{Op: "whatever the caller has put there"}, nil, token.NoPos)
	}
}

// isRequest: a type that holds a whole request, or a pointer to one, by whatever name.
func (x *extractor) isRequest(t types.Type) bool {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	return x.wraps[typeName(t)]
}

// leaves: an address that goes where its stores are not seen.
func (x *extractor) leaves(address ssa.Value) string {
	for _, r := range *address.Referrers() {
		switch use := r.(type) {
		case *ssa.MakeInterface:
			if !readsOnly(use) && len(askedAs(use)) == 0 {
				return "its address is put into an interface at " + x.position(use.Pos())
			}
		case ssa.CallInstruction:
			if f := use.Common().StaticCallee(); f != nil && inStandard(f) && f.Signature.Recv() == nil {
				return "its address is handed to " + plainName(f)
			}
		}
	}
	return ""
}

func (x *extractor) globalNode(g *ssa.Global) *Expr {
	return x.node("global", g.String(), nil, func(n *node) {
		if isStandard(g.Pkg.Pkg) {
			x.inflow(n, &Expr{Op: g.String()}, nil, token.NoPos)
			return
		}
		x.stores(n, x.index.globals[g])
		for _, s := range x.index.globals[g] {
			n.filled = n.filled || s.Func.Synthetic == "package initializer" // before anything else runs
		}
		if x.index.kept[g] {
			pointee := g.Type().Underlying().(*types.Pointer).Elem()
			if _, basic := pointee.Underlying().(*types.Basic); basic {
				x.inflow(n, &Expr{Op: "set through a pointer, as flags are"}, nil, token.NoPos)
			} else {
				x.inflow(n, x.memoryNode(pointee), nil, token.NoPos)
			}
		}
	})
}

func (x *extractor) elementNode(container types.Type) *Expr {
	if p, ok := container.Underlying().(*types.Pointer); ok {
		container = p.Elem()
	}
	name := typeName(container)
	var elem types.Type
	switch c := container.Underlying().(type) {
	case *types.Slice:
		elem = c.Elem()
	case *types.Array:
		elem = c.Elem()
	case *types.Chan:
		elem = c.Elem()
	case *types.Map:
		return x.containerNode("element", name, x.index.elements)
	}
	if elem == nil {
		return &Expr{Op: "element of " + name}
	}
	if _, basic := elem.(*types.Basic); basic {
		return &Expr{Op: "element of " + name}
	}
	return x.containerNode("element", name, x.index.elements)
}

func (x *extractor) keyNode(m types.Type) *Expr {
	return x.containerNode("key", typeName(m), x.index.keys)
}

func (x *extractor) memoryNode(pointee types.Type) *Expr {
	return x.containerNode("memory", typeName(pointee), x.index.memory)
}

// containerNode is for places that are told by a type only.
func (x *extractor) containerNode(kind, name string, places map[string][]Store) *Expr {
	return x.node(kind, name, nil, func(n *node) {
		x.unseen(n)
		x.stores(n, places[name])
	})
}

// localNode is a variable that is stored to more than once, is captured or comes from several blocks.
func (x *extractor) localNode(v ssa.Value, in *frame) *Expr {
	f := v.Parent()
	in = in.within(v)
	name := x.functionName(f) + in.name() + "#" + v.Name()
	if c, ok := v.(interface{ Name() string }); ok && c != nil {
		switch l := v.(type) {
		case *ssa.Alloc:
			name += " " + l.Comment
		case *ssa.Phi:
			name += " " + l.Comment
		}
	}
	return x.node("local", name, f, func(n *node) {
		switch l := v.(type) {
		case *ssa.Phi:
			x.atJoin(n, l, in, func(e ssa.Value) *Expr { return x.valueIn(e, in) })
		case *ssa.Alloc:
			x.cell(n, l, in, map[ssa.Value]bool{})
			if !filledAtOnce(l) && !x.config.Open {
				x.inflow(n, &Expr{Zero: true}, f, l.Pos())
			}
			if why := x.leaves(l); why != "" {
				x.inflow(n, unknown(why), f, l.Pos())
			}
		}
	})
}

// laterNode continues an expression that has grown too deep to be read, or shares its parts too often.
func (x *extractor) laterNode(v ssa.Value, in *frame) *Expr {
	switch v := v.(type) {
	case *ssa.Parameter:
		if in == nil {
			return x.paramNode(v)
		}
	case *ssa.FreeVar:
		return x.freeNode(v)
	case *ssa.Phi:
		return x.localNode(v, in)
	}
	f := v.Parent()
	name := x.functionName(f) + in.name() + "#" + v.Name()
	return x.node("local", name, f, func(n *node) { x.inflow(n, x.valueIn(v, in), f, v.Pos()) })
}

// filledAtOnce: a store comes before every other use of the variable.
func filledAtOnce(a *ssa.Alloc) bool {
	if structType(a.Type().Underlying().(*types.Pointer).Elem()) != nil && !isPointer(a.Type().Underlying().(*types.Pointer).Elem()) {
		return true // which its fields say
	}
	for _, r := range *a.Referrers() {
		if s, ok := r.(*ssa.Store); ok && s.Addr == a && first(s, a) {
			return true
		}
	}
	return false
}

// cell finds the stores to a local, in its function and in the closures that captured it.
func (x *extractor) cell(n *node, address ssa.Value, in *frame, seen map[ssa.Value]bool) {
	if seen[address] {
		return
	}
	seen[address] = true
	f := address.Parent()
	for _, r := range *address.Referrers() {
		switch use := r.(type) {
		case *ssa.Store:
			if use.Addr == address && !in.excluded(use.Block()) {
				x.inflow(n, x.valueIn(use.Val, in), f, use.Pos())
			}
		case *ssa.Convert:
			x.inflow(n, &Expr{Op: "through an unsafe pointer"}, f, use.Pos())
		case *ssa.MakeInterface:
			for _, asked := range askedAs(use) {
				x.inflow(n, x.valueIn(asked, in), f, use.Pos())
			}
		case *ssa.MakeClosure:
			g := use.Fn.(*ssa.Function)
			for i, b := range use.Bindings {
				if b == address && i < len(g.FreeVars) {
					x.cell(n, g.FreeVars[i], nil, seen)
				}
			}
		case ssa.CallInstruction:
			if !use.Common().IsInvoke() && use.Common().StaticCallee() != nil && !inStandard(use.Common().StaticCallee()) {
				x.inflow(n, x.memoryNode(address.Type().Underlying().(*types.Pointer).Elem()), f, use.Pos())
			}
		}
	}
}

func (x *extractor) freeNode(v *ssa.FreeVar) *Expr {
	f := v.Parent()
	at := -1
	for i, fv := range f.FreeVars {
		if fv == v {
			at = i
		}
	}
	return x.node("free", x.functionName(f)+"^"+v.Name(), f, func(n *node) {
		for _, c := range x.index.closures[f] {
			x.inflow(n, x.value(c.Bindings[at]), c.Parent(), c.Pos())
		}
	})
}

// capturedNode is what a variable that a closure captured holds.
func (x *extractor) capturedNode(v *ssa.FreeVar) *Expr {
	f := v.Parent()
	return x.node("local", x.functionName(f)+"^*"+v.Name(), f, func(n *node) {
		for _, c := range x.index.closures[f] {
			switch b := binding(c, v).(type) {
			case nil:
			case *ssa.FreeVar:
				x.inflow(n, x.capturedNode(b), c.Parent(), c.Pos())
			default:
				x.inflow(n, pointee(x.value(b)), c.Parent(), c.Pos())
			}
		}
	})
}

func (x *extractor) resultNode(f *ssa.Function, result int, in *frame) *Expr {
	return x.node("result", fmt.Sprintf("%s:%d%s", x.functionName(f), result, in.name()), f, func(n *node) {
		x.eachReturn(f, result, in, func(v ssa.Value, ret *ssa.Return) { x.returned(n, x.valueIn(v, in), ret, in) })
	})
}

func (x *extractor) paramNode(v *ssa.Parameter) *Expr {
	f := v.Parent()
	at := -1
	for i, p := range f.Params {
		if p == v {
			at = i
		}
	}
	return x.node("param", fmt.Sprintf("%s(%s)", x.functionName(f), v.Name()), f, func(n *node) { x.paramFlows(n, f, at) })
}

func (x *extractor) paramFlows(n *node, f *ssa.Function, at int) {
	if root := x.rootName(f); root != "" {
		if x.config.Open && x.isRequest(f.Params[at].Type()) {
			x.inflow(n, &Expr{Every: true}, f, f.Pos()) // a policy, and whose requests pass it is not seen
		} else {
			x.inflow(n, &Expr{Op: "argument of root " + root}, f, f.Pos())
		}
	}
	if sends := x.answered[f]; len(sends) > 0 && at == 0 {
		for _, s := range sends {
			x.inflow(n, x.value(s.request), s.call.Parent(), s.call.Pos())
		}
		return
	}
	callers := x.program.Graph.Nodes[f]
	if callers == nil {
		return
	}
	standard := false
	for _, e := range sortedIn(callers) {
		if e.Site == nil {
			continue
		}
		if inStandard(e.Caller.Func) {
			standard = true
			continue
		}
		args := arguments(e.Site.Common(), f)
		if at >= len(args) {
			continue
		}
		fact := flowFact{K: "flow", To: n.id, From: x.value(args[at]), Func: x.funcID(e.Caller.Func),
			At: x.position(e.Site.Pos()), Site: x.siteID(e.Site, f)}
		if x.requestTypes[typeName(f.Params[at].Type())] && mayBeRequest(fact.From) {
			fact.Guard = x.guard(e.Site.Block(), x.madeBefore(fact.From, e.Site))
		}
		if e.Site.Common().StaticCallee() == nil {
			fact.How = "dynamic"
		}
		x.flowFacts = append(x.flowFacts, fact)
	}
	if !standard {
		return
	}
	if typeName(f.Params[at].Type()) == "*net/http.Request" {
		x.inflow(n, &Expr{Every: true}, f, f.Pos())
	} else {
		x.inflow(n, &Expr{Op: "argument from the standard library"}, f, f.Pos())
	}
}
