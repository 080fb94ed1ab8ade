package main

import (
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/go/ssa"
)

// The functions of the fixture give back one word of their arguments each. What the compiler makes of them says where
// that word is, "BX+24+8": in BX a pointer, 24 bytes behind it another one, and 8 bytes behind that the word.

var (
	textLine = regexp.MustCompile(`\tTEXT\t\S+/words\.(\S+)\(SB\).*, \$(\d+)-\d+$`)
	moveLine = regexp.MustCompile(`\t(MOV\w+)\t(\S+), (\w+)$`)
	memory   = regexp.MustCompile(`^(?:\S+\+)?(-?\d*)\((\w+)\)$`)
)

// compiled reads the compiler's listing of the package: function -> place and width of what it gives back.
func compiled(t *testing.T) map[string]string {
	t.Helper()
	command := exec.Command("go", "build", "-gcflags=-S", "./words")
	command.Dir = "testdata/fixture"
	listing, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, listing)
	}
	places := map[string]string{}
	var name string
	var held map[string]string
	for _, line := range strings.Split(string(listing), "\n") {
		if m := textLine.FindStringSubmatch(line); m != nil {
			name, held = m[1], map[string]string{}
			if m[2] != "0" {
				name = "" // keeps something on its own stack: not read here
			}
		} else if m := moveLine.FindStringSubmatch(line); m != nil && name != "" {
			held[m[3]] = source(m[2], m[1], held)
		} else if strings.HasSuffix(line, "\tRET\t") || strings.HasSuffix(line, "\tRET") {
			if name != "" && places[name] == "" {
				places[name] = held["AX"]
				if places[name] == "" {
					places[name] = "AX"
				}
			}
			name = ""
		}
	}
	return places
}

func source(operand, opcode string, held map[string]string) string {
	m := memory.FindStringSubmatch(operand)
	if m == nil {
		if known := held[operand]; known != "" {
			return known
		}
		return operand
	}
	offset, _ := strconv.Atoi("0" + m[1])
	width := map[byte]int{'B': 1, 'W': 2, 'L': 4, 'Q': 8}[opcode[3]]
	if m[2] == "SP" {
		return fmt.Sprintf("stack+%d:%d", offset-8, width) // above the return address
	}
	base := held[m[2]]
	if base == "" {
		base = m[2]
	}
	base, _, _ = strings.Cut(base, ":")
	return fmt.Sprintf("%s+%d:%d", base, offset, width)
}

func (w *Word) String() string {
	if w == nil {
		return "none"
	}
	text := w.In
	if w.In == "stack" {
		text += fmt.Sprintf("+%d", w.At)
	}
	for _, offset := range w.Path {
		text += fmt.Sprintf("+%d", offset)
	}
	if w.In == "stack" || len(w.Path) > 0 {
		text += fmt.Sprintf(":%d", w.Width)
	}
	return text
}

func TestWordsAreWhereTheCompilerPutsThem(t *testing.T) {
	loaded, program, config, err := read(map[string][]string{"words": {"*"}})
	if err != nil {
		t.Fatal(err)
	}
	x, err := newExtractor(loaded, program, config)
	if err != nil {
		t.Fatal(err)
	}
	want := compiled(t)
	want["client.OldQuery"] = want["client.OldSnapshot"] // the same arguments, and a call before the test
	none := map[string]bool{"Changed": true, "ChangedInside": true, "HandedOn": true, "Either": true, "Standard": true}
	asked := 0
	for _, f := range program.Functions {
		if packageOf(f) != fixture+"words" || f.Name() == "change" || f.Synthetic != "" {
			continue
		}
		name := f.Name()
		if recv := f.Signature.Recv(); recv != nil {
			_, kind, _ := strings.Cut(recv.Type().String(), "words.")
			if strings.HasPrefix(recv.Type().String(), "*") {
				kind = "(*" + kind + ")"
			}
			name = kind + "." + name
		}
		value := last(f.Blocks[len(f.Blocks)-1]).(*ssa.Return).Results[0]
		g := &Guard{}
		if list := lengthOf(value); list != nil {
			g = x.testsLength(g, list, "set")
		} else {
			g = x.tests(g, value, "set")
		}
		got := g.Word.String()
		switch {
		case none[name]:
			if g.Word != nil {
				t.Errorf("%s: %s, although it is changed on the way", name, got)
			}
		case want[name] == "":
			t.Errorf("%s: the compiler's listing does not show it", name)
		case got != want[name]:
			t.Errorf("%s: %s, the compiler has %s", name, got, want[name])
		}
		asked++
	}
	if asked < 55 {
		t.Errorf("only %d functions", asked)
	}
}

// A guard of a builder asks for the words of its options; each test means what its condition says.
func TestGuardsNameTheirWords(t *testing.T) {
	loaded, program, config, err := read(map[string][]string{"options": {"*"}})
	if err != nil {
		t.Fatal(err)
	}
	x, err := newExtractor(loaded, program, config)
	if err != nil {
		t.Fatal(err)
	}
	x.extractAll()
	found := 0
	for _, fact := range x.siteFacts {
		w, ok := fact.(writeFact)
		if !ok || w.Guard == nil {
			continue
		}
		found++
		parts := w.Guard.Part
		if w.Guard.Is != "and" || len(parts) != 2 || parts[0].Word == nil || parts[1].Word == nil {
			t.Fatalf("%+v", w.Guard)
		}
		if got := parts[0].Word.String() + " " + parts[0].Word.Means; got != "CX set" {
			t.Errorf("%s: %s", parts[0].Text, got)
		}
		want := map[string]string{"o.tier != nil": "CX+0:8 set", "o.dropped != nil": "CX+8:8 set",
			"o.unset != nil": "CX+16:8 set"}[parts[1].Text]
		if got := parts[1].Word.String() + " " + parts[1].Word.Means; got != want {
			t.Errorf("%s: %s, not %s", parts[1].Text, got, want)
		}
	}
	if found != 3 {
		t.Errorf("%d guarded writes", found)
	}
}
