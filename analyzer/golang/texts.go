package main

import (
	"go/token"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// text writes a value as a person would, for guards and messages.
func text(v ssa.Value) string { return textTo(v, 6) }

func textTo(v ssa.Value, depth int) string {
	if depth == 0 {
		return "..."
	}
	switch v := v.(type) {
	case *ssa.Const:
		if v.Value == nil {
			return "nil"
		}
		return v.Value.String()
	case *ssa.Parameter, *ssa.FreeVar:
		return v.Name()
	case *ssa.Global:
		return v.Name()
	case *ssa.Function:
		return v.Name()
	case *ssa.Alloc:
		if v.Comment != "" {
			return v.Comment
		}
	case *ssa.Phi:
		if v.Comment != "" {
			return v.Comment
		}
	case *ssa.FieldAddr:
		return textTo(v.X, depth-1) + "." + structType(v.X.Type()).Field(v.Field).Name()
	case *ssa.Field:
		return textTo(v.X, depth-1) + "." + structType(v.X.Type()).Field(v.Field).Name()
	case *ssa.UnOp:
		if v.Op == token.MUL {
			switch v.X.(type) {
			case *ssa.FieldAddr, *ssa.Alloc, *ssa.Global, *ssa.IndexAddr, *ssa.FreeVar:
				return textTo(v.X, depth-1)
			}
			return "*" + textTo(v.X, depth-1)
		}
		return v.Op.String() + textTo(v.X, depth-1)
	case *ssa.BinOp:
		return textTo(v.X, depth-1) + " " + v.Op.String() + " " + textTo(v.Y, depth-1)
	case *ssa.Convert:
		return textTo(v.X, depth)
	case *ssa.ChangeType:
		return textTo(v.X, depth)
	case *ssa.MakeInterface:
		return textTo(v.X, depth)
	case *ssa.TypeAssert:
		return textTo(v.X, depth) + ".(type)"
	case *ssa.Extract:
		switch t := v.Tuple.(type) {
		case *ssa.Next:
			return []string{"more", "key", "value"}[v.Index]
		case *ssa.Call:
			return textTo(t, depth)
		case *ssa.TypeAssert:
			return textTo(t, depth)
		case *ssa.Lookup:
			return textTo(t, depth)
		}
	case *ssa.Lookup:
		return textTo(v.X, depth-1) + "[" + textTo(v.Index, depth-1) + "]"
	case *ssa.IndexAddr:
		return textTo(v.X, depth-1) + "[" + textTo(v.Index, depth-1) + "]"
	case *ssa.Call:
		c := v.Common()
		var args []string
		list, name := c.Args, c.Value.Name()
		if c.IsInvoke() {
			name = textTo(c.Value, depth-1) + "." + c.Method.Name()
		} else if f := c.StaticCallee(); f != nil {
			name = f.Name()
			if f.Signature.Recv() != nil && len(list) > 0 {
				name, list = textTo(list[0], depth-1)+"."+f.Name(), list[1:]
			}
		}
		for _, a := range list {
			args = append(args, textTo(a, depth-1))
		}
		return name + "(" + strings.Join(args, ", ") + ")"
	}
	return v.Name()
}
