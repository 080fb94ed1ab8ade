// Command blobgauge-go-facts reads a Go program and writes facts about the HTTP requests that it can build: JSON lines
// as docs/formats/facts.md describes. What is a request comes from its configuration; it knows Go's own net/http and
// net/url and nothing of any service.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"os"
	"time"
)

func main() {
	configFile := flag.String("config", "-", "configuration (JSON); - is standard input")
	output := flag.String("o", "-", "facts (JSON lines); - is standard output")
	progress := flag.Bool("progress", false, "say on standard error what is being done")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "blobgauge-go-facts: takes no arguments beside its flags")
		os.Exit(2)
	}
	if code, err := run(*configFile, *output, *progress); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(code)
	}
}

// run gives the exit code beside an error: 2 for a wrong call, 3 for a program that cannot be read, 6 for an output
// that cannot be written.
func run(configFile, output string, verbose bool) (int, error) {
	in := os.Stdin
	if configFile != "-" {
		file, err := os.Open(configFile)
		if err != nil {
			return 2, err
		}
		defer file.Close()
		in = file
	}
	config, err := readConfig(in)
	if err != nil {
		return 2, err
	}
	start := time.Now()
	progress := func(step string) {
		if verbose {
			fmt.Fprintf(os.Stderr, "%5.1f s  %s\n", time.Since(start).Seconds(), step)
		}
	}
	progress("load")
	loaded, err := load(config)
	if err != nil {
		return 3, err
	}
	program, err := newProgram(loaded, config, progress)
	if err != nil {
		return 3, err
	}
	progress("facts")
	extractor, err := newExtractor(loaded, program, config)
	if err != nil {
		return 2, err
	}
	out := os.Stdout
	if output != "-" {
		if out, err = os.Create(output); err != nil {
			return 6, err
		}
	}
	buffer := bufio.NewWriterSize(out, 1<<20)
	if err := extractor.write(buffer); err != nil {
		return 6, err
	}
	if err := buffer.Flush(); err != nil {
		return 6, err
	}
	if err := out.Close(); err != nil {
		return 6, err
	}
	progress("done")
	return 0, nil
}
