package main

import (
	"net/url"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// Query parameters that stand in the text of an address: newer generated clients write "?comp=block" behind the address
// of their client, older ones set it on the request. Both are a write to the request's query.

// joined is the text that a function of the library makes of its texts, one behind the other; nil for other functions.
func (x *extractor) joined(c *ssa.Call, callee *ssa.Function, in *frame) *Expr {
	if !x.joins[plainName(callee)] {
		return nil
	}
	var parts []*Expr
	add := func(e *Expr) {
		if len(e.Cat) > 0 {
			parts = append(parts, e.Cat...)
		} else {
			parts = append(parts, e)
		}
	}
	args := c.Common().Args
	for i, a := range args {
		if i+1 < len(args) || !callee.Signature.Variadic() {
			add(x.valueIn(a, in))
			continue
		}
		list := x.valueIn(a, in)
		if list.List == nil {
			return &Expr{Op: plainName(callee)}
		}
		for _, e := range list.List {
			add(e)
		}
	}
	return &Expr{Cat: parts}
}

// addressed notes the parameters in the address of a request.
func (x *extractor) addressed(request requestFact) {
	if request.Endpoint == nil {
		return
	}
	parts := request.Endpoint.Cat
	if len(parts) == 0 {
		parts = []*Expr{request.Endpoint}
	}
	write := func(key string, value *Expr) {
		if name, err := url.QueryUnescape(key); err == nil && name != "" {
			x.siteFacts = append(x.siteFacts, writeFact{K: "write", What: "query", Do: "set", Owner: &Expr{Request: request.ID},
				Key: constantOf(name), Value: value, Func: request.Func, At: request.At})
		}
	}
	query := false
	for i, part := range parts {
		if part.Const == nil {
			continue
		}
		text := *part.Const
		if !query {
			_, after, found := strings.Cut(text, "?")
			if !found {
				continue
			}
			query, text = true, after
		}
		pairs := strings.Split(text, "&")
		for n, pair := range pairs {
			key, value, _ := strings.Cut(pair, "=")
			switch {
			case n == 0 && i > 0 && !strings.Contains(*part.Const, "?"):
				// the end of what a part before this one began
			case n+1 == len(pairs) && i+1 < len(parts) && strings.HasSuffix(pair, "="):
				write(key, parts[i+1])
			default:
				if plain, err := url.QueryUnescape(value); err == nil {
					write(key, constantOf(plain))
				}
			}
		}
	}
}
