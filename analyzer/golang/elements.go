package main

import (
	"go/token"
	"go/types"
	"reflect"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// Which elements of a response's XML a program reads. A library decodes a body into a struct whose tags name the
// elements; an element counts where the program loads its field and each field on the way to it.

// Calls of the standard library that decode a body, and what stands for the body on the way there.
var (
	standardBodies = []Body{{"encoding/xml.Unmarshal", 0, 1}, {"(*encoding/xml.Decoder).Decode", 0, 1}}
	standardText   = map[string]int{"io.ReadAll": 0, "io/ioutil.ReadAll": 0, "bytes.TrimPrefix": 0, "bytes.TrimSpace": 0,
		"bytes.NewReader": 0, "bytes.NewBuffer": 0, "encoding/xml.NewDecoder": 0}
)

// deepestElement bounds types that hold themselves.
const deepestElement = 12

// decoded notes the elements of a body that is put into a struct.
func (x *extractor) decoded(c *ssa.Call, rule Body) {
	args := c.Common().Args
	if rule.Response >= len(args) || rule.Into >= len(args) {
		return
	}
	into := args[rule.Into]
	if i, ok := into.(*ssa.MakeInterface); ok {
		into = i.X
	}
	pointer, ok := into.Type().Underlying().(*types.Pointer)
	if !ok {
		return
	}
	t := pointer.Elem()
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return
	}
	owner := x.value(args[rule.Response])
	if !mayBeRequest(owner) {
		return
	}
	root := x.config.Sinks.ElementRoots[typeName(t)]
	for i := 0; i < s.NumFields(); i++ {
		if s.Field(i).Name() == "XMLName" {
			root, _, _ = strings.Cut(xmlTag(s, i), ",")
		}
	}
	if root == "" {
		root = "*" // any will do
	}
	e := &elementWalk{x: x, found: map[string]bool{}}
	e.write = func(path, field string) {
		fact := readFact{K: "read", What: "element", Owner: owner, Key: constantOf(path), Into: []string{field}, Used: true,
			By: x.readers(field), Func: x.funcID(c.Parent()), At: x.position(c.Pos())}
		x.siteFacts = append(x.siteFacts, fact)
	}
	e.fields(t, s, root, 0)
}

func xmlTag(s *types.Struct, i int) string { return reflect.StructTag(s.Tag(i)).Get("xml") }

type elementWalk struct {
	x     *extractor
	found map[string]bool
	write func(path, field string)
}

// fields goes through a struct's fields; only what is loaded is gone into.
func (e *elementWalk) fields(t types.Type, s *types.Struct, path string, depth int) {
	if depth > deepestElement {
		return
	}
	for i := 0; i < s.NumFields(); i++ {
		f := s.Field(i)
		tag := xmlTag(s, i)
		name, options, _ := strings.Cut(tag, ",")
		if tag == "-" || f.Name() == "XMLName" || !f.Exported() && !f.Embedded() {
			continue
		}
		if name == "" {
			name = f.Name()
		}
		inner := innermost(f.Type())
		below, isStruct := inner.Underlying().(*types.Struct)
		if f.Embedded() && tag == "" && isStruct {
			e.fields(inner, below, path, depth+1)
			continue
		}
		key := typeName(t) + "." + f.Name()
		if !e.x.loaded(key) {
			continue
		}
		at := path + "/" + strings.ReplaceAll(name, ">", "/")
		switch {
		case strings.Contains(options, "attr"):
			at = path + "/@" + name
		case strings.Contains(options, "chardata"), strings.Contains(options, "innerxml"):
			at = path
		case strings.Contains(options, "any"):
			at = path + "/*"
		}
		if isStruct && !isStandardType(inner) && tagged(below) {
			e.fields(inner, below, at, depth+1)
			continue
		}
		if _, open := inner.Underlying().(*types.Map); open {
			at += "/*"
		}
		if !e.found[at] {
			e.found[at] = true
			e.write(at, key)
		}
	}
}

// innermost is what a field holds behind pointers and lists.
func innermost(t types.Type) types.Type {
	for {
		switch u := types.Unalias(t).(type) {
		case *types.Pointer:
			t = u.Elem()
		case *types.Slice:
			if _, bytes := u.Elem().Underlying().(*types.Basic); bytes {
				return u.Elem()
			}
			t = u.Elem()
		default:
			return t
		}
	}
}

func isStandardType(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && isStandard(named.Obj().Pkg())
}

// tagged: the struct's own fields name elements; others are texts that decode themselves.
func tagged(s *types.Struct) bool {
	for i := 0; i < s.NumFields(); i++ {
		if xmlTag(s, i) != "" {
			return true
		}
	}
	return false
}

// codec: the function turns a type into text or back. What it loads it does not read for the program.
func codec(f *ssa.Function) bool {
	if f.Signature.Recv() == nil {
		return false
	}
	switch f.Name() {
	case "MarshalXML", "UnmarshalXML", "MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText", "MarshalXMLAttr", "UnmarshalXMLAttr":
		return true
	}
	return false
}

// loadPlace is where a field is loaded.
type loadPlace struct {
	f   *ssa.Function
	pos token.Pos
}

// mostReaders is how many places are told that read one field.
const mostReaders = 3

// loadFact is where a field is loaded, as a part of a fact.
type loadFact struct {
	Func int    `json:"fn"`
	At   string `json:"at"`
}

// readers tells where a field is loaded.
func (x *extractor) readers(field string) []loadFact {
	var list []loadFact
	for _, load := range x.loads[field] {
		if len(list) < mostReaders && load.pos.IsValid() {
			x.landmarks = append(x.landmarks, load.f)
			list = append(list, loadFact{x.funcID(load.f), x.position(load.pos)})
		}
	}
	return list
}
