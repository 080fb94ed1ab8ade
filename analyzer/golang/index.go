package main

import (
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/callgraph"
	"golang.org/x/tools/go/ssa"
)

// Store is one place where a value is put.
type Store struct {
	Func    *ssa.Function
	Pos     token.Pos
	Value   ssa.Value
	Into    ssa.Value // the object, where it is a field or a whole object that is stored to
	decoded bool      // by a decoder of the standard library
	local   bool      // into an object that was allocated in this function, or in an element of an array
}

// Index knows every store of the reachable program by what it stores to. Fields are told apart by their struct type
// and not by the object: provenance of objects is cut wherever a program serialises, type and field survive it.
type Index struct {
	graph    *callgraph.Graph
	fields   map[string][]Store // "pkg.Type.Field"
	taken    map[string][]Store // fields whose address goes somewhere
	globals  map[*ssa.Global][]Store
	kept     map[*ssa.Global]bool // variables whose address goes somewhere: a flag, a field
	elements map[string][]Store   // by the container's type
	keys     map[string][]Store   // map keys, by the map's type
	memory   map[string][]Store   // through a pointer of unknown target, by the pointee's type
	unfilled map[string]bool      // fields that some object is made without
	allocs   map[string]bool      // struct types that are made by plain allocation
	byValue  map[string]bool      // struct types that are also parts of others, whose making is not seen
	copies   map[string][]string  // struct type -> struct types converted to it
	types    map[string]types.Type
	contexts map[string][]Store // what is put into contexts, by the key; empty: one that is made at run time
	boxed    map[string]Store   // struct types that reflection may fill
	closures map[*ssa.Function][]*ssa.MakeClosure
	callees  map[ssa.CallInstruction][]*ssa.Function
}

func newIndex(p *Program) *Index {
	x := &Index{
		graph:  p.Graph,
		fields: map[string][]Store{}, taken: map[string][]Store{}, globals: map[*ssa.Global][]Store{}, kept: map[*ssa.Global]bool{},
		elements: map[string][]Store{}, keys: map[string][]Store{}, memory: map[string][]Store{},
		unfilled: map[string]bool{}, allocs: map[string]bool{}, byValue: map[string]bool{},
		copies: map[string][]string{}, types: map[string]types.Type{}, contexts: map[string][]Store{}, boxed: map[string]Store{}, closures: map[*ssa.Function][]*ssa.MakeClosure{},
		callees: map[ssa.CallInstruction][]*ssa.Function{},
	}
	for _, f := range p.Functions {
		if node := p.Graph.Nodes[f]; node != nil {
			for _, e := range node.Out {
				if e.Site != nil {
					x.callees[e.Site] = append(x.callees[e.Site], e.Callee.Func)
				}
			}
		}
		for _, b := range f.Blocks {
			for _, instr := range b.Instrs {
				x.add(f, instr)
				x.keeps(instr)
			}
		}
	}
	for _, callees := range x.callees {
		sortFunctions(callees)
	}
	return x
}

func (x *Index) add(f *ssa.Function, instr ssa.Instruction) {
	switch i := instr.(type) {
	case *ssa.Alloc:
		x.made(i)
	case *ssa.MakeSlice:
		x.byValue[typeName(i.Type().Underlying().(*types.Slice).Elem())] = true
	case *ssa.Store:
		x.store(f, i)
	case *ssa.MapUpdate:
		t := typeName(i.Map.Type())
		x.elements[t] = append(x.elements[t], Store{Func: f, Pos: i.Pos(), Value: i.Value})
		x.keys[t] = append(x.keys[t], Store{Func: f, Pos: i.Pos(), Value: i.Key})
	case *ssa.Send:
		t := typeName(i.Chan.Type())
		x.elements[t] = append(x.elements[t], Store{Func: f, Pos: i.Pos(), Value: i.X})
	case *ssa.FieldAddr:
		if escapes(i) {
			key := fieldName(i.X.Type(), i.Field)
			x.taken[key] = append(x.taken[key], Store{Func: f, Pos: i.Pos(), Value: i, Into: i.X, local: ownObject(i)})
		}
	case *ssa.MakeClosure:
		g := i.Fn.(*ssa.Function)
		x.closures[g] = append(x.closures[g], i)
	case *ssa.ChangeType:
		from, to := structName(i.X.Type()), structName(i.Type())
		if from != "" && to != "" && from != to {
			x.copies[to] = append(x.copies[to], from)
			x.types[from] = i.X.Type()
		}
	case *ssa.Convert:
		from, to := structName(i.X.Type()), structName(i.Type())
		if from != "" && to != "" && from != to {
			x.copies[to] = append(x.copies[to], from)
			x.types[from] = i.X.Type()
		}
	case *ssa.MakeInterface:
		if iface, ok := i.Type().Underlying().(*types.Interface); ok && iface.NumMethods() == 0 && !readsOnly(i) {
			if pointer, ok := i.X.Type().Underlying().(*types.Pointer); ok {
				x.box(pointer.Elem(), Store{Func: f, Pos: i.Pos(), Value: i.X, decoded: decodes(i, 3)})
			}
		}
	case *ssa.Call:
		// append(s, elements...) stores into s's type.
		if b, ok := i.Call.Value.(*ssa.Builtin); ok && b.Name() == "append" && len(i.Call.Args) == 2 {
			t := typeName(i.Type())
			x.elements[t] = append(x.elements[t], Store{Func: f, Pos: i.Pos(), Value: i.Call.Args[1]})
		}
		if callee := i.Call.StaticCallee(); callee != nil && callee.String() == "context.WithValue" {
			for _, key := range x.keysOf(i.Call.Args[1], 3) {
				x.contexts[key] = append(x.contexts[key], Store{Func: f, Pos: i.Pos(), Value: i.Call.Args[2]})
			}
		}
	}
}

// keysOf are the keys that a value can be, through the parameters of helpers; an empty one where nobody knows.
func (x *Index) keysOf(v ssa.Value, depth int) []string {
	if key := contextKey(v); key != "" {
		return []string{key}
	}
	p, ok := v.(*ssa.Parameter)
	if !ok || depth == 0 || x.graph.Nodes[p.Parent()] == nil {
		return []string{""}
	}
	var keys []string
	for at, q := range p.Parent().Params {
		if q != p {
			continue
		}
		for _, e := range sortedIn(x.graph.Nodes[p.Parent()]) {
			if e.Site == nil {
				return []string{""}
			}
			if args := arguments(e.Site.Common(), p.Parent()); at < len(args) {
				keys = append(keys, x.keysOf(args[at], depth-1)...)
			}
		}
	}
	return keys
}

// keeps notes the variables whose address an instruction hands on.
func (x *Index) keeps(instr ssa.Instruction) {
	var room [8]*ssa.Value
	for _, operand := range instr.Operands(room[:0]) {
		g, ok := (*operand).(*ssa.Global)
		if !ok {
			continue
		}
		switch use := instr.(type) {
		case *ssa.UnOp, *ssa.FieldAddr, *ssa.IndexAddr, *ssa.DebugRef:
			continue
		case *ssa.Store:
			if use.Addr == g && use.Val != g {
				continue
			}
		}
		x.kept[g] = true
	}
}

// made notes which fields of a new struct the allocating function leaves at their zero value.
func (x *Index) made(a *ssa.Alloc) {
	t := a.Type().Underlying().(*types.Pointer).Elem()
	if array, ok := t.Underlying().(*types.Array); ok {
		x.byValue[typeName(array.Elem())] = true
		return
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return
	}
	name := typeName(t)
	x.allocs[name] = true
	filled := map[int]bool{}
	for _, r := range *a.Referrers() {
		switch use := r.(type) {
		case *ssa.Store:
			if c, isConst := use.Val.(*ssa.Const); use.Addr == a && !(isConst && c.Value == nil) {
				return // a copy of one that was made elsewhere
			}
		case *ssa.FieldAddr:
			for _, rr := range *use.Referrers() {
				if st, ok := rr.(*ssa.Store); ok && st.Addr == use {
					filled[use.Field] = true
				}
			}
		}
	}
	for i := 0; i < s.NumFields(); i++ {
		if _, part := s.Field(i).Type().Underlying().(*types.Struct); part {
			x.byValue[typeName(s.Field(i).Type())] = true
		}
		if !filled[i] {
			x.unfilled[name+"."+s.Field(i).Name()] = true
		}
	}
}

// alwaysFilled: every object of the type is made where the field is stored too.
func (x *Index) alwaysFilled(owner, field string) bool {
	return x.allocs[owner] && !x.byValue[owner] && !x.unfilled[owner+"."+field] && len(x.copies[owner]) == 0
}

func (x *Index) store(f *ssa.Function, s *ssa.Store) {
	here := Store{Func: f, Pos: s.Pos(), Value: s.Val, local: ownObject(s.Addr)}
	switch a := s.Addr.(type) {
	case *ssa.FieldAddr:
		key := fieldName(a.X.Type(), a.Field)
		here.Into = a.X
		x.fields[key] = append(x.fields[key], here)
	case *ssa.Global:
		x.globals[a] = append(x.globals[a], here)
	case *ssa.IndexAddr:
		t := typeName(a.X.Type())
		x.elements[t] = append(x.elements[t], here)
	case *ssa.Alloc, *ssa.FreeVar: // the local's own node finds these
	default:
		t := typeName(s.Addr.Type().Underlying().(*types.Pointer).Elem())
		here.Into = s.Addr
		x.memory[t] = append(x.memory[t], here)
	}
}

// ownObject: the address leads into an object that the function's own code allocates, or into an array's element, which
// no pointer to a single object meets.
func ownObject(address ssa.Value) bool {
	for {
		switch a := address.(type) {
		case *ssa.FieldAddr:
			address = a.X
			continue
		case *ssa.Alloc, *ssa.FreeVar, *ssa.IndexAddr:
			return true
		}
		return false
	}
}

// box marks a struct, and what its exported fields reach, as filled by reflection: a decoder takes it from there.
func (x *Index) box(t types.Type, at Store) {
	switch u := types.Unalias(t).(type) {
	case *types.Named:
		s, ok := u.Underlying().(*types.Struct)
		if !ok {
			x.box(u.Underlying(), at)
			return
		}
		name := typeName(u)
		if known, seen := x.boxed[name]; seen && (known.decoded || !at.decoded) || isStandard(u.Obj().Pkg()) {
			return
		}
		x.boxed[name] = at
		for i := 0; i < s.NumFields(); i++ {
			if s.Field(i).Exported() {
				x.box(s.Field(i).Type(), at)
			}
		}
	case *types.Pointer:
		x.box(u.Elem(), at)
	case *types.Slice:
		x.box(u.Elem(), at)
	case *types.Array:
		x.box(u.Elem(), at)
	case *types.Map:
		x.box(u.Elem(), at)
	}
}

// decoders of the standard library, and which argument they fill.
var decoders = map[string]int{"encoding/xml.Unmarshal": 1, "encoding/json.Unmarshal": 1, "(*encoding/xml.Decoder).Decode": 1,
	"(*encoding/json.Decoder).Decode": 1, "(*encoding/xml.Decoder).DecodeElement": 1}

// decodes: the value goes to a decoder, at most so many calls further.
func decodes(v ssa.Value, depth int) bool {
	if depth == 0 || v.Referrers() == nil {
		return false
	}
	for _, r := range *v.Referrers() {
		call, ok := r.(ssa.CallInstruction)
		if !ok {
			continue
		}
		callee := call.Common().StaticCallee()
		if callee == nil {
			continue
		}
		for i, a := range call.Common().Args {
			if a != v {
				continue
			}
			if at, ok := decoders[plainName(callee)]; ok && at == i {
				return true
			}
			if i < len(callee.Params) && decodes(callee.Params[i], depth-1) {
				return true
			}
		}
	}
	return false
}

// readsOnly: the interface only goes into variadic arguments or calls of packages that print and never fill.
func readsOnly(i *ssa.MakeInterface) bool {
	for _, r := range *i.Referrers() {
		switch use := r.(type) {
		case *ssa.Store:
			if _, ok := use.Addr.(*ssa.IndexAddr); ok && use.Val == i {
				continue // an element of a ...any list: printing and logging; scanners take addresses of basic values
			}
			return false
		case ssa.CallInstruction:
			callee := use.Common().StaticCallee()
			if callee != nil && callee.Pkg != nil {
				switch callee.Pkg.Pkg.Path() {
				case "fmt", "log", "errors", "log/slog":
					continue
				}
			}
			return false
		case *ssa.DebugRef:
		default:
			return false
		}
	}
	return true
}

// escapes: the address is used otherwise than for a load, a store or a step further down.
func escapes(v ssa.Value) bool {
	for _, r := range *v.Referrers() {
		switch use := r.(type) {
		case *ssa.Store:
			if use.Val == v {
				return true
			}
		case *ssa.UnOp, *ssa.FieldAddr, *ssa.IndexAddr, *ssa.DebugRef:
		default:
			return true
		}
	}
	return false
}

// structName is the name of a struct type, through one pointer; empty for other types.
func structName(t types.Type) string {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	if _, ok := t.Underlying().(*types.Struct); !ok {
		return ""
	}
	return typeName(t)
}

func structType(t types.Type) *types.Struct {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	s, _ := t.Underlying().(*types.Struct)
	return s
}

func fieldName(t types.Type, field int) string {
	return structName(t) + "." + structType(t).Field(field).Name()
}

// isStandard: the standard library's import paths have no dot in their first element.
func isStandard(p *types.Package) bool {
	return p == nil || standardName(p.Path()+".") // the universe has no package
}

// standardName takes the name of a type with its package, "net/http.Request".
func standardName(name string) bool {
	if strings.HasPrefix(name, "struct{") {
		return false
	}
	if slash := strings.IndexByte(name, '/'); slash >= 0 {
		return !strings.Contains(name[:slash], ".")
	}
	return true
}

func inStandard(f *ssa.Function) bool {
	for f.Parent() != nil {
		f = f.Parent()
	}
	if f.Origin() != nil {
		f = f.Origin()
	}
	if f.Pkg != nil {
		return isStandard(f.Pkg.Pkg)
	}
	if o := f.Object(); o != nil {
		return isStandard(o.Pkg())
	}
	return false
}
