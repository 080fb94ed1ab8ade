package main

import (
	"fmt"
	"go/token"
	"go/types"
	"sort"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// Names of types and functions decide what belongs together and in which order facts stand, so a type has one name
// however a place of the program spells it: aliases are resolved wherever they stand (which of them an instance of a
// generic type is printed with depends on who asked for it first), and parameters of function types have no names.
//
// Not thread-safe; facts are made by one thread.

var typeNames = map[types.Type]string{}

func typeName(t types.Type) string {
	name, ok := typeNames[t]
	if !ok {
		name = spell(t)
		typeNames[t] = name
	}
	return name
}

func spell(t types.Type) string {
	switch t := types.Unalias(t).(type) {
	case *types.Pointer:
		return "*" + typeName(t.Elem())
	case *types.Slice:
		return "[]" + typeName(t.Elem())
	case *types.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), typeName(t.Elem()))
	case *types.Map:
		return "map[" + typeName(t.Key()) + "]" + typeName(t.Elem())
	case *types.Chan:
		return [...]string{"chan ", "chan<- ", "<-chan "}[t.Dir()] + typeName(t.Elem())
	case *types.Signature:
		return "func" + spellSignature(t)
	case *types.Named:
		if t.TypeArgs().Len() > 0 {
			return strings.TrimSuffix(types.TypeString(t.Origin(), nil), typeParameters(t.Origin())) + spellList(t.TypeArgs())
		}
		return types.TypeString(t, nil)
	default:
		return types.TypeString(t, nil)
	}
}

// typeParameters is how a generic type's own name ends: "[T any]".
func typeParameters(t *types.Named) string {
	name := types.TypeString(t, nil)
	if i := strings.IndexByte(name, '['); i >= 0 {
		return name[i:]
	}
	return ""
}

func spellSignature(t *types.Signature) string {
	list := func(tuple *types.Tuple) string {
		var names []string
		for v := range tuple.Variables() {
			names = append(names, typeName(v.Type()))
		}
		return strings.Join(names, ", ")
	}
	params := list(t.Params())
	if t.Variadic() {
		i := strings.LastIndex(params, "[]")
		params = params[:i] + "..." + params[i+2:]
	}
	switch t.Results().Len() {
	case 0:
		return "(" + params + ")"
	case 1:
		return "(" + params + ") " + list(t.Results())
	}
	return "(" + params + ") (" + list(t.Results()) + ")"
}

func spellList(list *types.TypeList) string {
	var names []string
	for t := range list.Types() {
		names = append(names, typeName(t))
	}
	return "[" + strings.Join(names, ",") + "]"
}

var functionNames = map[*ssa.Function]string{}

// nameOf is what go/ssa calls a function, with its type arguments spelt as typeName does.
func nameOf(f *ssa.Function) string {
	name, ok := functionNames[f]
	if ok {
		return name
	}
	name = f.String()
	if strings.Contains(name, "[") {
		for _, t := range argumentsOfTypes(f) {
			name = strings.ReplaceAll(name, types.TypeString(t, nil), typeName(t))
		}
	}
	functionNames[f] = name
	return name
}

// argumentsOfTypes are the type arguments that stand in a function's name: its own, its receiver's, or those of the
// function that it is part of.
func argumentsOfTypes(f *ssa.Function) []types.Type {
	for f.Parent() != nil {
		f = f.Parent()
	}
	list := f.TypeArgs()
	add := func(t types.Type) {
		if p, ok := types.Unalias(t).(*types.Pointer); ok {
			t = p.Elem()
		}
		if named, ok := types.Unalias(t).(*types.Named); ok {
			for argument := range named.TypeArgs().Types() {
				list = append(list, argument)
			}
		}
	}
	if r := f.Signature.Recv(); r != nil {
		add(r.Type())
	}
	if len(f.Params) > 0 { // of a wrapper the receiver is the first one
		add(f.Params[0].Type())
	}
	if len(f.FreeVars) > 0 { // of a bound method it is captured
		add(f.FreeVars[0].Type())
	}
	return list
}

// functionRanks tells functions of one name and place apart: a method value has a function of its own wherever it stands
// in the program. They are ordered by the first place that uses them.
var functionRanks = map[*ssa.Function]string{}

func rankFunctions(functions []*ssa.Function) {
	type identity struct {
		name string
		pos  token.Pos
	}
	first := map[identity]*ssa.Function{}
	for _, f := range functions {
		key := identity{nameOf(f), f.Pos()}
		if other := first[key]; other != nil {
			functionRanks[f], functionRanks[other] = "~", "~" // after all that is used somewhere
		} else {
			first[key] = f
		}
	}
	var operands []*ssa.Value
	for _, user := range functions {
		for _, b := range user.Blocks {
			for i, instr := range b.Instrs {
				operands = instr.Operands(operands[:0])
				for at, operand := range operands {
					f, ok := (*operand).(*ssa.Function)
					if !ok {
						continue
					}
					if rank := functionRanks[f]; rank != "" {
						functionRanks[f] = min(rank, fmt.Sprintf("%s %06d %06d %d", nameOf(user), b.Index, i, at))
					}
				}
			}
		}
	}
}

// ordered sorts functions by what the program says, the same in every run.
func ordered(a, b *ssa.Function) bool {
	if x, y := nameOf(a), nameOf(b); x != y {
		return x < y
	}
	if a.Pos() != b.Pos() {
		return a.Pos() < b.Pos()
	}
	return functionRanks[a] < functionRanks[b]
}

func sortFunctions(list []*ssa.Function) {
	sort.Slice(list, func(i, j int) bool { return ordered(list[i], list[j]) })
}
