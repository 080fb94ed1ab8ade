package main

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// Word is where the compiled program keeps what a test asks, at the moment that the test's function is entered. So the
// question "can it hold?" can be put to the machine code of a program whose own source nobody has.
type Word struct {
	In    string  `json:"in"`             // a register of amd64 by its name, or "stack"
	At    int64   `json:"at,omitempty"`   // on the stack: bytes above the first argument there
	Path  []int64 `json:"path,omitempty"` // pointers to follow: the word that many bytes behind each
	Width int64   `json:"width"`          // bytes that count
	Means string  `json:"means"`          // set: holds where it is not zero; unset: where it is; needs: only where it is not
}

// tests gives a guard the word that it asks for, where there is one.
func (x *extractor) tests(g *Guard, v ssa.Value, means string) *Guard {
	if p, ok := x.placeOf(v); ok {
		g.Word = x.word(p, 0, v.Type(), means)
	}
	return g
}

// testsLength is the same for the length of a string or a slice. A map keeps its length behind its pointer, where the
// run-time writes it; that there is a map is all that can be asked.
func (x *extractor) testsLength(g *Guard, v ssa.Value, means string) *Guard {
	p, ok := x.placeOf(v)
	if !ok {
		return g
	}
	switch t := v.Type().Underlying().(type) {
	case *types.Slice:
		g.Word = x.word(p, pointerSize, types.Typ[types.Int], means)
	case *types.Basic:
		if t.Info()&types.IsString != 0 {
			g.Word = x.word(p, pointerSize, types.Typ[types.Int], means)
		}
	case *types.Map:
		if means == "set" {
			g.Word = x.word(p, 0, t, "needs")
		}
	}
	return g
}

// place is a part of an argument, or of what it points to: the first offset is inside the argument, each further one
// behind the pointer that stands there.
type place struct {
	f       *ssa.Function
	param   int
	offsets []int64
}

func (p place) plus(offset int64) place {
	moved := append([]int64(nil), p.offsets...)
	moved[len(moved)-1] += offset
	p.offsets = moved
	return p
}

// deepest is how many pointers are followed: options, a group of options, a field, its text.
const deepest = 4

// placeOf is where a value comes from that its function never changes.
func (x *extractor) placeOf(v ssa.Value) (place, bool) {
	switch v := v.(type) {
	case *ssa.Parameter:
		f := v.Parent()
		for i, p := range f.Params {
			if p == v && x.compiledAsWritten(f) {
				return place{f, i, []int64{0}}, true
			}
		}
	case *ssa.UnOp:
		if v.Op == token.MUL {
			return x.placeBehind(v.X)
		}
	case *ssa.Field:
		if p, ok := x.placeOf(v.X); ok {
			return x.fieldOf(p, structType(v.X.Type()), v.X.Type(), v.Field)
		}
	case *ssa.Index:
		if p, ok := x.placeOf(v.X); ok {
			return x.elementOf(p, v.X.Type(), v.Index)
		}
	case *ssa.ChangeType:
		return x.placeOf(v.X)
	case *ssa.Convert:
		if isString(v.Type()) && isString(v.X.Type()) {
			return x.placeOf(v.X)
		}
	}
	return place{}, false
}

func (x *extractor) placeBehind(address ssa.Value) (place, bool) {
	switch a := address.(type) {
	case *ssa.FieldAddr:
		if p, ok := x.placeBehind(a.X); ok {
			return x.fieldOf(p, structType(a.X.Type()), a.X.Type(), a.Field)
		}
		return place{}, false
	case *ssa.IndexAddr:
		if array, ok := a.X.Type().Underlying().(*types.Pointer); ok {
			if p, ok := x.placeBehind(a.X); ok {
				return x.elementOf(p, array.Elem(), a.Index)
			}
		}
		return place{}, false
	case *ssa.Alloc:
		if p := argumentIn(a); p != nil {
			return x.placeOf(p)
		}
		return place{}, false
	}
	p, ok := x.placeOf(address)
	pointer, isPointer := address.Type().Underlying().(*types.Pointer)
	if !ok || !isPointer || len(p.offsets) > deepest || x.touched(p.f)[typeName(pointer.Elem())] {
		return place{}, false
	}
	p.offsets = append(append([]int64(nil), p.offsets...), 0)
	return p, true
}

// fieldOf: the layout of the standard library's structs is that of the Go that built the program, which is another one
// than is read here.
func (x *extractor) fieldOf(p place, s *types.Struct, owner types.Type, field int) (place, bool) {
	if s == nil || standardName(structName(owner)) {
		return place{}, false
	}
	var fields []*types.Var
	for i := 0; i < s.NumFields(); i++ {
		fields = append(fields, s.Field(i))
	}
	return p.plus(x.sizes().Offsetsof(fields)[field]), true
}

func (x *extractor) elementOf(p place, array types.Type, index ssa.Value) (place, bool) {
	a, isArray := array.Underlying().(*types.Array)
	c, isConst := index.(*ssa.Const)
	if !isArray || !isConst {
		return place{}, false
	}
	return p.plus(c.Int64() * x.sizes().Sizeof(a.Elem())), true
}

// argumentIn: a local that holds an argument from the start and is only read, as a struct's whose fields are asked for.
func argumentIn(a *ssa.Alloc) *ssa.Parameter {
	var argument *ssa.Parameter
	for _, r := range *a.Referrers() {
		switch use := r.(type) {
		case *ssa.Store:
			p, ok := use.Val.(*ssa.Parameter)
			if !ok || use.Addr != a || argument != nil || use.Block().Index != 0 {
				return nil
			}
			argument = p
		case *ssa.FieldAddr, *ssa.IndexAddr:
			if !onlyRead(use.(ssa.Value)) {
				return nil
			}
		case *ssa.UnOp, *ssa.DebugRef:
		default:
			return nil
		}
	}
	return argument
}

func onlyRead(address ssa.Value) bool {
	for _, r := range *address.Referrers() {
		switch use := r.(type) {
		case *ssa.UnOp, *ssa.DebugRef:
		case *ssa.FieldAddr, *ssa.IndexAddr:
			if !onlyRead(use.(ssa.Value)) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// compiledAsWritten: one function of the source is one of the program, with these arguments.
func (x *extractor) compiledAsWritten(f *ssa.Function) bool {
	return f.Parent() == nil && f.Origin() == nil && f.Synthetic == "" && x.config.GOARCH == "amd64"
}

// touched are the types of what a function may change before it tests it: what it stores to, and what can be reached
// through pointers that it hands on.
func (x *extractor) touched(f *ssa.Function) map[string]bool {
	if known := x.touches[f]; known != nil {
		return known
	}
	changed := map[string]bool{}
	x.touches[f] = changed
	for _, b := range f.Blocks {
		for _, instr := range b.Instrs {
			switch i := instr.(type) {
			case *ssa.Store:
				if _, local := i.Addr.(*ssa.Alloc); local {
					continue
				}
				stored(i.Addr, changed)
				touch(i.Val.Type(), changed)
			case *ssa.MapUpdate:
				touch(i.Value.Type(), changed)
			case ssa.CallInstruction:
				for _, operand := range i.Common().Args {
					touch(operand.Type(), changed)
				}
			case *ssa.MakeInterface:
				touch(i.X.Type(), changed)
			case *ssa.MakeClosure:
				for _, bound := range i.Bindings {
					touch(bound.Type(), changed)
				}
			}
		}
	}
	return changed
}

// stored marks all that an address is inside of: `o.group.tier = x` changes what o points to.
func stored(address ssa.Value, changed map[string]bool) {
	if p, ok := address.Type().Underlying().(*types.Pointer); ok {
		changed[typeName(p.Elem())] = true
	}
	switch a := address.(type) {
	case *ssa.FieldAddr:
		stored(a.X, changed)
	case *ssa.IndexAddr:
		stored(a.X, changed)
	}
}

func touch(t types.Type, seen map[string]bool) {
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		if name := typeName(u.Elem()); !seen[name] {
			seen[name] = true
			touch(u.Elem(), seen)
		}
	case *types.Slice:
		if name := typeName(u.Elem()); !seen[name] {
			seen[name] = true
			touch(u.Elem(), seen)
		}
	case *types.Struct:
		if named, ok := types.Unalias(t).(*types.Named); ok && isStandard(named.Obj().Pkg()) {
			return // a request or an address of the standard library leads to nothing that a library of ours declares
		}
		for i := 0; i < u.NumFields(); i++ {
			touch(u.Field(i).Type(), seen)
		}
	}
}

func (x *extractor) word(p place, offset int64, t types.Type, means string) *Word {
	width := int64(pointerSize)
	if b, ok := t.Underlying().(*types.Basic); ok && b.Info()&types.IsString == 0 {
		width = x.sizes().Sizeof(t)
	}
	p = p.plus(offset)
	in, at, ok := x.arguments(p.f)[p.param].locate(p.offsets[0])
	if !ok {
		return nil
	}
	return &Word{In: in, At: at, Path: p.offsets[1:], Width: width, Means: means}
}

func isString(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}
