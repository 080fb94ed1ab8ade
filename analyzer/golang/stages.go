package main

import (
	"fmt"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
)

// Stages are what a request passes on its way out: a library keeps a list of handlers (policies, middleware), or of
// factories that make one for each request, and sends a request through all of them. Which stages a list has depends on
// how its client was made, so a list is followed as a value: its elements in order, what was appended behind them, and
// one alternative for each way that a variable can get its content.

// stageKind is an interface whose values are stages.
type stageKind struct {
	iface   *types.Interface
	method  *types.Func
	factory bool // the method makes a handler
}

// sending is a Pipeline rule with its names resolved.
type sending struct {
	rule  Pipeline
	owner types.Type // of the list's field
	field int
	last  []step // the way to the element behind the list; none: the list is all
}

// findStages resolves the rules of the libraries that take part. Of an open program nobody sees how clients are made.
func (x *extractor) findStages() error {
	if x.config.Open {
		return nil
	}
	known := map[string]*types.Package{}
	packages.Visit(x.load.Packages, nil, func(p *packages.Package) { known[p.PkgPath] = p.Types })
	for _, rule := range x.config.Sinks.Pipelines {
		holder, field := cutLast(rule.Stages)
		owner := namedType(known, holder)
		if owner == nil {
			continue // another library's
		}
		s := sending{rule: rule, owner: owner, field: fieldOf(owner, field)}
		if s.field < 0 {
			return fmt.Errorf("pipelines: %s has no field %s", holder, field)
		}
		for _, name := range rule.Sender {
			holder, field := cutLast(name)
			owner := namedType(known, holder)
			if owner == nil || fieldOf(owner, field) < 0 {
				return fmt.Errorf("pipelines: there is no %s", name)
			}
			s.last = append(s.last, step{owner, fieldOf(owner, field)})
		}
		if len(s.last) > 0 {
			x.senders[s.last[len(s.last)-1].key()] = true
		}
		x.sendings[rule.Send] = s
		for _, name := range []string{rule.Handler, rule.Factory} {
			if name == "" {
				continue
			}
			kind, err := stageKindOf(known, name)
			if err != nil {
				return err
			}
			kind.factory = name == rule.Factory
			x.stageKinds = append(x.stageKinds, kind)
		}
	}
	return nil
}

// fieldOf is the number of a struct's field, -1 where there is none.
func fieldOf(owner types.Type, name string) int {
	if fields, ok := owner.Underlying().(*types.Struct); ok {
		for i := 0; i < fields.NumFields(); i++ {
			if fields.Field(i).Name() == name {
				return i
			}
		}
	}
	return -1
}

func cutLast(name string) (before, after string) {
	i := strings.LastIndexByte(name, '.')
	return name[:i], name[i+1:]
}

func namedType(known map[string]*types.Package, name string) types.Type {
	pkg, typeName := cutLast(name)
	if known[pkg] == nil {
		return nil
	}
	if o := known[pkg].Scope().Lookup(typeName); o != nil {
		return o.Type()
	}
	return nil
}

// stageKindOf takes "(pkg.Interface).Method".
func stageKindOf(known map[string]*types.Package, name string) (stageKind, error) {
	holder, method := cutLast(name)
	t := namedType(known, strings.Trim(holder, "()"))
	if t == nil {
		return stageKind{}, fmt.Errorf("pipelines: there is no %s", holder)
	}
	iface, ok := t.Underlying().(*types.Interface)
	if !ok {
		return stageKind{}, fmt.Errorf("pipelines: %s is no interface", holder)
	}
	for i := 0; i < iface.NumMethods(); i++ {
		if m := iface.Method(i); m.Name() == method {
			return stageKind{iface: iface, method: m}, nil
		}
	}
	return stageKind{}, fmt.Errorf("pipelines: %s has no method %s", holder, method)
}

// stageKindFor is the kind that an interface type asks for, or more than that: a credential may be a factory too.
func (x *extractor) stageKindFor(t types.Type) *stageKind {
	if len(x.stageKinds) == 0 || !types.IsInterface(t) {
		return nil
	}
	known, seen := x.stageTypes[t]
	if !seen {
		for i := range x.stageKinds {
			if types.Implements(t, x.stageKinds[i].iface) {
				known = &x.stageKinds[i]
				break
			}
		}
		x.stageTypes[t] = known
	}
	return known
}

func (x *extractor) isStageList(t types.Type) bool {
	list, ok := t.Underlying().(*types.Slice)
	return ok && x.stageKindFor(list.Elem()) != nil
}

func (x *extractor) endsInStages(path []step) bool {
	if len(path) == 0 {
		return false
	}
	end := path[len(path)-1]
	return x.isStageList(end.fieldType()) || x.senders[end.key()]
}

// stage is a value that becomes a stage; nil for other conversions to interfaces.
func (x *extractor) stage(v *ssa.MakeInterface, in *frame) *Expr {
	kind := x.stageKindFor(v.Type())
	if kind == nil {
		return nil
	}
	if _, function := v.X.Type().Underlying().(*types.Signature); function {
		if !kind.factory {
			return &Expr{Stage: x.valueIn(v.X, in)}
		}
		if f := functionValue(v.X); f != nil {
			return &Expr{Stage: x.resultNode(f, 0, nil)}
		}
		return &Expr{Stage: unknown("a factory that is made at run time")}
	}
	f := x.program.SSA.LookupMethod(v.X.Type(), kind.method.Pkg(), kind.method.Name())
	switch {
	case f == nil:
		return &Expr{Stage: unknown("no method of " + typeName(v.X.Type()))}
	case kind.factory:
		return &Expr{Stage: x.resultNode(f, 0, nil)}
	}
	return x.withTransport(&Expr{Stage: &Expr{New: typeName(v.X.Type())}, Fn: x.funcID(f)}, f, v.X, in)
}

func functionValue(v ssa.Value) *ssa.Function {
	switch v := v.(type) {
	case *ssa.ChangeType:
		return functionValue(v.X)
	case *ssa.MakeClosure:
		return v.Fn.(*ssa.Function)
	case *ssa.Function:
		return v
	}
	return nil
}

// functionExpr names a function that may be a stage by its id too.
func (x *extractor) functionExpr(f *ssa.Function) *Expr {
	e := &Expr{New: "func " + x.functionName(f)}
	if x.handles(f) {
		e.Fn = x.funcID(f)
		return x.withTransport(e, f, nil, nil)
	}
	return e
}

// handles: a function with the signature of a handler.
func (x *extractor) handles(f *ssa.Function) bool {
	signature := types.NewSignatureType(nil, nil, nil, f.Signature.Params(), f.Signature.Results(), f.Signature.Variadic())
	for _, kind := range x.stageKinds {
		if !kind.factory && types.Identical(signature, kind.method.Signature()) {
			return true
		}
	}
	return false
}

// onward are the places where a stage hands its request to the next one; none for other functions.
func (x *extractor) onward(f *ssa.Function) []*ssa.BasicBlock {
	if !x.handles(f) {
		return nil
	}
	var blocks []*ssa.BasicBlock
	for _, b := range f.Blocks {
		for _, instr := range b.Instrs {
			if c, ok := instr.(*ssa.Call); ok && x.handsOn(c, 2) {
				blocks = append(blocks, b)
				break
			}
		}
	}
	return blocks
}

// handsOn: the call is one of a handler through its interface, or of a function of the library that makes one.
func (x *extractor) handsOn(c *ssa.Call, depth int) bool {
	common := c.Common()
	for _, kind := range x.stageKinds {
		if kind.factory {
			continue
		}
		if common.IsInvoke() && common.Method.Name() == kind.method.Name() && types.Implements(common.Value.Type(), kind.iface) {
			return true
		}
		f := common.StaticCallee()
		if f == nil || depth == 0 || packageOf(f) != kind.method.Pkg().Path() {
			continue
		}
		for _, b := range f.Blocks {
			for _, instr := range b.Instrs {
				if inner, ok := instr.(*ssa.Call); ok && x.handsOn(inner, depth-1) {
					return true
				}
			}
		}
	}
	return false
}

type sendFact struct {
	K       string `json:"k"`
	Request *Expr  `json:"request"`
	Through *Expr  `json:"through"`
	Func    int    `json:"fn"`
	At      string `json:"at"`
}

// sent notes a request that is sent through a list of stages.
func (x *extractor) sent(c *ssa.Call) {
	common := c.Common()
	name := ""
	if callee := common.StaticCallee(); callee != nil {
		name = plainName(callee)
	} else if common.IsInvoke() {
		name = fmt.Sprintf("(%s).%s", typeName(common.Value.Type()), common.Method.Name())
	}
	s, ok := x.sendings[name]
	args := arguments(common, nil)
	if !ok || s.rule.Request >= len(args) {
		return
	}
	through := x.fieldsOf(args[0], []step{{s.owner, s.field}}, nil)
	if len(s.last) > 0 {
		through = &Expr{Seq: []*Expr{through, {List: []*Expr{x.fieldsOf(args[0], s.last, nil)}}}}
	}
	x.siteFacts = append(x.siteFacts, sendFact{K: "send", Request: x.value(args[s.rule.Request]), Through: through, Func: x.funcID(c.Parent()), At: x.position(c.Pos())})
}

// unset is a field that nobody stored: an empty list, and nothing at all behind a nil pointer.
func unset(path []step) *Expr {
	for _, s := range path[:len(path)-1] {
		if s.key() == clientTransport {
			break // the default one
		}
		if structType(s.fieldType()) == nil || isPointer(s.fieldType()) {
			return &Expr{None: true}
		}
	}
	return &Expr{Zero: true}
}

// anyHolder follows the first field of a path in all objects of its type, and the rest as usual.
func (x *extractor) anyHolder(path []step) *Expr {
	return x.pathNode("any "+pathKey(path), path, nil, func(n *node) {
		first, rest := path[0], path[1:]
		owner := structName(first.owner)
		x.storedFields(n, x.index.fields[first.key()], rest)
		for _, from := range x.index.copies[owner] {
			if t := x.index.types[from]; t != nil {
				x.inflow(n, x.anyHolder(prepend(t, first.field, rest)), nil, token.NoPos)
			}
		}
		for _, s := range x.index.memory[owner] { // whole objects that are overwritten
			x.inflow(n, x.contentOf(s.Value, path, nil), s.Func, s.Pos)
		}
		if len(x.index.taken[first.key()]) > 0 && len(rest) > 0 && !isPointer(first.fieldType()) {
			for _, s := range x.index.fields[rest[0].key()] { // through a pointer to the part
				if !s.local {
					x.inflow(n, x.contentOf(s.Value, rest[1:], nil), s.Func, s.Pos)
				}
			}
		}
		if !x.index.alwaysFilled(owner, structType(first.owner).Field(first.field).Name()) {
			x.inflow(n, unset(path), nil, token.NoPos)
		}
	})
}

// held is what a header of a request has when the code asks for it, nil where it is not a request's.
func (x *extractor) held(header, key ssa.Value, in *frame) *Expr {
	if mapKind(header) != "header" || !ofRequest(header) {
		return nil
	}
	return &Expr{Held: x.valueIn(header, in), Key: x.valueIn(key, in)}
}

// headerQuestion: a helper that is handed a request's headers and a name, changes nothing, and gives back whether the
// header is there, or what it holds: `if has(req.Header, "x-id")`.
func (x *extractor) headerQuestion(c *ssa.Call, in *frame) *Expr {
	f := c.Common().StaticCallee()
	if f == nil || inStandard(f) || len(f.Params) != 2 || len(f.Blocks) == 0 || len(f.FreeVars) > 0 {
		return nil
	}
	results := f.Signature.Results()
	for i := 0; i < results.Len(); i++ {
		if b, ok := results.At(i).Type().Underlying().(*types.Basic); !ok || b.Info()&(types.IsBoolean|types.IsString) == 0 {
			return nil
		}
	}
	if results.Len() == 0 || !types.Identical(f.Params[0].Type().Underlying(), headerMap) && !types.Identical(f.Params[1].Type().Underlying(), headerMap) {
		return nil
	}
	header, key := c.Common().Args[0], c.Common().Args[1]
	if isString(header.Type()) {
		header, key = key, header
	}
	if !isString(key.Type()) {
		return nil
	}
	for _, b := range f.Blocks {
		for _, instr := range b.Instrs {
			if _, writes := instr.(*ssa.MapUpdate); writes {
				return nil
			}
		}
	}
	if wide, ok := header.(*ssa.ChangeType); ok {
		header = wide.X
	}
	return x.held(header, key, in)
}

var headerMap = types.NewMap(types.Typ[types.String], types.NewSlice(types.Typ[types.String]))

// contextNode is what a context may hold under a key: what any reachable code puts there, or nothing.
func (x *extractor) contextNode(c *ssa.Call) *Expr {
	common := c.Common()
	if x.config.Open || !common.IsInvoke() || common.Method.FullName() != "(context.Context).Value" {
		return nil
	}
	key := contextKey(common.Args[0])
	if key == "" {
		return nil
	}
	return x.node("context", key, nil, func(n *node) {
		x.inflow(n, &Expr{Nil: true}, nil, token.NoPos)
		x.stores(n, x.index.contexts[key])
		for _, s := range x.index.contexts[""] {
			if inStandard(s.Func) || x.outside(s.Func) {
				continue // a key of their own
			}
			x.inflow(n, unknown("a context's key that is made at run time"), s.Func, s.Pos)
		}
	})
}

// contextKey tells keys apart by their type, and texts and numbers without a type of their own by their value; empty where
// that is made at run time.
func contextKey(v ssa.Value) string {
	boxed, ok := v.(*ssa.MakeInterface)
	if !ok {
		return ""
	}
	name := typeName(boxed.X.Type())
	if _, own := types.Unalias(boxed.X.Type()).(*types.Named); own {
		return name
	}
	if c, ok := boxed.X.(*ssa.Const); ok && c.Value != nil {
		return name + " " + constantText(c)
	}
	if g, ok := boxed.X.(*ssa.Global); ok {
		return name + " " + g.String()
	}
	if _, basic := boxed.X.Type().Underlying().(*types.Basic); basic {
		return ""
	}
	return name
}
