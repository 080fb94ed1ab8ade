package main

import (
	"bufio"
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

// A program whose files need C is read without a compiler for it, and what is not read is said.
func TestFilesThatUseC(t *testing.T) {
	temporary := t.TempDir() // of this test alone: another one's copies are none of its business
	t.Setenv("TMPDIR", temporary)
	dir, err := filepath.Abs("testdata/foreign")
	if err != nil {
		t.Fatal(err)
	}
	config := &Config{Dir: dir, GOOS: "linux", GOARCH: "amd64", Packages: []string{"."},
		Roots: []Root{{Package: "foreign.example/foreign", Functions: []string{"Run"}}},
		Sinks: Sinks{Requests: []Maker{{"net/http.NewRequest", 0, 1}}}}
	loaded, err := load(config)
	if err != nil {
		t.Fatal(err)
	}
	program, err := newProgram(loaded, config, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	x, err := newExtractor(loaded, program, config)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := bufio.NewWriter(&out)
	if err := x.write(w); err != nil {
		t.Fatal(err)
	}
	w.Flush()
	text := out.String()
	for _, want := range []string{
		`"keychain.example/keychain@v0.1.0"`,
		`"k":"write","what":"header","do":"set","owner":{"request":1},"key":{"const":"X-Token"}`,
		`"what":"keychain.example/keychain.New is written in C for linux and not read"`,
		`"what":"(*keychain.example/keychain.Item).Secret is written in C for linux and not read"`,
		`"what":"foreign.example/foreign.New is written in C for linux and not read"`,
		`foreign.example/foreign/store.go:8`, // lines are those of the file
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	for _, never := range []string{"blobgauge-foreign", "testdata", "there is no keychain"} {
		if strings.Contains(text, never) {
			t.Errorf("the facts have %q", never)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(temporary, "blobgauge-foreign-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
