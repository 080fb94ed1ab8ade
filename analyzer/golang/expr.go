package main

// Expr is where a value comes from, as far as one function shows it; what crosses functions is a node, and flow facts
// say what reaches a node. Pointers are transparent: *p and p carry the same values, and only nil tells them apart.
// Exactly one of the fields is set, Key and Fn apart.
type Expr struct {
	Const   *string `json:"const,omitempty"` // a constant, numbers and booleans as text
	Nil     bool    `json:"nil,omitempty"`
	Zero    bool    `json:"zero,omitempty"`    // the zero value of a struct, or of what was never stored
	Node    int     `json:"node,omitempty"`    // a node's id, from 1
	Addr    *Expr   `json:"addr,omitempty"`    // never nil, whatever it points to
	Cat     []*Expr `json:"cat,omitempty"`     // string concatenation
	Any     []*Expr `json:"any,omitempty"`     // one of
	List    []*Expr `json:"list,omitempty"`    // a slice or map literal's elements
	Op      string  `json:"op,omitempty"`      // computed by this function or operator; its result is not followed
	New     string  `json:"new,omitempty"`     // allocated here: never nil, never empty
	Request int     `json:"request,omitempty"` // a request's id, from 1: the request, its headers, query and response
	Every   bool    `json:"every,omitempty"`   // any request at all: what a transport is handed
	Seq     []*Expr `json:"seq,omitempty"`     // lists, one behind the other
	Join    *Expr   `json:"join,omitempty"`    // the texts of this list in one: empty where the list, or all in it, is
	Stage   *Expr   `json:"stage,omitempty"`   // a stage of a pipeline; Fn handles the request, 0: what the value is
	Held    *Expr   `json:"held,omitempty"`    // what a header of this request holds now; Key is its name
	Key     *Expr   `json:"key,omitempty"`     // of Held
	None    bool    `json:"none,omitempty"`    // no run comes here
	Unknown string  `json:"unknown,omitempty"` // cannot be followed, and why

	Fn int `json:"fn,omitempty"` // of Stage and of a New that is a function: its id
}

func constantOf(text string) *Expr { return &Expr{Const: &text} }
func unknown(reason string) *Expr  { return &Expr{Unknown: reason} }

func either(choices []*Expr) *Expr {
	switch len(choices) {
	case 0:
		return &Expr{Zero: true}
	case 1:
		return choices[0]
	}
	return &Expr{Any: choices}
}

// Guard is a condition over values. And and Or have parts; the tests have E, Eq and Ne also C.
type Guard struct {
	Is   string   `json:"is"` // and, or, nil, nonnil, empty, nonempty, eq, ne, true, false, loop, test
	Part []*Guard `json:"parts,omitempty"`
	E    *Expr    `json:"e,omitempty"`
	C    string   `json:"c,omitempty"`    // the constant of eq and ne
	Text string   `json:"text,omitempty"` // as a person would write it
	Word *Word    `json:"word,omitempty"` // of a test of its function's arguments: where the machine has it
}

func both(a, b *Guard) *Guard {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	parts := []*Guard{}
	for _, g := range []*Guard{a, b} {
		if g.Is == "and" {
			parts = append(parts, g.Part...)
		} else {
			parts = append(parts, g)
		}
	}
	return &Guard{Is: "and", Part: parts}
}
