package main

import (
	"encoding/json"
	"fmt"
	"io"
)

// Config is what the caller wants analysed, as JSON. The C++ side writes it from the command line and specs/clients/;
// nothing in this program knows a service, a client or an SDK. docs/formats/facts.md describes the keys.
type Config struct {
	Dir      string   `json:"dir"`      // a checkout; empty when Module is given
	Module   string   `json:"module"`   // PATH@VERSION, fetched by the Go command
	Build    *Build   `json:"build"`    // the modules of an executable, in place of Dir and Module
	Packages []string `json:"packages"` // patterns relative to the module, as for `go list`; import paths with Build
	GOOS     string   `json:"goos"`     // empty: linux
	GOARCH   string   `json:"goarch"`   // empty: amd64
	Tags     []string `json:"tags"`     // build tags
	Roots    []Root   `json:"roots"`
	// Only a part of a program is read, a library: what is in its objects may come from code that nobody sees.
	Open bool `json:"open"`
	// Packages, by globs as "example.org/other/**", whose requests and writes are nobody's concern: other services' SDKs.
	Outside []string `json:"outside"`

	Sinks Sinks `json:"sinks"`
}

// Root names entry points. With Interfaces, every method of a type in Package that an interface of the package
// Interfaces asks for is a root; Functions are names in Package ("NewFs", "(*Fs).List", "main"), "*" all of them.
type Root struct {
	Package    string   `json:"package"`
	Interfaces string   `json:"interfaces"`
	Functions  []string `json:"functions"`
}

// Sinks says which functions build, pass on and judge requests. Functions are named as go/ssa prints them, without
// type arguments; arguments count from 0 and a receiver is argument 0.
type Sinks struct {
	Requests   []Maker     `json:"requests"`
	Same       []Same      `json:"same"`
	SameFields []string    `json:"same_fields"`
	Joins      []string    `json:"joins"` // functions that put their texts one behind the other
	Statuses   []StatusUse `json:"statuses"`
	Pipelines  []Pipeline  `json:"pipelines"`
	Failures   []Same      `json:"failures"` // whose error, not whose first result, belongs to the request
	ErrorCodes ErrorCodes  `json:"error_codes"`
	Bodies     []Body      `json:"bodies"`
	Handlers   []Handler   `json:"handlers"`
	// The root element of a body that is decoded into a type which names none.
	ElementRoots map[string]string `json:"element_roots"`
}

// ErrorCodes says where an error keeps the service's code: fields, functions that give it (argument 0 is the error), and
// types of which every value is a code.
type ErrorCodes struct {
	Fields    []string `json:"fields"`
	Functions []string `json:"functions"`
	Types     []string `json:"types"`
}

// Body is a function that decodes the XML body of a response into a struct.
type Body struct {
	Function string `json:"function"`
	Response int    `json:"response"`
	Into     int    `json:"into"`
}

// Handler is a library's struct whose Fields hold functions that the library calls: for one that Run was called on, and
// for those that Add, with any number behind its receiver, hung below it.
type Handler struct {
	Type   string   `json:"type"`
	Fields []string `json:"fields"`
	Add    string   `json:"add"`
	Run    []string `json:"run"`
}

// Pipeline is how a library sends a request through a list of stages that may write to it.
type Pipeline struct {
	Send    string `json:"send"`    // the function, or the interface's method, that sends it
	Request int    `json:"request"` // which argument the request is
	Stages  string `json:"stages"`  // the receiver's field that holds the list, "pkg.Type.field"
	Handler string `json:"handler"` // an interface's method that is handed the request, "(pkg.Policy).Do"
	Factory string `json:"factory"` // the method of the list's elements that makes a handler; empty: they are handlers
	Answer  int    `json:"answer"`  // which argument holds the function that is handed this request's response; 0: none
	// The fields, one in the other from the receiver's on, that hold one more element, behind the list.
	Sender []string `json:"sender"`
}

// Maker is a function whose first result is a new request.
type Maker struct {
	Function string `json:"function"`
	Method   int    `json:"method"`
	Endpoint int    `json:"endpoint"`
}

// Same is a function whose first result stands for the same request as one of its arguments (an accessor, or the
// sending of it: a response belongs to its request).
type Same struct {
	Function string `json:"function"`
	Argument int    `json:"argument"`
	Copy     bool   `json:"copy"` // a copy, which need not be sent
}

// StatusUse is a function that compares the status of a response with a variadic list of accepted codes.
type StatusUse struct {
	Function string `json:"function"`
	Response int    `json:"response"`
	Codes    int    `json:"codes"`
}

func readConfig(r io.Reader) (*Config, error) {
	decoder := json.NewDecoder(r)
	decoder.DisallowUnknownFields()
	config := &Config{}
	if err := decoder.Decode(config); err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	sources := 0
	for _, given := range []bool{config.Dir != "", config.Module != "", config.Build != nil} {
		if given {
			sources++
		}
	}
	if sources != 1 {
		return nil, fmt.Errorf("configuration: exactly one of dir, module and build is needed")
	}
	if len(config.Packages) == 0 {
		return nil, fmt.Errorf("configuration: no packages")
	}
	if config.GOOS == "" {
		config.GOOS = "linux"
	}
	if config.GOARCH == "" {
		config.GOARCH = "amd64"
	}
	return config, nil
}
