package main

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// The facts about requests and responses: where one is made, what is written to its headers and query, and what is
// asked of its response.

type requestFact struct {
	K        string `json:"k"`
	ID       int    `json:"id"`
	Func     int    `json:"fn"`
	At       string `json:"at"`
	Maker    string `json:"maker"`
	Method   *Expr  `json:"method"`
	Endpoint *Expr  `json:"endpoint"`
	// Keys that its context can carry; absent where that is not followed.
	Carries *[]string `json:"carries,omitempty"`
}

type writeFact struct {
	K     string `json:"k"`
	What  string `json:"what"` // header, query
	Do    string `json:"do"`   // assign, set, add, del
	Owner *Expr  `json:"owner"`
	Key   *Expr  `json:"key"`
	Value *Expr  `json:"value,omitempty"`
	Guard *Guard `json:"guard,omitempty"`
	Func  int    `json:"fn"`
	At    string `json:"at"`
}

type statusFact struct {
	K     string   `json:"k"`
	Owner *Expr    `json:"owner"`
	Codes []string `json:"codes"`
	How   string   `json:"how"` // accepted: of a list that means success; compared: with == or !=
	Func  int      `json:"fn"`
	At    string   `json:"at"`
}

type readFact struct {
	K     string     `json:"k"`
	What  string     `json:"what"` // header, element
	Owner *Expr      `json:"owner"`
	Key   *Expr      `json:"key"`
	Into  []string   `json:"into,omitempty"` // fields that the value is put into
	Used  bool       `json:"used,omitempty"` // one of them is loaded elsewhere, or the value is used here
	By    []loadFact `json:"by,omitempty"`   // where it is loaded, a few of these places
	Func  int        `json:"fn"`
	At    string     `json:"at"`
}

// The parts of net/http and net/url that hold or pass on a request.
var (
	standardSameFields = []string{"net/http.Request.Header", "net/http.Request.URL", "net/http.Response.Header",
		"net/http.Response.Request", "net/http.Response.Body"}
	standardSame = map[string]int{"(*net/url.URL).Query": 0, "(*net/http.Request).WithContext": 0,
		"(*net/http.Request).Clone": 0, "(net/http.Header).Clone": 0}
	headerCalls = map[string]string{"(net/http.Header).Set": "set", "(net/http.Header).Add": "add", "(net/http.Header).Del": "del"}
	queryCalls  = map[string]string{"(net/url.Values).Set": "set", "(net/url.Values).Add": "add", "(net/url.Values).Del": "del"}
)

// findRequests numbers the requests before anything else, because every expression may name one. What a maker calls
// inside is the maker's own affair.
func (x *extractor) findRequests() {
	makers := map[string]Maker{}
	for _, m := range x.config.Sinks.Requests {
		makers[m.Function] = m
	}
	x.eachCall(func(f *ssa.Function, c *ssa.Call, callee *ssa.Function) {
		if _, ok := makers[plainName(callee)]; !ok {
			return
		}
		if _, inside := makers[plainName(f)]; inside {
			return
		}
		x.requests = append(x.requests, c)
		x.requestIDs[c] = len(x.requests)
	})
	for i, c := range x.requests {
		m := makers[plainName(c.Common().StaticCallee())]
		args := c.Common().Args
		fact := requestFact{K: "request", ID: i + 1, Func: x.funcID(c.Parent()), At: x.position(c.Pos()), Maker: m.Function}
		if m.Method < len(args) {
			fact.Method = x.value(args[m.Method])
		}
		if m.Endpoint < len(args) {
			fact.Endpoint = x.value(args[m.Endpoint])
		}
		for _, a := range args {
			if isContext(a.Type()) && !x.config.Open {
				if keys, ok := x.carried(a); ok {
					fact.Carries = &keys
				}
			}
		}
		x.siteFacts = append(x.siteFacts, fact)
		x.addressed(fact)
	}
}

// eachCall visits the static calls of the program's own functions, the standard library's left out.
func (x *extractor) eachCall(visit func(*ssa.Function, *ssa.Call, *ssa.Function)) {
	for _, f := range x.program.Functions {
		if inStandard(f) || x.outside(f) {
			continue
		}
		for _, b := range f.Blocks {
			for _, instr := range b.Instrs {
				if c, ok := instr.(*ssa.Call); ok {
					if callee := c.Common().StaticCallee(); callee != nil {
						visit(f, c, callee)
					}
				}
			}
		}
	}
}

func (x *extractor) findUses() {
	statuses := map[string]StatusUse{}
	for _, s := range x.config.Sinks.Statuses {
		statuses[s.Function] = s
	}
	bodies := map[string]Body{}
	for _, list := range [][]Body{standardBodies, x.config.Sinks.Bodies} {
		for _, b := range list {
			bodies[b.Function] = b
		}
	}
	for _, f := range x.program.Functions {
		if inStandard(f) || x.outside(f) {
			continue
		}
		if _, judge := statuses[plainName(f)]; judge {
			continue // compares for its caller
		}
		for _, b := range f.Blocks {
			for _, instr := range b.Instrs {
				switch i := instr.(type) {
				case *ssa.MapUpdate:
					if what := mapKind(i.Map); what != "" {
						x.written(what, "assign", i, i.Map, i.Key, i.Value)
					}
				case *ssa.BinOp:
					x.compared(i)
				case *ssa.Lookup:
					if mapKind(i.X) == "header" && !i.CommaOk {
						x.read(i, i.X, i.Index)
					}
				case *ssa.Call:
					x.deleted(i)
					x.sent(i)
					callee := i.Common().StaticCallee()
					if callee == nil {
						continue
					}
					x.use(i, plainName(callee), statuses)
					if rule, ok := bodies[plainName(callee)]; ok && !x.config.Open {
						x.decoded(i, rule)
					}
				}
			}
		}
	}
}

func (x *extractor) use(c *ssa.Call, name string, statuses map[string]StatusUse) {
	args := c.Common().Args
	for what, calls := range map[string]map[string]string{"header": headerCalls, "query": queryCalls} {
		if do, ok := calls[name]; ok {
			var value ssa.Value
			if len(args) > 2 {
				value = args[2]
			}
			x.written(what, do, c, args[0], args[1], value)
		}
	}
	if name == "(net/http.Header).Get" || name == "(net/http.Header).Values" {
		x.read(c, args[0], args[1])
	}
	if s, ok := statuses[name]; ok && s.Codes < len(args) {
		x.accepted(c, args[s.Response], args[s.Codes], statusDepth)
	}
}

// statusDepth is how many callers back the list of accepted codes is looked for, where a function is handed it.
const statusDepth = 3

func (x *extractor) accepted(c *ssa.Call, response, codes ssa.Value, depth int) {
	if p, ok := codes.(*ssa.Parameter); ok && depth > 0 && x.rootName(p.Parent()) == "" {
		f := p.Parent()
		node := x.program.Graph.Nodes[f]
		if node == nil {
			return
		}
		for _, e := range sortedIn(node) {
			if e.Site == nil || inStandard(e.Caller.Func) {
				continue
			}
			args := arguments(e.Site.Common(), f)
			of := func(v ssa.Value) ssa.Value {
				for i, q := range f.Params {
					if q == v && i < len(args) {
						return args[i]
					}
				}
				return v
			}
			x.accepted(c, of(response), of(codes), depth-1)
		}
		return
	}
	var list []string
	for _, e := range x.valueList(codes) {
		if e.Const != nil {
			list = append(list, *e.Const)
		}
	}
	x.siteFacts = append(x.siteFacts, statusFact{K: "status", Owner: x.value(response), Codes: list,
		How: "accepted", Func: x.funcID(c.Parent()), At: x.position(c.Pos())})
}

func (x *extractor) valueList(v ssa.Value) []*Expr {
	if e := x.value(v); e.List != nil {
		return e.List
	}
	return nil
}

func mapKind(v ssa.Value) string {
	switch typeName(v.Type()) {
	case "net/http.Header", "net/textproto.MIMEHeader":
		return "header"
	case "net/url.Values":
		return "query"
	}
	return ""
}

func (x *extractor) written(what, do string, at ssa.Instruction, owner, key, value ssa.Value) {
	if x.isCopying(at.Parent()) {
		return // the headers that the original has
	}
	fact := writeFact{K: "write", What: what, Do: do, Owner: x.value(owner), Key: x.value(key),
		Func: x.funcID(at.Parent()), At: x.position(at.Pos())}
	if !mayBeRequest(fact.Owner) {
		return
	}
	if value != nil {
		fact.Value = x.value(value)
	}
	fact.Guard = x.guard(at.Block(), x.madeBefore(fact.Owner, at))
	x.siteFacts = append(x.siteFacts, fact)
}

// deleted: `delete(header, key)` takes away what an assignment put there.
func (x *extractor) deleted(c *ssa.Call) {
	if b, ok := c.Call.Value.(*ssa.Builtin); !ok || b.Name() != "delete" {
		return
	}
	if what := mapKind(c.Call.Args[0]); what != "" {
		x.written(what, "del", c, c.Call.Args[0], c.Call.Args[1], nil)
	}
}

// mayBeRequest: a map made on the spot is no request's.
func mayBeRequest(e *Expr) bool {
	return e.Request != 0 || e.Every || e.Node != 0 || e.Any != nil || e.Addr != nil && mayBeRequest(e.Addr)
}

// madeBefore is the block that made the request, where that is the same function: a guard counts from there.
func (x *extractor) madeBefore(owner *Expr, at ssa.Instruction) *ssa.BasicBlock {
	if owner.Request != 0 {
		if made := x.requests[owner.Request-1]; made.Parent() == at.Parent() {
			return made.Block()
		}
	}
	return nil
}

// compared: resp.StatusCode == 404 and the like.
func (x *extractor) compared(b *ssa.BinOp) {
	if b.Op != token.EQL && b.Op != token.NEQ {
		return
	}
	left, right := b.X, b.Y
	if _, ok := left.(*ssa.Const); ok {
		left, right = right, left
	}
	code, ok := right.(*ssa.Const)
	load, isLoad := left.(*ssa.UnOp)
	if !ok || !isLoad || load.Op != token.MUL {
		return
	}
	field, ok := load.X.(*ssa.FieldAddr)
	if !ok || fieldName(field.X.Type(), field.Field) != "net/http.Response.StatusCode" {
		return
	}
	x.siteFacts = append(x.siteFacts, statusFact{K: "status", Owner: x.value(field.X), Codes: []string{constantText(code)},
		How: "compared", Func: x.funcID(b.Parent()), At: x.position(b.Pos())})
}

// read: a header of a response. Generated code reads every header into a result; it matters where the result's field
// is loaded again.
func (x *extractor) read(at ssa.Value, owner, key ssa.Value) {
	instr := at.(ssa.Instruction)
	fact := readFact{K: "read", What: "header", Owner: x.value(owner), Key: x.value(key),
		Func: x.funcID(instr.Parent()), At: x.position(at.Pos())}
	if !mayBeRequest(fact.Owner) || ofRequest(owner) {
		return
	}
	into := map[string]bool{}
	x.landing(at, into, map[ssa.Value]bool{})
	if len(into) == 0 {
		fact.Used = true
	}
	for _, name := range sortedKeys(into) {
		fact.Into = append(fact.Into, name)
		fact.Used = fact.Used || x.loaded(name)
		fact.By = append(fact.By, x.readers(name)...)
	}
	x.siteFacts = append(x.siteFacts, fact)
}

// ofRequest: the header map is loaded from a request, so reading it reads no response.
func ofRequest(header ssa.Value) bool {
	load, ok := header.(*ssa.UnOp)
	if !ok || load.Op != token.MUL {
		return false
	}
	field, ok := load.X.(*ssa.FieldAddr)
	return ok && structName(field.X.Type()) == "net/http.Request"
}

// landing follows a value through conversions and calls of the standard library to the fields that it is put into.
func (x *extractor) landing(v ssa.Value, into map[string]bool, seen map[ssa.Value]bool) {
	if seen[v] || v.Referrers() == nil {
		return
	}
	seen[v] = true
	for _, r := range *v.Referrers() {
		switch use := r.(type) {
		case *ssa.Store:
			switch a := use.Addr.(type) {
			case *ssa.FieldAddr:
				if use.Val == v {
					into[fieldName(a.X.Type(), a.Field)] = true
				}
			case *ssa.Alloc:
				if use.Val == v {
					x.landing(a, into, seen)
				}
			case *ssa.IndexAddr, *ssa.Global:
			}
		case *ssa.MapUpdate:
			if use.Value == v {
				x.landing(use.Map, into, seen)
			}
		case *ssa.Call:
			if f := use.Common().StaticCallee(); f != nil && f.Signature.Results().Len() > 0 {
				x.landing(use, into, seen)
			}
		case *ssa.Extract, *ssa.Convert, *ssa.ChangeType, *ssa.Slice, *ssa.UnOp, *ssa.Phi, *ssa.MakeInterface:
			if value, ok := use.(ssa.Value); ok && !types.Identical(value.Type(), types.Universe.Lookup("error").Type()) {
				x.landing(value, into, seen)
			}
		}
	}
}
