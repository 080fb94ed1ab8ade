// Programs whose option fields are set in ways that are hard to see. Each build... function stands for a request
// builder; the test asks of the word that its comment names whether it can be other than zero at the entry:
//
//	// want FUNCTION REGISTER PATH: ANSWER
//
// PATH are offsets behind pointers. ANSWER is of the safest grade: "never" (zero and nothing else), "always" (other than
// zero and nothing else), "set" (a store is found), "maybe" (anything but never). After "want feasible" it is of the precise
// grade, and the safest one may know less. Each builder prints its name when the
// word is other than zero, and what is printed when the program runs must not be "never".
package main

import (
	"fmt"
	"os"
	"reflect"
	"strings"
)

type conditions struct {
	match *string
	lease *string
}

type options struct {
	tier       *string
	version    *string
	conditions *conditions
}

// Never constant for the compiler.
var some = os.Args[0]

//go:noinline
func saw(name string, word *string) {
	if word != nil {
		println(name)
	}
}

// Plain: one field set, one not, one always.

//go:noinline
func buildPlain(o *options) {
	saw("main.buildPlain AX 0", o.tier)
	saw("main.buildPlain AX 8", o.version)
}

// want main.buildPlain AX 0: always
// want main.buildPlain AX 8: never
// want main.buildPlain AX 16,0: never
func plain() { buildPlain(&options{tier: &some}) }

//go:noinline
func buildSometimes(o *options) {
	if o == nil {
		return
	}
	saw("main.buildSometimes AX 0", o.tier)
}

// want main.buildSometimes AX 0: set
// want main.buildSometimes AX 8: never
func sometimes() {
	buildSometimes(nil)
	buildSometimes(&options{})
	buildSometimes(&options{tier: &some})
}

// Through dynamic dispatch.

type setter interface{ set(o *options) }
type quiet struct{}
type loud struct{ with *string }

func (quiet) set(*options)     {}
func (l *loud) set(o *options) { o.tier = l.with }

var setters = []setter{quiet{}, &loud{&some}}

//go:noinline
func buildDispatched(o *options) { saw("main.buildDispatched AX 0", o.tier) }

// want main.buildDispatched AX 0: maybe
func dispatched() {
	o := &options{}
	setters[len(os.Args)%2].set(o)
	buildDispatched(o)
}

// Through a function value.

var modify = func(o *options) { o.version = &some }

//go:noinline
func buildByValue(o *options) { saw("main.buildByValue AX 8", o.version) }

// want main.buildByValue AX 8: maybe
func byValue() {
	o := options{}
	modify(&o)
	buildByValue(&o)
}

// Through a channel.

//go:noinline
func buildChannelled(o *options) { saw("main.buildChannelled AX 0", o.tier) }

// want main.buildChannelled AX 0: maybe
func channelled() {
	o := &options{}
	c := make(chan *options, 1)
	c <- o
	fill(c)
	buildChannelled(o)
}

//go:noinline
func fill(c chan *options) { (<-c).tier = &some }

// By an alias in another struct.

type request struct {
	name    string
	options *options
}

//go:noinline
func complete(r *request) { r.options.tier = &some }

//go:noinline
func leave(r *request) bool { return r.options.tier == nil }

//go:noinline
func buildAliased(o *options) {
	saw("main.buildAliased AX 0", o.tier)
	saw("main.buildAliased AX 8", o.version)
}

// want main.buildAliased AX 0: set
// want main.buildAliased AX 8: never
func aliased() {
	o := &options{}
	r := &request{"aliased", o}
	complete(r)
	buildAliased(o)
}

//go:noinline
func buildUnaliased(o *options) { saw("main.buildUnaliased AX 0", o.tier) }

// want main.buildUnaliased AX 0: never
func unaliased() {
	o := &options{}
	leave(&request{"unaliased", o})
	buildUnaliased(o)
}

var kept *options

//go:noinline
func completeKept() { kept.tier = &some }

//go:noinline
func buildKept(o *options) { saw("main.buildKept AX 0", o.tier) }

// want main.buildKept AX 0: maybe
func keepGlobally() {
	o := &options{}
	kept = o
	completeKept()
	buildKept(o)
}

//go:noinline
func keepIn(r *request, o *options) { r.options = o }

//go:noinline
func buildKeptInside(o *options) { saw("main.buildKeptInside AX 0", o.tier) }

// want main.buildKeptInside AX 0: maybe
func keepInside() {
	o := &options{}
	r := &request{}
	keepIn(r, o)
	complete(r)
	buildKeptInside(o)
}

// A captured variable.

//go:noinline
func call(f func()) { f() }

//go:noinline
func buildCaptured(o *options) { saw("main.buildCaptured AX 8", o.version) }

// want main.buildCaptured AX 8: maybe
func captured() {
	o := &options{}
	call(func() { o.version = &some })
	buildCaptured(o)
}

//go:noinline
func buildCapturedWord(tier *string) { saw("main.buildCapturedWord AX", tier) }

// want main.buildCapturedWord AX: maybe
func capturedWord() {
	var tier *string
	call(func() { tier = &some })
	buildCapturedWord(tier)
}

//go:noinline
func buildInside(o *options) { saw("main.buildInside AX 0", o.tier) }

// want main.buildInside AX 0: set
// want main.buildInside AX 8: never
func inside() {
	o := &options{tier: &some}
	call(func() { buildInside(o) })
}

// Generic code.

type settable interface{ *options | *conditions }

//go:noinline
func apply[T any](value *T, change func(*T)) *T {
	change(value)
	return value
}

//go:noinline
func buildGeneric(o *options) { saw("main.buildGeneric AX 0", o.tier) }

// want main.buildGeneric AX 0: maybe
func generic() { buildGeneric(apply(&options{}, func(o *options) { o.tier = &some })) }

func pointerTo[T any](value T) *T { return &value }

//go:noinline
func buildPointer(o *options) { saw("main.buildPointer AX 8", o.version) }

// want main.buildPointer AX 8: always
// want main.buildPointer AX 0: never
func pointer() { buildPointer(&options{version: pointerTo(some)}) }

// Reflection.

type exported struct {
	Tier    *string
	Version *string
}

//go:noinline
func buildReflected(o *exported) { saw("main.buildReflected AX 0", o.Tier) }

// want main.buildReflected AX 0: maybe
func reflected() {
	o := &exported{}
	reflect.ValueOf(o).Elem().FieldByName("Tier").Set(reflect.ValueOf(&some))
	buildReflected(o)
}

//go:noinline
func buildScanned(o *exported) { saw("main.buildScanned AX 0", o.Tier) }

// want main.buildScanned AX 0: maybe
func scanned() {
	o := &exported{Tier: nil}
	fmt.Sscan("word", &o.Tier)
	if len(os.Args) > 5 {
		buildScanned(o)
	}
}

// A map.

//go:noinline
func buildMapped(o *options) { saw("main.buildMapped AX 0", o.tier) }

// want main.buildMapped AX 0: maybe
func mapped() {
	o := &options{}
	all := map[string]*options{some: o}
	setIn(all)
	buildMapped(o)
}

//go:noinline
func setIn(all map[string]*options) { all[some].tier = &some }

//go:noinline
func buildFromMap(tier *string) { saw("main.buildFromMap AX", tier) }

// want main.buildFromMap AX: maybe
func fromMap() { buildFromMap(map[string]*string{some: &some}[some]) }

// An embedded struct.

type embedding struct {
	number int
	options
}

//go:noinline
func (o *options) put(s *string) { o.version = s }

//go:noinline
func buildEmbedded(e *embedding) { saw("main.buildEmbedded AX 16", e.version) }

// want main.buildEmbedded AX 16: set
// want main.buildEmbedded AX 8: never
func embedded() {
	e := &embedding{}
	e.put(&some)
	buildEmbedded(e)
}

// Struct copies long enough for a loop.

type long struct {
	first  *string
	middle [30]int
	last   *string
	unset  *string
	more   [4]int
}

//go:noinline
func makeLong() long { return long{last: &some} }

//go:noinline
func buildCopied(l *long) {
	saw("main.buildCopied AX 248", l.last)
	saw("main.buildCopied AX 0", l.first)
}

// want main.buildCopied AX 248: always
// want main.buildCopied AX 256: never
// want main.buildCopied AX 0: never
func copied() {
	l := makeLong()
	twice := l
	thrice := new(long)
	*thrice = twice
	buildCopied(thrice)
	buildCopied(&twice)
}

//go:noinline
func buildOnStack(l long) { saw("main.buildOnStack +248", l.last) }

// want main.buildOnStack +248: always
// want main.buildOnStack +0: never
func onStack() {
	l := makeLong()
	buildOnStack(l)
}

// A deferred call.

//go:noinline
func prepare() (o *options) {
	o = &options{}
	defer func() { o.tier = &some }()
	return o
}

//go:noinline
func buildDeferred(o *options) { saw("main.buildDeferred AX 0", o.tier) }

// want main.buildDeferred AX 0: maybe
func deferred() { buildDeferred(prepare()) }

//go:noinline
func recovering() (o *options) {
	defer func() { recover() }()
	o = &options{version: &some}
	if len(os.Args) > 0 {
		panic("over")
	}
	return nil
}

//go:noinline
func buildRecovered(o *options) { saw("main.buildRecovered AX 8", o.version) }

// want main.buildRecovered AX 8: maybe
func recovered() { buildRecovered(recovering()) }

// Formatting from one struct into another, inlined, with nil tests.

type inner struct {
	tier    *string
	match   *string
	version *string
}

func (o *options) format() (*inner, *conditions) {
	if o == nil {
		return nil, nil
	}
	return &inner{tier: o.tier, version: o.version}, o.conditions
}

//go:noinline
func buildFormatted(i *inner, c *conditions) {
	if i == nil {
		return
	}
	saw("main.buildFormatted AX 0", i.tier)
	if c != nil {
		saw("main.buildFormatted BX 0", c.match)
	}
}

//go:noinline
func upload(o *options) {
	i, c := o.format()
	buildFormatted(i, c)
}

// want main.buildFormatted AX 0: set
// want main.buildFormatted AX 8: never
// want main.buildFormatted AX 16: never
// want main.buildFormatted BX 0: set
// want main.buildFormatted BX 8: never
func formatted() {
	upload(&options{tier: &some, conditions: &conditions{match: &some}})
	upload(&options{})
}

// Through a goroutine, through a slice, and back from a function.

//go:noinline
func buildConcurrent(o *options) { saw("main.buildConcurrent AX 0", o.tier) }

// want main.buildConcurrent AX 0: maybe
func concurrent() {
	o := &options{}
	done := make(chan bool)
	go func() {
		o.tier = &some
		done <- true
	}()
	<-done
	buildConcurrent(o)
}

//go:noinline
func buildSliced(o *options) { saw("main.buildSliced AX 0", o.tier) }

// want main.buildSliced AX 0: maybe
func sliced() {
	all := make([]options, len(os.Args)+3)
	for i := range all {
		all[i].tier = &some
	}
	buildSliced(&all[len(os.Args)])
}

//go:noinline
func same(o *options) *options { return o }

//go:noinline
func buildReturned(o *options) { saw("main.buildReturned AX 0", o.tier) }

// want main.buildReturned AX 0: maybe
func returned() {
	o := &options{}
	same(o).tier = &some
	buildReturned(o)
}

//go:noinline
func makeBoth() (*options, *request) {
	o := &options{}
	return o, &request{"both", o}
}

//go:noinline
func buildBoth(o *options) { saw("main.buildBoth AX 0", o.tier) }

// want main.buildBoth AX 0: maybe
func both() {
	o, r := makeBoth()
	r.options.tier = &some
	buildBoth(o)
}

// A copy on the stack, given by value, that is changed through its address.

//go:noinline
func changeLong(l *long) { l.unset = &some }

//go:noinline
func buildChanged(l *long) { saw("main.buildChanged AX 256", l.unset) }

//go:noinline
func change(l long) {
	changeLong(&l)
	buildChanged(&l)
}

// want main.buildChanged AX 256: set
// want main.buildChanged AX 0: never
func changed() { change(makeLong()) }

// A pointer that is copied with a slice, and one that a closure gives back.

//go:noinline
func first(all []*options) *options { return all[0] }

//go:noinline
func buildCopiedSlice(o *options) { saw("main.buildCopiedSlice AX 0", o.tier) }

// want main.buildCopiedSlice AX 0: maybe
func copiedSlice() {
	o := &options{}
	all := []*options{o, nil, nil}
	other := make([]*options, len(os.Args)+1)
	copy(other, all)
	first(other).tier = &some
	buildCopiedSlice(o)
}

//go:noinline
func get(f func() *options) *options { return f() }

//go:noinline
func buildGivenBack(o *options) { saw("main.buildGivenBack AX 0", o.tier) }

// want main.buildGivenBack AX 0: maybe
func givenBack() {
	o := &options{}
	get(func() *options { return o }).tier = &some
	buildGivenBack(o)
}

// An array on the stack.

//go:noinline
func buildIndexed(tier *string) { saw("main.buildIndexed AX", tier) }

// want main.buildIndexed AX: maybe
func indexed() {
	var all [4]*string
	all[len(os.Args)%4] = &some
	buildIndexed(all[1])
}

// A number and a string, as arguments.

//go:noinline
func buildWords(o *options, count int64, text string) {
	if count != 0 {
		println("main.buildWords BX")
	}
	if len(text) != 0 {
		println("main.buildWords DI")
	}
}

// want main.buildWords BX: never
// want main.buildWords DI: always
func numbers() { buildWords(nil, 0, "text") }

//go:noinline
func buildMany(a, b, c, d, e, f, g, h, i int, o *options) { saw("main.buildMany +0,0", o.tier) }

// want main.buildMany +0,0: always
// want main.buildMany +0,8: never
func many() { buildMany(1, 2, 3, 4, 5, 6, 7, 8, 9, &options{tier: &some}) }

//go:noinline
func passMany(a, b, c, d, e, f, g, h, i int, o *options) { o.version = &some }

//go:noinline
func buildPassed(o *options) { saw("main.buildPassed AX 8", o.version) }

// want main.buildPassed AX 8: set
// want main.buildPassed AX 0: never
func passed() {
	o := &options{}
	passMany(1, 2, 3, 4, 5, 6, 7, 8, 9, o)
	buildPassed(o)
}

// Replaced on the way: the first object's field does not count, the second's does.

//go:noinline
func replace(o *options) { o.conditions = &conditions{lease: &some} }

//go:noinline
func buildReplaced(o *options) { saw("main.buildReplaced AX 16,8", o.conditions.lease) }

// want main.buildReplaced AX 16,8: set
func replaced() {
	o := &options{conditions: &conditions{}}
	replace(o)
	buildReplaced(o)
}

// A method value, and a chain of them.

type client struct{ defaults *options }

//go:noinline
func (c *client) prepare(o *options) { o.tier = c.defaults.tier }

//go:noinline
func buildByMethod(o *options) { saw("main.buildByMethod AX 0", o.tier) }

// want main.buildByMethod AX 0: maybe
func byMethod() {
	c := &client{&options{tier: &some}}
	f := c.prepare
	o := &options{}
	f(o)
	buildByMethod(o)
}

// Called through an interface that is handed on, captured and given back: all calls are found.

type printer interface{ print(o *options) int }
type writer interface{ write(o *options) int }
type disk struct{ size int }

//go:noinline
func (d *disk) print(o *options) int {
	buildWritten(o)
	return d.size
}

//go:noinline
func buildWritten(o *options) {
	saw("main.buildWritten AX 0", o.tier)
	saw("main.buildWritten AX 8", o.version)
}

type copier struct{ count int }

//go:noinline
func (c *copier) flush(p printer) int { return p.print(&options{tier: &some}) + c.count }

//go:noinline
func copyTo(p printer) {
	c := &copier{len(os.Args)}
	call(func() { c.count = c.flush(p) })
}

//go:noinline
func openDisk() printer { return &disk{len(os.Args)} }

// want feasible main.buildWritten AX 0: always
// want feasible main.buildWritten AX 8: never
// want feasible main.buildWritten AX 16: never
func written() { copyTo(openDisk()) }

// The same method where the way of the interface is lost: in a variable of the program, in a field, a channel, a map, a
// slice, by assertion, as a method's value, through type parameters, deferred, and by reflection.

type tape struct{ size int }

//go:noinline
func (t *tape) write(o *options) int { buildInVariable(o); return t.size }

//go:noinline
func buildInVariable(o *options) { saw("main.buildInVariable AX 8", o.version) }

var keptWriter writer = &tape{1}

// want main.buildInVariable AX 8: maybe
func inVariable() {
	(&tape{}).write(&options{})
	keptWriter.write(&options{version: &some})
}

type card struct{ size int }

//go:noinline
func (c *card) write(o *options) int { buildInField(o); return c.size }

//go:noinline
func buildInField(o *options) { saw("main.buildInField AX 8", o.version) }

type machine struct{ to writer }

//go:noinline
func (m *machine) run() { m.to.write(&options{version: &some}) }

//go:noinline
func makeMachine(w writer) *machine {
	w.write(&options{})
	return &machine{w}
}

// want main.buildInField AX 8: maybe
func inField() { makeMachine(&card{}).run() }

type drum struct{ size int }

//go:noinline
func (d *drum) write(o *options) int { buildInChannel(o); return d.size }

//go:noinline
func buildInChannel(o *options) { saw("main.buildInChannel AX 8", o.version) }

//go:noinline
func receive(c chan writer) { (<-c).write(&options{version: &some}) }

// want main.buildInChannel AX 8: maybe
func inChannel() {
	c := make(chan writer, 1)
	var w writer = &drum{}
	w.write(&options{})
	c <- w
	receive(c)
}

type wire struct{ size int }

//go:noinline
func (w *wire) write(o *options) int { buildInMap(o); return w.size }

//go:noinline
func buildInMap(o *options) { saw("main.buildInMap AX 8", o.version) }

// want main.buildInMap AX 8: maybe
func inMap() {
	all := map[string]writer{some: &wire{}}
	all[some].write(&options{version: &some})
}

type page struct{ size int }

//go:noinline
func (p *page) write(o *options) int { buildInSlice(o); return p.size }

//go:noinline
func buildInSlice(o *options) { saw("main.buildInSlice AX 8", o.version) }

// want main.buildInSlice AX 8: maybe
func inSlice() {
	all := make([]writer, len(os.Args)+1)
	all[len(os.Args)] = &page{}
	all[len(os.Args)].write(&options{version: &some})
}

type film struct{ size int }
type shower interface{ show(o *options) int }

//go:noinline
func (f *film) show(o *options) int { buildAsserted(o); return f.size }

//go:noinline
func buildAsserted(o *options) { saw("main.buildAsserted AX 8", o.version) }

//go:noinline
func tryWrite(a any) {
	if s, is := a.(shower); is {
		s.show(&options{version: &some})
	}
}

// want main.buildAsserted AX 8: maybe
func asserted() {
	var s shower = &film{}
	s.show(&options{})
	tryWrite(s)
}

type slate struct{ size int }

//go:noinline
func (s *slate) write(o *options) int { buildByMethodValue(o); return s.size }

//go:noinline
func buildByMethodValue(o *options) { saw("main.buildByMethodValue AX 8", o.version) }

//go:noinline
func callWith(f func(*options) int) { f(&options{version: &some}) }

// want main.buildByMethodValue AX 8: maybe
func byMethodValue() {
	var w writer = &slate{}
	if len(os.Args) > 7 {
		w = nil
	}
	callWith(w.write)
}

type stone struct{ size int }

//go:noinline
func (s *stone) write(o *options) int { buildByParameter(o); return s.size }

//go:noinline
func buildByParameter(o *options) { saw("main.buildByParameter AX 8", o.version) }

//go:noinline
func writeTo[W writer](w W) { w.write(&options{version: &some}) }

// want main.buildByParameter AX 8: maybe
func byParameter() { writeTo(&stone{}) }

type paper struct{ size int }

//go:noinline
func (p *paper) print(o *options) int { buildLate(o); return p.size }

//go:noinline
func buildLate(o *options) { saw("main.buildLate AX 8", o.version) }

//go:noinline
func writeLate(p printer, done chan bool) {
	defer p.print(&options{version: &some})
	go func() {
		p.print(&options{})
		done <- true
	}()
	<-done
}

// want feasible main.buildLate AX 8: set
func late() { writeLate(&paper{}, make(chan bool)) }

type Glass struct{ size int }

//go:noinline
func (g *Glass) Write(o *options) int { buildByName(o); return g.size }

type Writer interface{ Write(o *options) int }

//go:noinline
func buildByName(o *options) { saw("main.buildByName AX 8", o.version) }

// want main.buildByName AX 8: maybe
func byName() {
	var w Writer = &Glass{}
	w.Write(&options{})
	reflect.ValueOf(w).MethodByName("Write").Call([]reflect.Value{reflect.ValueOf(&options{version: &some})})
}

type brush struct{ size int }

//go:noinline
func (b *brush) write(o *options) int { buildByAddress(o); return b.size }

//go:noinline
func buildByAddress(o *options) { saw("main.buildByAddress AX 8", o.version) }

//go:noinline
func writeBehind(w *writer) { (*w).write(&options{version: &some}) }

// want main.buildByAddress AX 8: maybe
func byAddress() {
	var w writer = &brush{}
	w.write(&options{})
	writeBehind(&w)
}

type chalk struct{ size int }

//go:noinline
func (c *chalk) print(o *options) int { buildPassedOn(o); return c.size }

//go:noinline
func buildPassedOn(o *options) { saw("main.buildPassedOn AX 8", o.version) }

//go:noinline
func writeNinth(a, b, c, d, e, f, g, h, i int, p printer) { p.print(&options{version: &some}) }

//go:noinline
func pick(all ...writer) writer {
	if len(all) > 3 {
		return nil
	}
	return all[len(all)-1]
}

// want feasible main.buildPassedOn AX 8: set
func passedOn() { writeNinth(1, 2, 3, 4, 5, 6, 7, 8, 9, &chalk{}) }

type ink struct{ size int }

//go:noinline
func (i *ink) write(o *options) int { buildPicked(o); return i.size }

//go:noinline
func buildPicked(o *options) { saw("main.buildPicked AX 8", o.version) }

// want main.buildPicked AX 8: maybe
func picked() { pick(nil, &ink{}).write(&options{version: &some}) }

// Embedded: the method is another type's, and an interface that is embedded hands it on.

type base struct{ size int }

//go:noinline
func (b *base) write(o *options) int { buildPromoted(o); return b.size }

type derived struct {
	name string
	base
}
type wrapped struct {
	name string
	writer
}

//go:noinline
func buildPromoted(o *options) { saw("main.buildPromoted AX 8", o.version) }

//go:noinline
func writeSet(w writer) { w.write(&options{version: &some}) }

// want main.buildPromoted AX 8: maybe
func promoted() {
	(&base{}).write(&options{})
	writeSet(&wrapped{"wrapped", &derived{}})
}

// What a method behind an interface gives back, where the way of the interface is lost but its type is known.

type provider interface {
	key() *string
	scope() *string
	lease() *string
}
type silent struct{ n int }
type speaking struct{ n int }
type relay struct {
	n int
	provider
}
type short func() *string
type fixed string

func (*silent) key() *string     { return nil }
func (*silent) scope() *string   { return nil }
func (*silent) lease() *string   { return nil }
func (*speaking) key() *string   { return &some }
func (*speaking) scope() *string { return nil }
func (*speaking) lease() *string { return nil }
func (s short) key() *string     { return nil }
func (s short) scope() *string   { return nil }
func (s short) lease() *string   { return s() }
func (f fixed) key() *string     { return nil }
func (f fixed) scope() *string   { return nil }
func (f fixed) lease() *string   { return nil }

type sender struct {
	name string
	from provider
}

//go:noinline
func buildProvided(key, scope, lease *string) {
	saw("main.buildProvided AX", key)
	saw("main.buildProvided BX", scope)
	saw("main.buildProvided CX", lease)
}

//go:noinline
func (s *sender) send() { buildProvided(s.from.key(), s.from.scope(), s.from.lease()) }

// want main.buildProvided AX: set
// want main.buildProvided BX: never
// want main.buildProvided CX: maybe
func provided() {
	c := make(chan *sender, 5)
	for _, p := range []provider{&silent{}, &relay{1, &speaking{1}}, &speaking{1}, fixed(some),
		short(func() *string { return &some })} {
		c <- &sender{"sender", p}
	}
	for len(c) > 0 {
		(<-c).send()
	}
}

// A closure that captures the holder of an interface with an embedded one.

type named interface{ number() *string }
type wide interface {
	named
	tag() *string
}
type one struct{ n int }
type two struct{ with *string }

func (*one) number() *string { return nil }
func (*one) tag() *string    { return nil }
func (*two) number() *string { return nil }
func (t *two) tag() *string  { return t.with }

type holder struct {
	n    int
	from wide
}

//go:noinline
func buildWide(number, tag *string) {
	saw("main.buildWide AX", number)
	saw("main.buildWide BX", tag)
}

//go:noinline
func (h *holder) later() func() {
	return func() { buildWide(h.from.number(), h.from.tag()) }
}

// want main.buildWide AX: never
// want main.buildWide BX: set
func wider() {
	c := make(chan *holder, 2)
	c <- &holder{1, &one{}}
	c <- &holder{2, &two{&some}}
	for len(c) > 0 {
		(<-c).later()()
	}
}

func main() {
	for _, run := range []func(){plain, sometimes, dispatched, byValue, channelled, aliased, unaliased, keepGlobally,
		keepInside, captured, capturedWord, inside, generic, pointer, reflected, scanned, mapped, fromMap, embedded,
		copied, onStack, deferred, recovered, formatted, concurrent, sliced, returned, both, changed, copiedSlice, givenBack, indexed, numbers, many, passed, replaced,
		byMethod, written, inVariable, inField, inChannel, inMap, inSlice, asserted, byMethodValue, byParameter, late,
		byName, byAddress, passedOn, picked, promoted, provided, wider} {
		run()
	}
	strings.Contains(some, "x")
}
