// Each way to reach a function once. "want LEVEL: NAME" says what the analysis of the executable must find; "absent" is
// what the linker drops. Nothing here runs.
package main

import (
	"fmt"
	"os"
	"reflect"
)

// want reachable: main.main
func main() {
	direct()
	dispatch(len(os.Args) > 1)
	table[len(os.Args)%2]()
	handler()
	func() { captured(&os.Args) }()
	defer deferred()
	go started()
	method := value{}.bound
	method()
	expression := (*value).written
	expression(&value{})
	var outer outer
	useEmbedded(&outer)
	generic[int](1)
	generic[string]("a")
	fmt.Println(describe(box[int]{3}), describe(box[string]{"x"}))
	shown(shownByPrinting{})
	hidden(hiddenByItab{})
	var kept allocatedOnly
	fmt.Println(new(allocatedOnly) == &kept)
	reflected(&target{}, os.Args[0])
	reflected(color(0), ".ByTemplate.")
	outermost()
	channel := make(chan func(), 1)
	channel <- sent
	(<-channel)()
}

// want reachable: main.direct
//
//go:noinline
func direct() { fmt.Print("direct") }

// want absent: main.unused
func unused() { fmt.Print("unused") }

type shape interface{ area() int }

type square struct{ side int }

// want reachable: main.(*square).area
//
//go:noinline
func (s *square) area() int { return s.side * s.side }

type circle struct{ radius int }

// want reachable: main.(*circle).area
//
//go:noinline
func (c *circle) area() int { return 3 * c.radius }

type unusedShape struct{}

// want absent: main.(*unusedShape).area
func (*unusedShape) area() int { return 0 }

//go:noinline
func dispatch(round bool) {
	var s shape = &square{1}
	if round {
		s = &circle{1}
	}
	fmt.Print(s.area())
}

var table = [2]func(){tabled, tabledToo}

// want reachable: main.tabled
//
//go:noinline
func tabled() { fmt.Print("tabled") }

// want reachable: main.tabledToo
//
//go:noinline
func tabledToo() { fmt.Print("tabledToo") }

var handler = handle

// want reachable: main.handle
//
//go:noinline
func handle() { fmt.Print("handle") }

// want reachable: main.captured
//
//go:noinline
func captured(args *[]string) { *args = nil }

// want reachable: main.deferred
//
//go:noinline
func deferred() { fmt.Print("deferred") }

// want reachable: main.started
//
//go:noinline
func started() { fmt.Print("started") }

// want reachable: main.sent
//
//go:noinline
func sent() { fmt.Print("sent") }

type value struct{}

// want reachable: main.value.bound
//
//go:noinline
func (value) bound() { fmt.Print("bound") }

// want reachable: main.(*value).written
//
//go:noinline
func (*value) written() { fmt.Print("written") }

type inner struct{ n int }

// want reachable: main.(*inner).promoted
//
//go:noinline
func (i *inner) promoted() { i.n++ }

type outer struct{ inner }

type promoter interface{ promoted() }

//go:noinline
func useEmbedded(p promoter) { p.promoted() }

type number interface{ ~int | ~string }

// want reachable: main.generic[go.shape.int], main.generic[go.shape.string]
//
//go:noinline
func generic[T number](v T) { fmt.Print(v) }

type box[T any] struct{ held T }

// want reachable: main.box[go.shape.int].open, main.box[go.shape.string].open
//
//go:noinline
func (b box[T]) open() string { return fmt.Sprint(b.held) }

//go:noinline
func describe(o interface{ open() string }) string { return o.open() }

type shownByPrinting struct{}

// fmt asks whether a value has this method.
// want reachable: main.shownByPrinting.String
//
//go:noinline
func (shownByPrinting) String() string { return "shown" }

//go:noinline
func shown(v any) { fmt.Println(v) }

type revealer interface{ Reveal() string }

type hiddenByItab struct{}

// Another type is converted to the interface and this one is not, and nothing asserts to the interface.
// want safe bound: main.hiddenByItab.Reveal
//
//go:noinline
func (hiddenByItab) Reveal() string { return "hidden" }

type revealed struct{}

// want reachable: main.(*revealed).Reveal
//
//go:noinline
func (*revealed) Reveal() string { return "revealed" }

//go:noinline
func hidden(v any) {
	var r revealer = &revealed{}
	fmt.Println(v, r.Reveal())
}

type allocatedOnly struct{ n int }

// want absent: main.(*allocatedOnly).String
func (*allocatedOnly) String() string { return "allocated" }

type target struct{}

// want safe bound: main.(*target).Unnamed
//
//go:noinline
func (*target) Unnamed() { fmt.Print("unnamed") }

// want by reflection: main.(*target).ByTemplate
//
//go:noinline
func (*target) ByTemplate() { onlyByTemplate() }

// want by reflection: main.onlyByTemplate
//
//go:noinline
func onlyByTemplate() { fmt.Print("by template") }

type color int

// want by reflection: main.color.Red
//
//go:noinline
func (color) Red() color { return 1 }

// want safe bound: main.color.Mixed
//
//go:noinline
func (color) Mixed(other color) color { return other + 1 }

//go:noinline
func reflected(v any, name string) {
	reflect.ValueOf(v).MethodByName(name).Call(nil)
}

// want reachable: main.outermost
//
//go:noinline
func outermost() { inlinedOnce() }

// want reachable: main.inlinedOnce
func inlinedOnce() { inlinedTwice() }

// want reachable: main.inlinedTwice
func inlinedTwice() { innermost(1) }

// want reachable: main.innermost
//
//go:noinline
func innermost(n int) { fmt.Print(n) }
