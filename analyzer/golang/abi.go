package main

import (
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// Where the compiler puts a function's arguments on amd64 since Go 1.17: ABIInternal as the Go project describes it in
// src/cmd/compile/abi-internal.md, "Function call argument and result passing". The receiver is the first argument.

const pointerSize = 8

var integerRegisters = []string{"AX", "BX", "CX", "DI", "SI", "R8", "R9", "R10", "R11"}

const floatRegisters = 15

// argument is in registers, piece by piece, or as a whole on the stack.
type argument struct {
	known  bool
	stack  bool
	at     int64            // on the stack: bytes above the first argument there
	pieces map[int64]string // offset inside the argument -> register
}

func (a argument) locate(offset int64) (in string, at int64, ok bool) {
	switch {
	case !a.known:
		return "", 0, false
	case a.stack:
		return "stack", a.at + offset, true
	}
	in, ok = a.pieces[offset]
	return in, 0, ok
}

// sameInEveryGo are structs of the standard library whose way to be handed over is the same in every Go that has
// registers for it: a time is three words since Go 1.9, an XML name has always been two texts, and an address is longer
// than there are registers. Of others nobody knows, since the library that is read here is not that of the program.
var sameInEveryGo = map[string]bool{"time.Time": true, "encoding/xml.Name": true, "net/url.URL": true}

type assignment struct {
	sizes            types.Sizes
	integers, floats int
	stack            int64
	pieces           map[int64]string
}

func (x *extractor) arguments(f *ssa.Function) []argument {
	if known, ok := x.argumentsOf[f]; ok {
		return known
	}
	var list []argument
	a := &assignment{sizes: x.sizes()}
	for _, p := range f.Params {
		if !foreseen(p.Type()) {
			break
		}
		list = append(list, a.next(p.Type()))
	}
	for len(list) < len(f.Params) {
		list = append(list, argument{})
	}
	x.argumentsOf[f] = list
	return list
}

// next places one more argument: as a whole in registers or, where they do not suffice, on the stack. Later ones may
// still find registers.
func (a *assignment) next(t types.Type) argument {
	integers, floats := a.integers, a.floats
	a.pieces = map[int64]string{}
	if a.sizes.Sizeof(t) > 0 && a.register(t, 0) {
		return argument{known: true, pieces: a.pieces}
	}
	a.integers, a.floats = integers, floats
	align := a.sizes.Alignof(t)
	at := (a.stack + align - 1) / align * align
	a.stack = at + a.sizes.Sizeof(t)
	return argument{known: true, stack: true, at: at}
}

func (a *assignment) register(t types.Type, offset int64) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch {
		case u.Info()&types.IsString != 0:
			return a.words(offset, 2)
		case u.Info()&types.IsComplex != 0:
			a.floats += 2
			return a.floats <= floatRegisters
		case u.Info()&types.IsFloat != 0:
			a.floats++
			return a.floats <= floatRegisters
		}
		return a.words(offset, 1)
	case *types.Interface:
		return a.words(offset, 2)
	case *types.Slice:
		return a.words(offset, 3)
	case *types.Struct:
		fields := make([]*types.Var, u.NumFields())
		for i := range fields {
			fields[i] = u.Field(i)
		}
		for i, at := range a.sizes.Offsetsof(fields) {
			if !a.register(fields[i].Type(), offset+at) {
				return false
			}
		}
		return true
	case *types.Array:
		return u.Len() == 0 || u.Len() == 1 && a.register(u.Elem(), offset)
	}
	return a.words(offset, 1) // pointers, maps, channels, functions
}

func (a *assignment) words(offset int64, count int) bool {
	for i := 0; i < count; i++ {
		if a.integers == len(integerRegisters) {
			return false
		}
		a.pieces[offset+int64(i)*pointerSize] = integerRegisters[a.integers]
		a.integers++
	}
	return true
}

// foreseen: the layout depends on source that was read in the program's own version.
func foreseen(t types.Type) bool {
	switch u := types.Unalias(t).(type) {
	case *types.Named:
		if _, ok := u.Underlying().(*types.Struct); ok && isStandard(u.Obj().Pkg()) {
			return sameInEveryGo[typeName(u)]
		}
		return foreseen(u.Underlying())
	case *types.Struct:
		for i := 0; i < u.NumFields(); i++ {
			if !foreseen(u.Field(i).Type()) {
				return false
			}
		}
	case *types.Array:
		return foreseen(u.Elem())
	}
	return true
}

// sizes are those of Go's own compiler.
func (x *extractor) sizes() types.Sizes { return types.SizesFor("gc", x.config.GOARCH) }
