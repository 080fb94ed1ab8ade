package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"sort"
	"strings"

	"golang.org/x/tools/go/packages"
)

// Build is what an executable's build information says of the modules that it was linked from. The packages asked for
// are read in a module of their own whose build list holds exactly these versions, so that what is read is what was
// linked; the checksums go into its go.sum, so the Go command refuses anything else.
type Build struct {
	Modules []LinkedModule `json:"modules"`
}

type LinkedModule struct {
	Path           string `json:"path"`
	Version        string `json:"version"`
	Sum            string `json:"sum"`             // of the module, or of what replaces it; may be empty
	ReplacePath    string `json:"replace_path"`    // empty: nothing
	ReplaceVersion string `json:"replace_version"` // empty: a folder of the machine that built it
}

// scratchModule is never published and can't be imported.
const scratchModule = "blobgauge.invalid/linked"

// checkout makes the module in a new folder, which the caller removes.
func (b *Build) checkout(packages, flags, env []string) (dir string, err error) {
	dir, err = os.MkdirTemp("", "blobgauge-linked-")
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(dir)
			dir = ""
		}
	}()
	linked := b.byPath()
	required := map[string]bool{}
	for _, p := range packages {
		if m, ok := moduleOf(strings.TrimSuffix(p, "/..."), linked); ok {
			required[m] = true
		} else {
			return dir, fmt.Errorf("no module of the executable holds the package %s", p)
		}
	}
	language, err := goLanguage(env)
	if err != nil {
		return dir, err
	}
	// Modules that these import come in the versions that they ask for, which may be lower than what was linked. Requiring
	// the linked ones changes what is imported again, so it takes rounds.
	for {
		if err = writeModule(dir, language, linked, required); err != nil {
			return dir, err
		}
		var missing []string
		if missing, err = disagreements(dir, packages, flags, env, linked); err != nil {
			return dir, err
		}
		before := len(required)
		for _, m := range missing {
			required[m] = true
		}
		if len(missing) == 0 {
			return dir, nil
		}
		if len(required) == before {
			m := linked[missing[0]]
			return dir, fmt.Errorf("module %s: what the executable was linked from needs another version than %s, which it names",
				m.Path, m.Version)
		}
	}
}

// asked tells the packages of the modules that were asked for.
func (b *Build) asked(patterns []string) func(*packages.Package) bool {
	linked, modules := b.byPath(), map[string]bool{}
	for _, p := range patterns {
		m, _ := moduleOf(strings.TrimSuffix(p, "/..."), linked)
		modules[m] = true
	}
	return func(p *packages.Package) bool { return p.Module != nil && modules[p.Module.Path] }
}

// environment keeps the Go command from asking the checksum database for modules whose checksum the executable has: that
// is the better witness, and the database need not know what a program was linked from.
func (b *Build) environment(env []string) ([]string, error) {
	known, err := goCommand("", env, "env", "GONOSUMDB")
	if err != nil {
		return nil, err
	}
	var patterns []string
	if text := strings.TrimSpace(string(known)); text != "" {
		patterns = append(patterns, text)
	}
	for _, m := range b.Modules {
		switch {
		case m.Sum == "":
		case m.ReplacePath != "":
			patterns = append(patterns, m.ReplacePath)
		default:
			patterns = append(patterns, m.Path)
		}
	}
	// go.mod and go.sum are completed as they are needed.
	return append(env, "GONOSUMDB="+strings.Join(patterns, ","), "GOFLAGS=-mod=mod"), nil
}

func (b *Build) byPath() map[string]LinkedModule {
	linked := map[string]LinkedModule{}
	for _, m := range b.Modules {
		linked[m.Path] = m
	}
	return linked
}

// moduleOf is the module with the longest path that holds a package.
func moduleOf(pkg string, linked map[string]LinkedModule) (string, bool) {
	for p := pkg; p != "." && p != "/"; p = path.Dir(p) {
		if _, ok := linked[p]; ok {
			return p, true
		}
	}
	return "", false
}

func writeModule(dir, language string, linked map[string]LinkedModule, required map[string]bool) error {
	var mod, sum strings.Builder
	fmt.Fprintf(&mod, "module %s\n\ngo %s\n\n", scratchModule, language)
	for _, name := range sortedKeys(required) {
		m := linked[name]
		source, version := m.Path, m.Version
		fmt.Fprintf(&mod, "require %s %s\n", m.Path, m.Version)
		if m.ReplacePath != "" {
			if m.ReplaceVersion == "" {
				return fmt.Errorf("module %s was replaced by the folder %s of the machine that built the executable, and nobody else has it",
					m.Path, m.ReplacePath)
			}
			source, version = m.ReplacePath, m.ReplaceVersion
			fmt.Fprintf(&mod, "replace %s => %s %s\n", m.Path, source, version)
		}
		if m.Sum != "" {
			fmt.Fprintf(&sum, "%s %s %s\n", source, version, m.Sum)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte(mod.String()), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "go.sum"), []byte(sum.String()), 0o600)
}

// disagreements lists the linked modules that the packages would get in another version.
func disagreements(dir string, packages, flags, env []string, linked map[string]LinkedModule) ([]string, error) {
	arguments := append([]string{"list", "-deps", "-f", "{{with .Module}}{{.Path}} {{.Version}}{{end}}"}, flags...)
	out, err := goCommand(dir, env, append(arguments, packages...)...)
	if err != nil {
		return nil, err
	}
	differ := map[string]bool{}
	for _, line := range strings.Split(string(out), "\n") {
		name, version, ok := strings.Cut(line, " ")
		if m, known := linked[name]; ok && known && m.Version != version {
			differ[name] = true
		}
	}
	return sortedKeys(differ), nil
}

// goLanguage is the newest language that the Go command takes, as a go.mod says it.
func goLanguage(env []string) (string, error) {
	out, err := goCommand("", env, "env", "GOVERSION")
	if err != nil {
		return "", err
	}
	version := regexp.MustCompile(`go(1\.\d+)`).FindStringSubmatch(string(out))
	if version == nil {
		return "", fmt.Errorf("go env GOVERSION: %s", firstLine(string(out)))
	}
	return version[1], nil
}

func goCommand(dir string, env []string, arguments ...string) ([]byte, error) {
	command := exec.Command("go", arguments...)
	command.Env, command.Dir = env, dir
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err == nil {
		return out, nil
	}
	// The reason comes last: before it stand the downloads that were tried.
	lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
	sort.SliceStable(lines, func(i, j int) bool {
		return !strings.HasPrefix(lines[i], "go: downloading") && strings.HasPrefix(lines[j], "go: downloading")
	})
	if lines[0] == "" {
		return nil, fmt.Errorf("go %s: %w", arguments[0], err)
	}
	return nil, fmt.Errorf("%s", strings.TrimPrefix(lines[0], "go: "))
}
