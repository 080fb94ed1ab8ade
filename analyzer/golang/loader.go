package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/token"
	"os"
	"os/exec"
	"sort"
	"strings"

	"golang.org/x/tools/go/packages"
)

// Load is a module's packages with everything they import, type-checked.
type Load struct {
	Packages []*packages.Package
	Fset     *token.FileSet
	Main     Module   // the module that was asked for
	Modules  []Module // all modules that take part, by path
	Go       string   // version of the Go command, whose standard library was read
	Foreign  *Foreign // what stands in for files that use C
}

type Module struct {
	Path, Version string
}

// load reads the packages in the module's own build list, so that its replace directives and its go.sum hold. An
// error in any package, dependencies included, fails the whole load: facts of half a program look like a program that
// does less.
func load(config *Config) (*Load, error) {
	env := append(os.Environ(), "GOOS="+config.GOOS, "GOARCH="+config.GOARCH, "CGO_ENABLED=0", "GOWORK=off",
		"GOTOOLCHAIN=local", "GOFLAGS=-mod=readonly")
	var flags []string
	if len(config.Tags) > 0 {
		flags = append(flags, "-tags="+strings.Join(config.Tags, ","))
	}
	dir, version := config.Dir, ""
	var err error
	switch {
	case config.Module != "":
		dir, version, err = download(config.Module, env)
	case config.Build != nil:
		if env, err = config.Build.environment(env); err == nil {
			dir, err = config.Build.checkout(config.Packages, flags, env)
			defer os.RemoveAll(dir)
		}
	}
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	foreign := newForeign(config, dir)
	defer foreign.remove()
	how := &packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
			packages.NeedDeps | packages.NeedTypes | packages.NeedSyntax | packages.NeedTypesInfo |
			packages.NeedTypesSizes | packages.NeedModule,
		Dir: dir, Env: env, Fset: fset, BuildFlags: flags,
	}
	var loaded []*packages.Package
	if config.Build != nil {
		loaded, err = loadOutlined(how, config.Build.asked(config.Packages), config.Packages)
	} else {
		loaded, err = packages.Load(how, config.Packages...)
		// A file that stands in may need packages whose every file uses C, and so on.
		for more := true; err == nil && more && broken(loaded); {
			if more, err = foreign.stand(loaded, how); more && err == nil {
				loaded, err = packages.Load(how, config.Packages...)
			}
		}
	}
	if err != nil {
		return nil, oneLine(err.Error())
	}
	result := &Load{Packages: loaded, Fset: fset, Foreign: foreign}
	var problems []string
	modules := map[Module]bool{}
	packages.Visit(loaded, nil, func(p *packages.Package) {
		for _, e := range p.Errors {
			problems = append(problems, strings.TrimPrefix(e.Error(), dir+"/"))
		}
		if p.Module == nil {
			return
		}
		m := Module{p.Module.Path, p.Module.Version}
		if p.Module.Replace != nil {
			m.Version = p.Module.Replace.Version
		}
		if own, ok := foreign.versions[m.Path]; ok {
			m.Version = own
		}
		if p.Module.Main {
			m.Version = version
			result.Main = m
		}
		modules[m] = true
	})
	if len(problems) > 0 {
		sort.Strings(problems)
		return nil, fmt.Errorf("%s (%d errors in all)", firstLine(problems[0]), len(problems))
	}
	if len(loaded) == 0 {
		return nil, fmt.Errorf("no package matches %s", strings.Join(config.Packages, " "))
	}
	for m := range modules {
		result.Modules = append(result.Modules, m)
	}
	sort.Slice(result.Modules, func(i, j int) bool { return result.Modules[i].Path < result.Modules[j].Path })
	goVersion, err := exec.Command("go", "env", "GOVERSION").Output()
	if err != nil {
		return nil, fmt.Errorf("go env GOVERSION: %w", err)
	}
	result.Go = strings.TrimSpace(string(goVersion))
	return result, nil
}

func broken(loaded []*packages.Package) bool {
	found := false
	packages.Visit(loaded, nil, func(p *packages.Package) { found = found || len(p.Errors) > 0 })
	return found
}

// download has the Go command fetch PATH@VERSION into its cache and gives the folder and the version found.
func download(module string, env []string) (dir, version string, err error) {
	command := exec.Command("go", "mod", "download", "-json", module)
	command.Env = env
	command.Dir = os.TempDir() // outside any module
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, runErr := command.Output()
	var answer struct{ Dir, Version, Error string }
	if json.Unmarshal(out, &answer) == nil && answer.Error != "" {
		return "", "", fmt.Errorf("module %s: %s", module, firstLine(answer.Error))
	}
	if runErr != nil {
		return "", "", fmt.Errorf("module %s: %s", module, firstLine(stderr.String()))
	}
	if answer.Dir == "" {
		return "", "", fmt.Errorf("module %s: the Go command gave no folder", module)
	}
	return answer.Dir, answer.Version, nil
}

func firstLine(text string) string {
	text = strings.TrimSpace(text)
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		return text[:i]
	}
	return text
}

// oneLine keeps what the Go command said after its own name, as one line.
func oneLine(text string) error {
	text = strings.TrimSpace(text)
	text = strings.TrimPrefix(text, "err: exit status 1: stderr: ")
	return errors.New(strings.Join(strings.Fields(text), " "))
}
