package main

import (
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
)

// Which error codes a program tells apart. A code is read from an error (a field, a getter), perhaps handed on, and
// compared somewhere: with a constant, by a switch, with the keys of a map, with a list that a helper was given. The
// fact stands where the text is named, and its owner is the error that was asked: followed back as any value, it leads
// to the requests whose answers can have become this error.

// codeFact is a text that an error's code is compared with.
type codeFact struct {
	K     string `json:"k"`     // code
	Owner *Expr  `json:"owner"` // the error; what it leads to, where that can be followed
	Code  *Expr  `json:"code"`
	// The text is one of the library's own codes, whatever is known of the error.
	Listed bool   `json:"listed,omitempty"`
	Func   int    `json:"fn"`
	At     string `json:"at"`
}

// codeSearch finds comparisons of codes.
type codeSearch struct {
	x     *extractor
	types map[string]bool // that are codes by themselves
	known map[string]bool // texts that are constants of these types
	codes map[ssa.Value]bool
}

// givenAt is a call that hands a helper what it compares with.
type givenAt struct {
	call   ssa.CallInstruction
	callee *ssa.Function
}

// Comparisons of the standard library: which argument is a list, where one is.
var comparers = map[string]bool{"slices.Contains": true, "slices.Index": true, "strings.EqualFold": false,
	"strings.Compare": false, "strings.Contains": false, "strings.HasPrefix": false, "strings.HasSuffix": false}

// mostGivers is how many calls deep a helper's texts are looked for.
const mostGivers = 4

func (x *extractor) findCodes() {
	rules := x.config.Sinks.ErrorCodes
	if len(rules.Fields)+len(rules.Functions)+len(rules.Types) == 0 || x.config.Open {
		return
	}
	s := &codeSearch{x: x, types: map[string]bool{}, known: map[string]bool{}}
	for _, t := range rules.Types {
		s.types[t] = true
	}
	s.findKnown()
	s.follow(rules)
	for _, f := range x.program.Functions {
		if inStandard(f) || x.outside(f) {
			continue
		}
		for _, b := range f.Blocks {
			for _, instr := range b.Instrs {
				s.visit(instr)
			}
		}
	}
}

// findKnown gathers the constants of the types of codes.
func (s *codeSearch) findKnown() {
	packages.Visit(s.x.load.Packages, nil, func(p *packages.Package) {
		if p.Types == nil {
			return
		}
		for _, name := range p.Types.Scope().Names() {
			if c, ok := p.Types.Scope().Lookup(name).(*types.Const); ok && s.types[typeName(c.Type())] {
				s.known[constantText(&ssa.Const{Value: c.Val()})] = true
			}
		}
	})
	delete(s.known, "")
}

// follow finds every value that is a code read from an error.
func (s *codeSearch) follow(rules ErrorCodes) {
	fields, functions := map[string]bool{}, map[string]bool{}
	for _, name := range rules.Fields {
		fields[name] = true
	}
	for _, name := range rules.Functions {
		functions[name] = true
	}
	flow := newOnwardFlow(s.x.program.Graph, s.x.program.reachable)
	flow.fields, flow.only = map[string][]ssa.Value{}, s.x.index.fields
	for _, f := range s.x.program.Functions {
		if inStandard(f) || s.x.outside(f) {
			continue
		}
		for _, b := range f.Blocks {
			for _, instr := range b.Instrs {
				name, v := loadedField(instr)
				if call, ok := instr.(*ssa.Call); ok && functions[s.x.calledName(call)] || v != nil && fields[name] {
					flow.enter(instr.(ssa.Value))
				} else if v != nil && isText(v.Type()) {
					flow.fields[name] = append(flow.fields[name], v)
				}
			}
		}
	}
	flow.run()
	s.codes = flow.seen
}

// loadedField: the instruction gives what a field holds.
func loadedField(instr ssa.Instruction) (string, ssa.Value) {
	switch i := instr.(type) {
	case *ssa.UnOp:
		if a, ok := i.X.(*ssa.FieldAddr); ok && i.Op == token.MUL {
			return fieldName(a.X.Type(), a.Field), i
		}
	case *ssa.Field:
		return fieldName(i.X.Type(), i.Field), i
	}
	return "", nil
}

func isText(t types.Type) bool {
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsString != 0
}

// calledName is the function that a call names, or the interface's method.
func (x *extractor) calledName(c ssa.CallInstruction) string {
	common := c.Common()
	if callee := common.StaticCallee(); callee != nil {
		return plainName(callee)
	}
	if common.IsInvoke() {
		return "(" + typeName(common.Value.Type()) + ")." + common.Method.Name()
	}
	return ""
}

func (s *codeSearch) visit(instr ssa.Instruction) {
	switch i := instr.(type) {
	case *ssa.BinOp:
		if (i.Op == token.EQL || i.Op == token.NEQ) && isText(i.X.Type()) {
			s.pair(i.X, i.Y, i)
		}
	case *ssa.Lookup:
		if s.codes[i.Index] {
			for _, key := range mapKeys(i.X) {
				s.texts(i.Index, key, i, nil)
			}
		}
	case *ssa.Call:
		callee := i.Common().StaticCallee()
		if callee == nil || len(i.Common().Args) != 2 {
			return
		}
		list, ok := comparers[plainName(callee)]
		switch a, b := i.Common().Args[0], i.Common().Args[1]; {
		case !ok:
		case list && s.codes[b]:
			s.texts(b, a, i, nil)
		case !list && isText(a.Type()):
			s.pair(a, b, i)
		}
	}
}

// pair is a comparison of two texts. One that is not known to be an error's code counts where the other is one of the
// library's own codes.
func (s *codeSearch) pair(a, b ssa.Value, at ssa.Instruction) {
	if _, ok := a.(*ssa.Const); ok || !s.codes[a] && s.codes[b] {
		a, b = b, a
	}
	if _, ok := a.(*ssa.Const); ok {
		return
	}
	if s.codes[a] {
		s.texts(a, b, at, nil)
	} else if c, ok := b.(*ssa.Const); ok && (s.types[typeName(c.Type())] || s.known[constantText(c)] && isPlain(c.Type())) {
		s.texts(a, b, at, nil)
	}
}

func isPlain(t types.Type) bool {
	_, basic := types.Unalias(t).(*types.Basic)
	return basic
}

// texts finds what a code is compared with: here, or at the calls that hand it over.
func (s *codeSearch) texts(code, texts ssa.Value, at ssa.Instruction, given []givenAt) {
	texts = bare(texts)
	f := at.Parent()
	p, ok := texts.(*ssa.Parameter)
	if !ok {
		s.put(code, texts, at, given)
		return
	}
	node := s.x.program.Graph.Nodes[f]
	if len(given) == mostGivers || node == nil {
		return
	}
	for _, e := range sortedIn(node) {
		if e.Site == nil || inStandard(e.Caller.Func) || s.x.outside(e.Caller.Func) || repeats(given, f) {
			continue
		}
		args := arguments(e.Site.Common(), f)
		for i, q := range f.Params {
			if q == p && i < len(args) {
				s.texts(code, args[i], e.Site, append(given[:len(given):len(given)], givenAt{e.Site, f}))
			}
		}
	}
}

func repeats(given []givenAt, f *ssa.Function) bool {
	for _, g := range given {
		if g.callee == f {
			return true
		}
	}
	return false
}

// bare is a text without its conversions; one out of a list is the list.
func bare(v ssa.Value) ssa.Value {
	for {
		switch w := v.(type) {
		case *ssa.Convert:
			v = w.X
		case *ssa.ChangeType:
			v = w.X
		case *ssa.UnOp:
			a, ok := w.X.(*ssa.IndexAddr)
			if !ok || w.Op != token.MUL {
				return v
			}
			v = a.X
		case *ssa.Index:
			v = w.X
		default:
			return v
		}
	}
}

// put writes the facts of one place. The error is read for the calls that led here, so that the callers of a helper do
// not mix.
func (s *codeSearch) put(code, texts ssa.Value, at ssa.Instruction, given []givenAt) {
	x := s.x
	t := texts.Type()
	if list, ok := t.Underlying().(*types.Slice); ok {
		t = list.Elem()
	}
	typed := s.types[typeName(t)]
	if !typed && !isPlain(t) && isText(t) {
		return // codes of another service
	}
	var frame *frame
	for i := len(given) - 1; i >= 0; i-- {
		frame = x.enter(given[i].call, given[i].callee, frame)
	}
	var owner *Expr
	for _, e := range alternatives(x.value(texts)) {
		if e.Nil || e.Zero || e.Const != nil && *e.Const == "" {
			continue
		}
		if owner == nil {
			owner = x.valueIn(asked(code), frame)
			x.landmarks = append(x.landmarks, at.Parent())
		}
		x.siteFacts = append(x.siteFacts, codeFact{K: "code", Owner: owner, Code: e,
			Listed: typed || e.Const != nil && s.known[*e.Const], Func: x.funcID(at.Parent()), At: x.position(at.Pos())})
	}
}

// asked is what the code was taken from: the headers of a response, where a program reads them itself.
func asked(code ssa.Value) ssa.Value {
	switch v := bare(code).(type) {
	case *ssa.Lookup:
		if mapKind(v.X) == "header" {
			return v.X
		}
	case *ssa.Call:
		if callee := v.Common().StaticCallee(); callee != nil && plainName(callee) == "(net/http.Header).Get" {
			return v.Common().Args[0]
		}
	}
	return code
}

// alternatives takes a list or a choice apart.
func alternatives(e *Expr) []*Expr {
	var all []*Expr
	for _, part := range append(append([]*Expr(nil), e.List...), e.Any...) {
		all = append(all, alternatives(part)...)
	}
	if all == nil {
		all = []*Expr{e}
	}
	return all
}

// mapKeys are the keys of a map that a composite literal makes, here or as the value of a package's variable.
func mapKeys(m ssa.Value) []ssa.Value {
	made := []ssa.Value{m}
	if load, ok := m.(*ssa.UnOp); ok {
		if g, ok := load.X.(*ssa.Global); ok {
			made = nil
			for _, f := range []*ssa.Function{g.Pkg.Func("init")} {
				for _, b := range f.Blocks {
					for _, instr := range b.Instrs {
						if s, ok := instr.(*ssa.Store); ok && s.Addr == g {
							made = append(made, s.Val)
						}
					}
				}
			}
		}
	}
	var keys []ssa.Value
	for _, v := range made {
		if _, ok := v.(*ssa.MakeMap); !ok {
			continue
		}
		for _, r := range *v.Referrers() {
			if u, ok := r.(*ssa.MapUpdate); ok {
				keys = append(keys, u.Key)
			}
		}
	}
	return keys
}

// wrapped are the errors that fmt.Errorf puts into a new one, where it is told to by %w; every error counts.
func (x *extractor) wrapped(args []ssa.Value, in *frame) *Expr {
	choices := []*Expr{{Op: "fmt.Errorf"}}
	if list, ok := args[len(args)-1].(*ssa.Slice); ok {
		if a, ok := list.X.(*ssa.Alloc); ok && isArray(a) {
			for _, v := range elements(a) {
				if i, ok := v.(*ssa.ChangeInterface); ok && isError(i.X.Type()) {
					choices = append(choices, x.valueIn(v, in))
				} else if i, ok := v.(*ssa.MakeInterface); ok && implementsError(i.X.Type()) {
					choices = append(choices, x.valueIn(v, in))
				}
			}
		}
	}
	return either(choices)
}

// What gives the error that it was handed, or its text.
var standardErrors = map[string]int{"errors.Unwrap": 0, "errors.AsType": 0, "(error).Error": 0}

var errorType = types.Universe.Lookup("error").Type().Underlying().(*types.Interface)

func implementsError(t types.Type) bool { return types.Implements(t, errorType) }

// askedAs are the errors that errors.As takes apart to fill a variable.
func askedAs(address *ssa.MakeInterface) []ssa.Value {
	var list []ssa.Value
	for _, r := range *address.Referrers() {
		if c, ok := r.(*ssa.Call); ok {
			callee := c.Common().StaticCallee()
			if callee != nil && strings.HasSuffix(plainName(callee), "errors.As") && len(c.Common().Args) == 2 && c.Common().Args[1] == address {
				list = append(list, c.Common().Args[0])
			}
		}
	}
	return list
}

// unwrapped gives the error that one of a type of the program's own carries.
func (x *extractor) unwrapped(i *ssa.MakeInterface) *ssa.Function {
	if !isError(i.Type()) {
		return nil
	}
	selection := x.program.SSA.MethodSets.MethodSet(i.X.Type()).Lookup(nil, "Unwrap")
	if selection == nil {
		return nil
	}
	f := x.program.SSA.MethodValue(selection)
	if f == nil || !x.program.reachable[f] || f.Signature.Results().Len() != 1 || !isError(f.Signature.Results().At(0).Type()) {
		return nil
	}
	return f
}
