// Each way to hand a function to a library's table of commands once. "want NAME FIELD: FUNCTION" says what must be found.
package main

import (
	"fmt"
	"os"

	"example.org/handlers/cli"
)

// Laid out by the linker.
// want root Run: main.glob..func1 main.init.func1
var root = &cli.Command{Use: "root", Hidden: true, Run: func(*cli.Command, []string) { sink("root") }}

// want value RunE: main.runValue
var value = cli.Command{Use: "value", RunE: runValue}

func runValue(*cli.Command, []string) error { return send("value") }

// Looks like a command, and is of another type.
type other struct {
	Use string
	Run func(c *cli.Command, args []string)
}

var decoy = &other{Use: "decoy", Run: func(*cli.Command, []string) { sink("decoy") }}

type options struct{ target string }

// want method RunE: main.(*options).run-fm
func (o *options) run(*cli.Command, []string) error { return send(o.target) }

func init() {
	// want plain Run: main.init.0.func1
	root.Add(&cli.Command{
		Use:     "plain",
		Aliases: []string{"p"},
		Run:     func(*cli.Command, []string) { sink("plain") },
	})
	o := options{target: os.Args[0]}
	// want captured Run: main.init.0.func2
	captured := &cli.Command{Use: "captured"}
	captured.Run = func(c *cli.Command, args []string) {
		o.target += c.Use
		sink(o.target)
	}
	captured.Help = func() string { return "no handler" }
	root.Add(captured, &cli.Command{Use: "method", RunE: o.run}, &value)
}

//go:noinline
func send(to string) error {
	sink("send " + to)
	return nil
}

//go:noinline
func sink(text string) { fmt.Println(text) }

func main() {
	decoy.Run(nil, nil)
	root.Execute()
}
