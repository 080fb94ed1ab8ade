package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// proxy publishes modules in a folder as a module proxy serves them: "path@version" -> file -> content.
func proxy(t *testing.T, modules map[string]map[string]string) {
	t.Helper()
	dir := t.TempDir()
	for name, files := range modules {
		module, version, _ := strings.Cut(name, "@")
		at := filepath.Join(dir, module, "@v")
		if err := os.MkdirAll(at, 0o755); err != nil {
			t.Fatal(err)
		}
		var packed bytes.Buffer
		w := zip.NewWriter(&packed)
		for file, content := range files {
			f, err := w.Create(name + "/" + file)
			if err == nil {
				_, err = f.Write([]byte(content))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		for suffix, content := range map[string]string{".zip": packed.String(), ".mod": files["go.mod"],
			".info": `{"Version":"` + version + `"}`} {
			if err := os.WriteFile(filepath.Join(at, version+suffix), []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Setenv("GOPROXY", "file://"+dir)
	t.Setenv("GOMODCACHE", t.TempDir())
	t.Setenv("GOFLAGS", "-modcacherw")
	t.Setenv("GOSUMDB", "off")
}

const linkedSDK = `package sdk

import (
	"net/http"

	"core.example/core"
)

type Options struct {
	Tier   *string
	Access map[string]*string
}

type Client struct{ endpoint string }

func (c *Client) build(o *Options) (*core.Request, error) {
	req, err := core.NewRequest("PUT", c.endpoint)
	if err != nil {
		return nil, err
	}
	req.Raw().Header["x-fixed"] = []string{core.Version}
	if o != nil && o.Tier != nil {
		req.Raw().Header["x-tier"] = []string{*o.Tier}
	}
	return req, nil
}

type stamp struct{}

type request = core.Request

func (stamp) Do(req *request) (*http.Response, error) {
	req.Raw().Header.Set("x-stamp", "1")
	return req.Next()
}
`

func linkedCore(version string) string {
	return `package core

import "net/http"

const Version = "` + version + `"

type Request struct{ req *http.Request }

func (r *Request) Raw() *http.Request              { return r.req }
func (r *Request) Next() (*http.Response, error)   { return nil, nil }

type Policy interface{ Do(*Request) (*http.Response, error) }

func NewRequest(method, endpoint string) (*Request, error) {
	req, err := http.NewRequest(method, endpoint, nil)
	return &Request{req}, err
}
`
}

func publish(t *testing.T) {
	proxy(t, map[string]map[string]string{
		"sdk.example/sdk@v1.0.0": {
			"go.mod": "module sdk.example/sdk\n\ngo 1.21\n\nrequire core.example/core v1.0.0\n", "sdk.go": linkedSDK},
		"core.example/core@v1.0.0": {"go.mod": "module core.example/core\n\ngo 1.21\n", "core.go": linkedCore("one")},
		"core.example/core@v1.2.0": {"go.mod": "module core.example/core\n\ngo 1.21\n", "core.go": linkedCore("two")},
	})
}

func linkedConfig(modules ...LinkedModule) *Config {
	return &Config{GOOS: "linux", GOARCH: "amd64", Build: &Build{Modules: modules}, Open: true,
		Packages: []string{"sdk.example/sdk", "core.example/core"},
		Roots:    []Root{{Package: "sdk.example/sdk", Functions: []string{"(*Client).build"}, Interfaces: "core.example/core"}},
		Sinks: Sinks{Requests: []Maker{{"core.example/core.NewRequest", 0, 1}},
			Same: []Same{{"(*core.example/core.Request).Raw", 0, false}}, SameFields: []string{"core.example/core.Request.req"}}}
}

func linkedFacts(config *Config) (string, error) {
	loaded, err := load(config)
	if err != nil {
		return "", err
	}
	program, err := newProgram(loaded, config, func(string) {})
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	w := bufio.NewWriter(&out)
	x, err := newExtractor(loaded, program, config)
	if err != nil {
		return "", err
	}
	if err := x.write(w); err != nil {
		return "", err
	}
	err = w.Flush()
	return out.String(), err
}

func TestReadsWhatWasLinked(t *testing.T) {
	publish(t)
	text, err := linkedFacts(linkedConfig(LinkedModule{Path: "sdk.example/sdk", Version: "v1.0.0"},
		LinkedModule{Path: "core.example/core", Version: "v1.2.0"}))
	if err != nil {
		t.Fatal(err)
	}
	// The library asks for less than what the executable has.
	for _, want := range []string{`"core.example/core@v1.2.0"`, `{"const":"two"}`, `"key":{"const":"x-fixed"}`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	// Nobody here stores into the options, and the program that is not read may.
	if got := strings.Count(text, "whatever the caller has put there"); got == 0 {
		t.Error("the options' fields hold nothing")
	}
	// A policy may meet any request.
	if !strings.Contains(text, `"from":{"every":true}`) {
		t.Error("the policy's request is none")
	}
}

func TestEveryFunctionOfAPackageIsARoot(t *testing.T) {
	publish(t)
	config := linkedConfig(LinkedModule{Path: "sdk.example/sdk", Version: "v1.0.0"},
		LinkedModule{Path: "core.example/core", Version: "v1.0.0"})
	config.Roots = []Root{{Package: "sdk.example/sdk", Functions: []string{"*"}}}
	text, err := linkedFacts(config)
	if err != nil {
		t.Fatal(err)
	}
	for _, root := range []string{"(*sdk.example/sdk.Client).build", "(sdk.example/sdk.stamp).Do"} {
		if !strings.Contains(text, `"root":"`+root+`"`) {
			t.Errorf("%s is no root in\n%s", root, text)
		}
	}
}

func TestRefusesWhatWasNotLinked(t *testing.T) {
	publish(t)
	core := LinkedModule{Path: "core.example/core", Version: "v1.2.0"}
	for name, c := range map[string]struct {
		modules []LinkedModule
		want    string
	}{
		"another content": {[]LinkedModule{{Path: "sdk.example/sdk", Version: "v1.0.0",
			Sum: "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}, core}, "checksum mismatch"},
		"a version that nobody has": {[]LinkedModule{{Path: "sdk.example/sdk", Version: "v1.9.0"}, core},
			"sdk.example/sdk@v1.9.0"},
		"a folder": {[]LinkedModule{{Path: "sdk.example/sdk", Version: "v1.0.0", ReplacePath: "./mine"}, core},
			"replaced by the folder ./mine"},
		"no such module": {[]LinkedModule{core}, "no module of the executable holds the package sdk.example/sdk"},
		"a version that is too low": {[]LinkedModule{{Path: "sdk.example/sdk", Version: "v1.0.0"},
			{Path: "core.example/core", Version: "v0.9.0"}}, "core.example/core"},
	} {
		if _, err := load(linkedConfig(c.modules...)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}
