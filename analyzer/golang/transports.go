package main

import (
	"fmt"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// net/http asks for gzip by itself, unless the transport that sends a request was told not to (Transport.roundTrip and
// persistConn.roundTrip of Go 1.26). Which transport that is hangs on how the pipeline was made, as its stages do. So the
// stage that hands a request to net/http has one more behind it, the transport's own, where compression is not switched
// off in the object that this pipeline was given.

const (
	clientTransport = "net/http.Client.Transport"
	noCompression   = "net/http.Transport.DisableCompression"
	sendsByClient   = "Do"
	transportRound  = "RoundTrip"
	acceptEncoding  = "Accept-Encoding"
	rangeHeader     = "Range" // a part of a compressed body is of no use
)

// httpTypes are net/http's client and transport, nil where the program has none.
type httpTypes struct{ client, transport types.Type }

func (x *extractor) findTransports() {
	p := x.program.SSA.ImportedPackage("net/http")
	if p == nil || x.config.Open {
		return
	}
	client, transport := p.Type("Client"), p.Type("Transport")
	if client == nil || transport == nil {
		return
	}
	x.http = httpTypes{types.NewPointer(client.Type()), types.NewPointer(transport.Type())}
}

// compressionOf is the path from a client to the switch.
func (x *extractor) compressionOf() []step {
	var path []step
	for _, at := range []struct {
		owner types.Type
		key   string
	}{{x.http.client, clientTransport}, {x.http.transport, noCompression}} {
		fields := structType(at.owner)
		for i := 0; i < fields.NumFields(); i++ {
			if fieldName(at.owner, i) == at.key {
				path = append(path, step{at.owner, i})
			}
		}
	}
	return path
}

func endsInSwitch(path []step) bool { return len(path) > 0 && path[len(path)-1].key() == noCompression }

// sender is what a function sends its request by: a client, or a transport; nil where it hands the request on or does
// something else.
func (x *extractor) sender(f *ssa.Function, method string) ssa.Value {
	if x.http.client == nil {
		return nil
	}
	sends := map[string]types.Type{sendsByClient: x.http.client, transportRound: x.http.transport}[method]
	for _, b := range f.Blocks {
		for _, instr := range b.Instrs {
			c, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			common := c.Common()
			if callee := common.StaticCallee(); callee != nil && callee.Name() == method && len(common.Args) > 0 &&
				types.Identical(common.Args[0].Type(), sends) {
				return common.Args[0]
			}
			if common.IsInvoke() && common.Method.Name() == method {
				if asked, ok := common.Value.Type().Underlying().(*types.Interface); ok && types.Implements(sends, asked) {
					return common.Value
				}
			}
		}
	}
	return nil
}

// withTransport puts the transport's own stage behind one that sends. `self` is the handler's object, nil for functions.
func (x *extractor) withTransport(stage *Expr, f *ssa.Function, self ssa.Value, in *frame) *Expr {
	client := x.sender(f, sendsByClient)
	if client == nil {
		return stage
	}
	var inner *frame
	key := fmt.Sprintf("transport of %p", f)
	if self != nil {
		inner = x.method(f, self, in.within(self))
		key += inner.name()
	}
	asks := x.node("local", key, f, func(n *node) {
		n.name = "transport of " + x.functionName(f)
		off := x.fieldsOf(client, x.compressionOf(), inner)
		note := func(from *Expr, is string) {
			x.flowFacts = append(x.flowFacts, flowFact{K: "flow", To: n.id, From: from, Func: x.funcID(f), At: x.position(f.Pos()),
				Guard: &Guard{Is: is, E: off, Text: map[string]string{"false": "!", "true": ""}[is] + "transport.DisableCompression"}})
		}
		note(&Expr{Stage: &Expr{New: "net/http.Transport"}, Fn: x.funcID(x.roundTrip())}, "false")
		note(&Expr{Nil: true}, "true")
	})
	return &Expr{Seq: []*Expr{stage, asks}}
}

// roundTrip is the transport's method; asked for the first time, its write is noted.
func (x *extractor) roundTrip() *ssa.Function {
	if x.round != nil {
		return x.round
	}
	x.round = x.program.SSA.LookupMethod(x.http.transport, nil, transportRound)
	request := x.node("param", x.functionName(x.round)+"(req)", x.round, func(*node) {})
	lacks := func(name string) *Guard {
		return &Guard{Is: "empty", E: &Expr{Held: request, Key: constantOf(name)}, Text: fmt.Sprintf("req.Header.Get(%q) == \"\"", name)}
	}
	x.siteFacts = append(x.siteFacts, writeFact{K: "write", What: "header", Do: "set", Owner: request, Key: constantOf(acceptEncoding),
		Value: constantOf("gzip"), Guard: both(lacks(acceptEncoding), lacks(rangeHeader)), Func: x.funcID(x.round),
		At: "net/http/transport.go"})
	return x.round
}

// ownTransport: a client's or transport's stand-in is looked through, where its method sends by a client or transport after
// all.
func (x *extractor) ownTransport(v *ssa.MakeInterface, path []step, in *frame) *Expr {
	asked := transportRound
	if path[0].key() == clientTransport {
		asked = sendsByClient
	}
	why := unknown("a transport of type " + typeName(v.X.Type()))
	if types.NewMethodSet(v.X.Type()).Lookup(nil, asked) == nil || in != nil && in.depth > frameDepth {
		return why
	}
	f := x.program.SSA.LookupMethod(v.X.Type(), nil, asked)
	if f == nil {
		return why
	}
	by := x.sender(f, asked)
	if by == nil {
		return why
	}
	return x.fieldsOf(by, path, x.method(f, v.X, in.within(v.X)))
}
