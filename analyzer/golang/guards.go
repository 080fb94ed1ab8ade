package main

import (
	"go/constant"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// Flow is one function's control flow without the ways that only end in an error, and what each block depends on.
//
// A header write after `if err != nil { return nil, err }` happens in every request that is sent, so blocks that can
// only reach an error return are left out before post-dominance is computed. Then, as usual (Ferrante, Ottenstein,
// Warren 1987), a block depends on a branch if it post-dominates one successor and not the branch itself.
type Flow struct {
	f      *ssa.Function
	live   []bool
	post   [][]bool // post[a][b]: every way from a to an accepted exit meets b
	depsOf [][]edge
}

// maxBranches is how many branches deep a guard is spelt out. Requests are built in straight lines with few nested
// tests; parsers and state machines are not, and their guards double with each branch.
const maxBranches = 8

type edge struct {
	block *ssa.BasicBlock
	arm   int // index in Succs: 0 is true
}

// A stage of a pipeline accepts where it hands the request on: what a retry loop writes before that is written to each
// request that is sent, however often the loop may run.
func newFlow(f *ssa.Function, onward []*ssa.BasicBlock) *Flow {
	n := len(f.Blocks)
	w := &Flow{f: f, live: make([]bool, n), post: make([][]bool, n), depsOf: make([][]edge, n)}
	accepted := make([]bool, n)
	found := false
	for _, b := range onward {
		accepted[b.Index], found = true, true
	}
	for _, b := range f.Blocks {
		if len(onward) > 0 {
			break
		}
		if ret, ok := last(b).(*ssa.Return); ok && !failing(ret) {
			accepted[b.Index], found = true, true
		}
	}
	if !found {
		for _, b := range f.Blocks {
			accepted[b.Index] = len(b.Succs) == 0
		}
	}
	w.markLive(accepted)
	w.postDominators(accepted)
	w.dependences()
	return w
}

func last(b *ssa.BasicBlock) ssa.Instruction {
	if len(b.Instrs) == 0 {
		return nil
	}
	return b.Instrs[len(b.Instrs)-1]
}

// failing: a return whose error cannot be nil, or is not the nil constant while nothing else is given back.
func failing(r *ssa.Return) bool {
	n := len(r.Results)
	if n == 0 || !isError(r.Results[n-1].Type()) {
		return false
	}
	if c, ok := r.Results[n-1].(*ssa.Const); ok && c.IsNil() {
		return false
	}
	if n > 1 && (knownNonNil(r.Results[n-1], r.Block()) || wraps(r.Results[n-1], r.Block())) {
		return true
	}
	for _, v := range r.Results[:n-1] {
		if !isZero(v) {
			return false
		}
	}
	// `return f()` of a lone error may well be the good way; fmt.Errorf of an error is not.
	return n > 1 || knownNonNil(r.Results[0], r.Block()) || standardCall(r.Results[0]) && wraps(r.Results[0], r.Block())
}

func isZero(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.Const:
		return v.Value == nil || v.Value.Kind() == constant.String && constant.StringVal(v.Value) == "" ||
			v.Value.Kind() == constant.Int && constant.Sign(v.Value) == 0 || v.Value.Kind() == constant.Bool && !constant.BoolVal(v.Value)
	case *ssa.UnOp: // a composite literal without fields
		a, ok := v.X.(*ssa.Alloc)
		if v.Op != token.MUL || !ok {
			return false
		}
		for _, r := range *a.Referrers() {
			switch r.(type) {
			case *ssa.UnOp, *ssa.DebugRef:
			default:
				return false
			}
		}
		return true
	}
	return false
}

// knownNonNil: a branch `v != nil` leads here, or the value is a fresh error.
func knownNonNil(v ssa.Value, b *ssa.BasicBlock) bool {
	if _, ok := v.(*ssa.MakeInterface); ok {
		return true
	}
	for child, d := b, b.Idom(); d != nil; child, d = d, d.Idom() {
		branch, ok := last(d).(*ssa.If)
		if !ok || len(child.Preds) != 1 {
			continue
		}
		test, ok := branch.Cond.(*ssa.BinOp)
		if !ok || test.X != v {
			continue
		}
		if c, ok := test.Y.(*ssa.Const); ok && c.IsNil() {
			return test.Op == token.NEQ && d.Succs[0] == child || test.Op == token.EQL && d.Succs[1] == child
		}
	}
	return false
}

func standardCall(v ssa.Value) bool {
	call, ok := v.(*ssa.Call)
	return ok && call.Call.StaticCallee() != nil && inStandard(call.Call.StaticCallee())
}

// wraps: an error that is made of one that is known to be there, as by fmt.Errorf.
func wraps(v ssa.Value, b *ssa.BasicBlock) bool {
	call, ok := v.(*ssa.Call)
	if !ok {
		return false
	}
	var causes []ssa.Value
	for _, a := range call.Call.Args {
		causes = append(causes, a)
		if list, ok := a.(*ssa.Slice); ok {
			causes = append(causes, elements(list.X)...)
		}
	}
	for _, cause := range causes {
		if wide, ok := cause.(*ssa.ChangeInterface); ok {
			cause = wide.X
		}
		if _, fresh := cause.(*ssa.MakeInterface); !fresh && isError(cause.Type()) && knownNonNil(cause, b) {
			return true
		}
	}
	return false
}

func isError(t types.Type) bool {
	return types.Identical(t, types.Universe.Lookup("error").Type())
}

// elements are what is stored into a local array.
func elements(array ssa.Value) []ssa.Value {
	var list []ssa.Value
	if array.Referrers() == nil {
		return nil
	}
	for _, r := range *array.Referrers() {
		if at, ok := r.(*ssa.IndexAddr); ok {
			for _, rr := range *at.Referrers() {
				if s, ok := rr.(*ssa.Store); ok && s.Addr == at {
					list = append(list, s.Val)
				}
			}
		}
	}
	return list
}

func (w *Flow) markLive(accepted []bool) {
	var work []*ssa.BasicBlock
	for _, b := range w.f.Blocks {
		if accepted[b.Index] {
			work = append(work, b)
		}
	}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if w.live[b.Index] {
			continue
		}
		w.live[b.Index] = true
		work = append(work, b.Preds...)
	}
}

func (w *Flow) postDominators(accepted []bool) {
	n := len(w.f.Blocks)
	for i := range w.post {
		w.post[i] = make([]bool, n)
		for j := range w.post[i] {
			w.post[i][j] = w.live[j] && !accepted[i] || i == j
		}
	}
	for changed := true; changed; {
		changed = false
		for i := n - 1; i >= 0; i-- {
			if !w.live[i] || accepted[i] {
				continue
			}
			for j := 0; j < n; j++ {
				if i == j || !w.post[i][j] {
					continue
				}
				for _, s := range w.f.Blocks[i].Succs {
					if w.live[s.Index] && !w.post[s.Index][j] {
						w.post[i][j], changed = false, true
						break
					}
				}
			}
		}
	}
}

func (w *Flow) dependences() {
	for _, a := range w.f.Blocks {
		if !w.live[a.Index] || len(a.Succs) < 2 {
			continue
		}
		for arm, s := range a.Succs {
			if !w.live[s.Index] {
				continue
			}
			for j := range w.f.Blocks {
				if w.post[s.Index][j] && (j == a.Index || !w.post[a.Index][j]) {
					w.depsOf[j] = append(w.depsOf[j], edge{a, arm})
				}
			}
		}
	}
}

// guard is the condition under which block b runs once `from` has run (nil: once the function was entered); nil is
// always.
func (x *extractor) guard(b, from *ssa.BasicBlock) *Guard {
	w := x.flow(b.Parent())
	assumed := map[edge]bool{}
	if from != nil {
		w.closure(from, assumed)
		x.succeeded(w, from, assumed)
	}
	return x.guardOf(w, b, assumed, map[int]bool{})
}

// succeeded: what is done to a request that a block makes is done where the maker gave no error, or there is none.
func (x *extractor) succeeded(w *Flow, from *ssa.BasicBlock, into map[edge]bool) {
	for _, b := range w.f.Blocks {
		branch, ok := last(b).(*ssa.If)
		if !ok {
			continue
		}
		test, ok := branch.Cond.(*ssa.BinOp)
		if !ok || test.Op != token.EQL && test.Op != token.NEQ || !isNilConst(test.Y) {
			continue
		}
		err, ok := test.X.(*ssa.Extract)
		if !ok || err.Index == 0 {
			continue
		}
		if c, ok := err.Tuple.(*ssa.Call); ok && x.requestIDs[c] != 0 && c.Block() == from {
			arm := 0
			if test.Op == token.NEQ {
				arm = 1
			}
			into[edge{b, arm}] = true
		}
	}
}

// closure collects the branches that a block hangs on, directly or not.
func (w *Flow) closure(b *ssa.BasicBlock, into map[edge]bool) {
	for _, e := range w.depsOf[b.Index] {
		if !into[e] {
			into[e] = true
			w.closure(e.block, into)
		}
	}
}

// tested is the value that a test asks for.
func (x *extractor) tested(v ssa.Value) *Expr {
	if x.lean && !asksArguments(v) {
		return &Expr{Op: "not followed in a condition"}
	}
	return x.valueIn(v, x.guarding.within(v))
}

// asksArguments: a parameter, a local object, or fields of these.
func asksArguments(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.Parameter, *ssa.Alloc, *ssa.Const:
		return true
	case *ssa.FieldAddr:
		return asksArguments(v.X)
	case *ssa.Field:
		return asksArguments(v.X)
	case *ssa.UnOp:
		return v.Op == token.MUL && asksArguments(v.X)
	case *ssa.ChangeType:
		return asksArguments(v.X)
	case *ssa.Convert:
		return asksArguments(v.X)
	}
	return false
}

func (x *extractor) guardOf(w *Flow, b *ssa.BasicBlock, assumed map[edge]bool, open map[int]bool) *Guard {
	if open[b.Index] {
		return nil // around a loop: what its first round needs is on the other way
	}
	if len(open) > maxBranches {
		return &Guard{Is: "test", Text: "more branches than are followed"}
	}
	open[b.Index] = true
	defer delete(open, b.Index)
	var ways []*Guard
	for _, e := range w.depsOf[b.Index] {
		if e.block == b {
			continue // a loop's head depends on itself
		}
		if assumed[e] {
			return nil
		}
		branch, ok := last(e.block).(*ssa.If)
		var here *Guard
		if ok {
			here = x.condition(branch.Cond, e.arm == 0)
		} else {
			here = &Guard{Is: "test", Text: "a switch or select"}
		}
		if way := both(x.guardOf(w, e.block, assumed, open), here); way != nil {
			ways = append(ways, way)
		} else {
			return nil
		}
	}
	switch len(ways) {
	case 0:
		return nil
	case 1:
		return ways[0]
	}
	return &Guard{Is: "or", Part: ways}
}

// condition turns the condition of a branch, or its opposite, into a test.
func (x *extractor) condition(v ssa.Value, holds bool) *Guard {
	switch c := v.(type) {
	case *ssa.UnOp:
		if c.Op == token.NOT {
			return x.condition(c.X, !holds)
		}
	case *ssa.Extract:
		if next, ok := c.Tuple.(*ssa.Next); ok && c.Index == 0 {
			r, isRange := next.Iter.(*ssa.Range)
			if isRange && holds {
				return x.testsLength(&Guard{Is: "loop", E: x.tested(r.X), Text: "for range " + text(r.X)}, r.X, "set")
			}
			return nil // the loop ends at last
		}
	case *ssa.BinOp:
		if g := x.comparison(c, holds); g != nil {
			return g
		}
	case *ssa.Call:
		if g := x.zeroTest(c, holds); g != nil {
			return g
		}
	}
	if !holds {
		return x.tests(&Guard{Is: "false", E: x.tested(v), Text: "!" + text(v)}, v, "unset")
	}
	return x.tests(&Guard{Is: "true", E: x.tested(v), Text: text(v)}, v, "set")
}

// zeroTest spells out a moment's IsZero, and reflect.ValueOf(x).IsZero() for a struct of flags and numbers: all of its
// fields are zero, or one is not.
func (x *extractor) zeroTest(c *ssa.Call, holds bool) *Guard {
	if f := c.Common().StaticCallee(); f != nil && plainName(f) == "(time.Time).IsZero" {
		moment := c.Common().Args[0]
		if holds {
			return &Guard{Is: "empty", E: x.tested(moment), Text: text(moment) + " is zero"}
		}
		return &Guard{Is: "nonempty", E: x.tested(moment), Text: text(moment) + " is not zero"}
	}
	boxed := reflected(c)
	if boxed == nil {
		return nil
	}
	fields := structType(boxed.Type())
	if fields == nil || isPointer(boxed.Type()) || fields.NumFields() > 20 || x.lean && !asksArguments(boxed) {
		return nil
	}
	g := &Guard{Is: map[bool]string{true: "and", false: "or"}[holds]}
	for i := 0; i < fields.NumFields(); i++ {
		basic, ok := fields.Field(i).Type().Underlying().(*types.Basic)
		if !ok {
			return nil
		}
		test := &Guard{E: x.fieldsOf(boxed, []step{{boxed.Type(), i}}, x.guarding.within(boxed))}
		name := text(boxed) + "." + fields.Field(i).Name()
		switch {
		case basic.Info()&types.IsBoolean != 0 && holds:
			test.Is, test.Text = "false", "!"+name
		case basic.Info()&types.IsBoolean != 0:
			test.Is, test.Text = "true", name
		case holds:
			test.Is, test.Text = "empty", name+" is zero"
		default:
			test.Is, test.Text = "nonempty", name+" is not zero"
		}
		g.Part = append(g.Part, test)
	}
	return g
}

// reflected is the struct whose zeroness a call asks for.
func reflected(c *ssa.Call) ssa.Value {
	f := c.Common().StaticCallee()
	if f == nil || plainName(f) != "(reflect.Value).IsZero" {
		return nil
	}
	made, ok := c.Common().Args[0].(*ssa.Call)
	if !ok || made.Common().StaticCallee() == nil || plainName(made.Common().StaticCallee()) != "reflect.ValueOf" {
		return nil
	}
	if boxed, ok := made.Common().Args[0].(*ssa.MakeInterface); ok {
		return boxed.X
	}
	return nil
}

func (x *extractor) comparison(c *ssa.BinOp, holds bool) *Guard {
	left, right, op := c.X, c.Y, c.Op
	if _, ok := left.(*ssa.Const); ok {
		left, right = right, left
		switch op {
		case token.LSS:
			op = token.GTR
		case token.GTR:
			op = token.LSS
		case token.LEQ:
			op = token.GEQ
		case token.GEQ:
			op = token.LEQ
		}
	}
	k, ok := right.(*ssa.Const)
	if !ok {
		if loopCounter(left) {
			if holds {
				loop := &Guard{Is: "loop", E: x.tested(right), Text: "loop up to " + text(right)}
				if list := lengthOf(right); list != nil {
					return x.testsLength(loop, list, "set")
				}
				return loop
			}
			return nil
		}
		return nil
	}
	if !holds {
		op = map[token.Token]token.Token{token.EQL: token.NEQ, token.NEQ: token.EQL, token.LSS: token.GEQ,
			token.GEQ: token.LSS, token.GTR: token.LEQ, token.LEQ: token.GTR}[op]
	}
	whole := text(left) + " " + op.String() + " " + text(right)
	if k.IsNil() {
		switch op {
		case token.EQL:
			return x.tests(&Guard{Is: "nil", E: x.tested(left), Text: whole}, left, "unset")
		case token.NEQ:
			return x.tests(&Guard{Is: "nonnil", E: x.tested(left), Text: whole}, left, "set")
		}
	}
	if k.Value == nil {
		return nil
	}
	if list := lengthOf(left); list != nil && constant.Sign(k.Value) == 0 {
		switch op {
		case token.GTR, token.NEQ:
			return x.testsLength(&Guard{Is: "nonempty", E: x.tested(list), Text: whole}, list, "set")
		case token.EQL, token.LEQ:
			return x.testsLength(&Guard{Is: "empty", E: x.tested(list), Text: whole}, list, "unset")
		}
	}
	value := constantText(k)
	zero := k.Value.Kind() == constant.Int && constant.Sign(k.Value) == 0
	switch {
	case op == token.EQL && value == "" && k.Value.Kind() == constant.String:
		return x.testsLength(&Guard{Is: "empty", E: x.tested(left), Text: whole}, left, "unset")
	case op == token.NEQ && value == "" && k.Value.Kind() == constant.String:
		return x.testsLength(&Guard{Is: "nonempty", E: x.tested(left), Text: whole}, left, "set")
	case op == token.EQL && zero:
		return x.tests(&Guard{Is: "eq", E: x.tested(left), C: value, Text: whole}, left, "unset")
	case op == token.NEQ && zero:
		return x.tests(&Guard{Is: "ne", E: x.tested(left), C: value, Text: whole}, left, "set")
	case op == token.EQL && k.Value.Kind() == constant.String:
		return x.testsLength(&Guard{Is: "eq", E: x.tested(left), C: value, Text: whole}, left, "needs")
	case op == token.EQL:
		return &Guard{Is: "eq", E: x.tested(left), C: value, Text: whole}
	case op == token.NEQ:
		return &Guard{Is: "ne", E: x.tested(left), C: value, Text: whole}
	}
	return &Guard{Is: "test", E: x.tested(left), Text: whole}
}

// lengthOf is what a call of len is given; nil for other values.
func lengthOf(v ssa.Value) ssa.Value {
	if call, ok := v.(*ssa.Call); ok {
		if b, ok := call.Call.Value.(*ssa.Builtin); ok && b.Name() == "len" {
			return call.Call.Args[0]
		}
	}
	return nil
}

// loopCounter: the index of a `for range` over a slice, which go/ssa writes as a phi of a block named for it.
func loopCounter(v ssa.Value) bool {
	b, ok := v.(*ssa.BinOp)
	if !ok || b.Op != token.ADD {
		return false
	}
	p, ok := b.X.(*ssa.Phi)
	return ok && p.Comment == "rangeindex"
}

func (x *extractor) flow(f *ssa.Function) *Flow {
	w := x.flows[f]
	if w == nil {
		w = newFlow(f, x.onward(f))
		x.flows[f] = w
	}
	return w
}
