// Package cli calls what commands hold, as command line libraries do.
package cli

import "os"

type Command struct {
	Use     string
	Aliases []string
	Hidden  bool
	Run     func(c *Command, args []string)
	RunE    func(c *Command, args []string) error
	Help    func() string
	subs    []*Command
}

func (c *Command) Add(more ...*Command) { c.subs = append(c.subs, more...) }

func (c *Command) Execute() {
	for _, sub := range c.subs {
		if len(os.Args) > 1 && os.Args[1] == sub.Use {
			sub.Execute()
		}
	}
	if c.Run != nil {
		c.Run(c, os.Args)
	}
	if c.RunE != nil {
		_ = c.RunE(c, os.Args)
	}
}
