package main

import (
	"fmt"
	"go/token"
	"go/types"
	"path"
	"sort"
	"strings"

	"golang.org/x/tools/go/callgraph"
	"golang.org/x/tools/go/ssa"
)

// extractor turns a program into facts. It works on demand: the request sites first, then what their expressions
// name, until nothing new is named. All ids are given in an order that only depends on the program.
type extractor struct {
	load    *Load
	program *Program
	config  *Config
	index   *Index
	flows   map[*ssa.Function]*Flow

	sameArg      map[string]int
	copies       map[string]bool // of these, those that make a copy
	sentCopies   map[*ssa.Call]bool
	sameFields   map[string]bool
	joins        map[string]bool
	requestTypes map[string]bool // types whose values stand for a request, or for a part of one
	wraps        map[string]bool // of these, those that hold a whole one
	requests     []*ssa.Call
	requestIDs   map[*ssa.Call]int
	roots        map[*ssa.Function]string
	failArg      map[string]int           // calls whose error belongs to the request in this argument
	loads        map[string][]loadPlace   // where fields are loaded
	landmarks    []*ssa.Function          // that read answers: the ways to them are told too
	answered     map[*ssa.Function][]sent // functions that are handed the response of one request

	nodes      map[string]*node
	queue      []*node
	funcIDs    map[*ssa.Function]int
	funcs      []*ssa.Function
	sites      map[string]int
	siteFacts  []any
	flowFacts  []flowFact
	guarding   *frame              // whose conditions are being read
	lean       bool                // only tests of arguments are of interest
	level      int                 // depth of the expression being read
	listing    map[*ssa.Alloc]bool // being read now
	addressing map[ssa.Value]bool  // likewise, of URLs
	folders    map[string]string

	touches     map[*ssa.Function]map[string]bool // types of what a function may change
	stageKinds  []stageKind
	stageTypes  map[types.Type]*stageKind
	sendings    map[string]sending // by the function that sends
	argumentsOf map[*ssa.Function][]argument
	frames      map[frameKey]*frame
	senders     map[string]bool // fields that hold the element behind a list of stages
	originsOf   map[ssa.Value]*origins
	http        httpTypes
	round       *ssa.Function // the transport's method, once it was asked for
}

func newExtractor(l *Load, p *Program, config *Config) (*extractor, error) {
	x := &extractor{
		load: l, program: p, config: config, index: newIndex(p), flows: map[*ssa.Function]*Flow{},
		sameArg: map[string]int{}, copies: map[string]bool{}, sentCopies: map[*ssa.Call]bool{}, sameFields: map[string]bool{}, joins: map[string]bool{}, requestIDs: map[*ssa.Call]int{},
		failArg: map[string]int{}, answered: map[*ssa.Function][]sent{},
		roots: map[*ssa.Function]string{}, nodes: map[string]*node{}, funcIDs: map[*ssa.Function]int{}, sites: map[string]int{},
		touches: map[*ssa.Function]map[string]bool{}, argumentsOf: map[*ssa.Function][]argument{},
		listing: map[*ssa.Alloc]bool{}, addressing: map[ssa.Value]bool{}, frames: map[frameKey]*frame{}, senders: map[string]bool{}, originsOf: map[ssa.Value]*origins{}, wraps: map[string]bool{},
		stageTypes: map[types.Type]*stageKind{}, sendings: map[string]sending{},
		requestTypes: map[string]bool{"net/http.Header": true, "net/url.Values": true},
	}
	for _, known := range []map[string]int{standardSame, standardText, standardErrors} {
		for name, arg := range known {
			x.sameArg[name] = arg
		}
	}
	for _, s := range config.Sinks.Same {
		x.sameArg[s.Function] = s.Argument
		x.copies[s.Function] = s.Copy
	}
	for _, name := range config.Sinks.Joins {
		x.joins[name] = true
	}
	for _, s := range config.Sinks.Failures {
		x.failArg[s.Function] = s.Argument
	}
	for _, name := range config.Sinks.ErrorCodes.Fields {
		x.sameFields[name] = true
	}
	for _, name := range config.Sinks.ErrorCodes.Functions {
		x.sameArg[name] = 0
	}
	for _, list := range [][]string{standardSameFields, config.Sinks.SameFields} {
		for _, name := range list {
			x.sameFields[name] = true
			holder := name[:strings.LastIndexByte(name, '.')]
			x.requestTypes[holder], x.requestTypes["*"+holder] = true, true
			x.wraps[holder] = holder != "net/http.Response"
		}
	}
	for _, r := range p.Roots {
		if x.roots[r.Func] == "" {
			x.roots[r.Func] = r.Name
		}
	}
	x.findLoads()
	x.findTransports()
	if err := x.findStages(); err != nil {
		return nil, err
	}
	x.findAnswered()
	return x, nil
}

// extractAll fills siteFacts and flowFacts.
func (x *extractor) extractAll() {
	x.findRequests()
	x.findUses()
	x.findCodes()
	for len(x.queue) > 0 {
		n := x.queue[0]
		x.queue = x.queue[1:]
		n.expand(n)
	}
}

// outside: the function is of a package that the caller does not ask about.
func (x *extractor) outside(f *ssa.Function) bool {
	pkg := packageOf(f)
	for _, glob := range x.config.Outside {
		prefix, all := strings.CutSuffix(glob, "/**")
		if pkg == prefix || all && strings.HasPrefix(pkg, prefix+"/") {
			return true
		}
	}
	return false
}

func (x *extractor) rootName(f *ssa.Function) string { return x.roots[f] }

func (x *extractor) funcID(f *ssa.Function) int {
	id := x.funcIDs[f]
	if id == 0 {
		x.funcs = append(x.funcs, f)
		id = len(x.funcs)
		x.funcIDs[f] = id
	}
	return id
}

// siteID names one call of one callee.
func (x *extractor) siteID(site ssa.CallInstruction, callee *ssa.Function) int {
	key := fmt.Sprintf("%p %p", site, callee)
	if x.sites[key] == 0 {
		x.sites[key] = len(x.sites) + 1
	}
	return x.sites[key]
}

// functionName tells generated wrappers of one name apart by nothing: they have the same body.
func (x *extractor) functionName(f *ssa.Function) string { return nameOf(f) }

// position is "import/path/file.go:12": the same on every machine.
func (x *extractor) position(pos token.Pos) string {
	if !pos.IsValid() {
		return ""
	}
	p := x.load.Fset.Position(pos)
	return fmt.Sprintf("%s:%d", x.fileName(p.Filename), p.Line)
}

func (x *extractor) fileName(file string) string {
	dir := path.Dir(file)
	if name, ok := x.dirs()[dir]; ok {
		return name + "/" + path.Base(file)
	}
	return path.Base(file)
}

// where a function stands; a wrapper stands where the function it wraps does.
func (x *extractor) where(f *ssa.Function) string {
	for g := f; g != nil; g = g.Parent() {
		if g.Pos().IsValid() {
			return x.position(g.Pos())
		}
	}
	if o := f.Object(); o != nil {
		return x.position(o.Pos())
	}
	return ""
}

func sortedIn(n *callgraph.Node) []*callgraph.Edge { return sortEdges(n.In) }

func sortEdges(edges []*callgraph.Edge) []*callgraph.Edge {
	list := append([]*callgraph.Edge(nil), edges...)
	sort.SliceStable(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if a.Caller.Func != b.Caller.Func {
			return ordered(a.Caller.Func, b.Caller.Func)
		}
		if a.Pos() != b.Pos() {
			return a.Pos() < b.Pos()
		}
		return ordered(a.Callee.Func, b.Callee.Func)
	})
	return list
}

func sortedKeys(m map[string]bool) []string {
	list := make([]string, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	sort.Strings(list)
	return list
}
