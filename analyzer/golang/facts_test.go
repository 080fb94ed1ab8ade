package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"
)

const fixture = "fixture.example/fixture/"

// roots of the fixture packages, by topic.
var roots = map[string][]string{
	"guards": {"Run"}, "closures": {"List", "Remove"}, "pager": {"List"}, "options": {"Upload"}, "classic": {"Run"}, "policy": {"Run"}, "objects": {"Run"},
	"pipelines": {"Run"}, "factories": {"Run"}, "contexts": {"Run"},
	"addressed": {"Run"}, "codes": {"Run"}, "elements": {"Run"}, "lazy": {"Run"},
}

func configure(rootsOf map[string][]string) (*Config, error) {
	dir, err := filepath.Abs("testdata/fixture")
	config := &Config{Dir: dir, GOOS: "linux", GOARCH: "amd64",
		Sinks: Sinks{
			Requests: []Maker{{fixture + "sdk.NewRequest", 1, 2}, {"net/http.NewRequestWithContext", 1, 2}, {"net/http.NewRequest", 0, 1},
				{fixture + "oldsdk.NewRequest", 0, 1}, {fixture + "lazy.NewRequest", 0, 1}},
			Same: []Same{{"(*" + fixture + "sdk.Request).Raw", 0, false}, {"(" + fixture + "sdk.Pipeline).Do", 1, false},
				{"(*" + fixture + "sdk.Request).Next", 0, false}, {"(*net/http.Client).Do", 1, false}, {fixture + "sdk.NewResponseError", 0, false},
				{"(" + fixture + "lazy.Response).Response", 0, false}},
			SameFields: []string{fixture + "sdk.Request.raw", fixture + "oldsdk.Request.Request", fixture + "lazy.Request.Request"},
			Joins:      []string{fixture + "addressed.joinPaths"},
			Failures:   []Same{{"(" + fixture + "lazy.Pipeline).Do", 3, false}},
			ErrorCodes: ErrorCodes{Fields: []string{fixture + "sdk.ResponseError.Code"},
				Functions: []string{"(" + fixture + "lazy.StorageError).ServiceCode"},
				Types:     []string{fixture + "sdk.Code", fixture + "lazy.Code"}},
			Bodies:       []Body{{fixture + "sdk.Decode", 0, 1}},
			ElementRoots: map[string]string{fixture + "elements.Listing": "Listing"},
			Pipelines: []Pipeline{
				{Send: "(" + fixture + "sdk.Pipeline).Do", Request: 1, Stages: fixture + "sdk.Pipeline.policies",
					Handler: "(" + fixture + "sdk.Policy).Do"},
				{Send: "(" + fixture + "oldsdk.Pipeline).Do", Request: 3, Stages: fixture + "oldsdk.pipeline.factories",
					Handler: "(" + fixture + "oldsdk.Policy).Do", Factory: "(" + fixture + "oldsdk.Factory).New"},
				{Send: "(" + fixture + "lazy.Pipeline).Do", Request: 3, Stages: fixture + "lazy.pipeline.factories",
					Handler: "(" + fixture + "lazy.Policy).Do", Factory: "(" + fixture + "lazy.Factory).New", Answer: 2}},
			Statuses: []StatusUse{{fixture + "sdk.HasStatusCode", 0, 1}, {fixture + "lazy.validate", 0, 1}},
		}}
	for topic, functions := range rootsOf {
		config.Packages = append(config.Packages, "./"+topic)
		config.Roots = append(config.Roots, Root{Package: fixture + topic, Functions: functions})
	}
	sort.Strings(config.Packages)
	sort.Slice(config.Roots, func(i, j int) bool { return config.Roots[i].Package < config.Roots[j].Package })
	return config, err
}

func read(rootsOf map[string][]string) (*Load, *Program, *Config, error) {
	config, err := configure(rootsOf)
	if err != nil {
		return nil, nil, nil, err
	}
	loaded, err := load(config)
	if err != nil {
		return nil, nil, nil, err
	}
	program, err := newProgram(loaded, config, func(string) {})
	return loaded, program, config, err
}

// All fixtures are read as one program, once: net/http alone takes seconds.
var whole = sync.OnceValues(func() (texts [2]string, err error) {
	loaded, program, config, err := read(roots)
	for i := range texts {
		if err == nil {
			var out bytes.Buffer
			w := bufio.NewWriter(&out)
			var x *extractor
			if x, err = newExtractor(loaded, program, config); err == nil {
				err = x.write(w)
			}
			if err == nil {
				err = w.Flush()
			}
			texts[i] = out.String()
		}
	}
	return texts, err
})

func analyse(t *testing.T) []map[string]any {
	t.Helper()
	texts, err := whole()
	if err != nil {
		t.Fatal(err)
	}
	var facts []map[string]any
	for _, line := range strings.Split(strings.TrimSpace(texts[0]), "\n") {
		fact := map[string]any{}
		if err := json.Unmarshal([]byte(line), &fact); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		facts = append(facts, fact)
	}
	return facts
}

// summary writes a site fact as the fixtures' comments do; empty for other facts.
func summary(fact map[string]any) string {
	switch fact["k"] {
	case "request":
		method, _ := fact["method"].(map[string]any)["const"].(string)
		if method == "" {
			method = "?"
		}
		return "request " + method
	case "write":
		when := "always"
		if guard, ok := fact["guard"].(map[string]any); ok {
			when = "if " + condition(guard)
		}
		return fmt.Sprintf("%s %s %s %s", fact["what"], fact["do"], name(fact["key"].(map[string]any)), when)
	case "status":
		codes := []string{}
		for _, c := range fact["codes"].([]any) {
			codes = append(codes, c.(string))
		}
		return fmt.Sprintf("status %s %s", fact["how"], strings.Join(codes, " "))
	case "read":
		return "read " + name(fact["key"].(map[string]any))
	}
	return ""
}

func name(e map[string]any) string {
	if text, ok := e["const"].(string); ok {
		return text
	}
	text := ""
	if parts, ok := e["cat"].([]any); ok {
		for _, part := range parts {
			text += name(part.(map[string]any))
		}
		return text
	}
	return "{}"
}

// owners are the methods of the requests that an expression leads to, through nodes; "?" where it leads to none.
func owners(facts []map[string]any, e any) string {
	methods := map[string]bool{}
	var follow func(e any, seen map[float64]bool)
	follow = func(e any, seen map[float64]bool) {
		switch e := e.(type) {
		case map[string]any:
			if id, ok := e["request"].(float64); ok {
				for _, f := range facts {
					if f["k"] == "request" && f["id"] == id {
						methods[strings.TrimPrefix(summary(f), "request ")] = true
					}
				}
			}
			if id, ok := e["node"].(float64); ok && !seen[id] {
				seen[id] = true
				for _, f := range facts {
					if f["k"] == "flow" && f["to"] == id {
						follow(f["from"], seen)
					}
				}
			}
			for _, key := range []string{"addr", "any", "list"} {
				follow(e[key], seen)
			}
		case []any:
			for _, part := range e {
				follow(part, seen)
			}
		}
	}
	follow(e, map[float64]bool{})
	if len(methods) == 0 {
		return "?"
	}
	return strings.Join(sortedKeys(methods), " ")
}

// stageLists evaluates a list of stages: the lists that it can be, each with its stages in the order of their names. It
// shares no code with the inference, which does the same (pipelines.cc).
func stageLists(facts []map[string]any, through any) string {
	names := map[float64]string{}
	for _, f := range facts {
		if f["k"] == "func" {
			names[f["id"].(float64)] = f["name"].(string)
		}
	}
	writes := map[string]bool{} // only stages that write something are told
	for _, f := range facts {
		if f["k"] == "write" {
			writes[names[f["fn"].(float64)]] = true
		}
	}
	join := func(a, b []string) []string {
		if a == nil || b == nil {
			return nil
		}
		var all []string
		for _, x := range a {
			for _, y := range b {
				all = append(all, strings.Trim(x+" "+y, " "))
			}
		}
		return all
	}
	var lists func(e any, element bool, seen map[float64]bool) []string
	stage := func(id any) []string {
		name := names[id.(float64)]
		if !writes[name] && !writes[strings.Replace(name, "(*", "(", 1)] {
			return []string{""}
		}
		name = name[strings.LastIndexAny(name, "./")+1:]
		if full := names[id.(float64)]; strings.HasSuffix(full, ").Do") {
			name = strings.TrimSuffix(full, ").Do")
			name = name[strings.LastIndexByte(name, '.')+1:]
		}
		return []string{name}
	}
	lists = func(expr any, element bool, seen map[float64]bool) []string {
		e := expr.(map[string]any)
		switch {
		case e["none"] != nil:
			return nil
		case e["nil"] != nil || e["zero"] != nil:
			return []string{""}
		case e["stage"] != nil && e["fn"] != nil:
			return stage(e["fn"])
		case e["stage"] != nil:
			return lists(e["stage"], true, seen)
		case e["new"] != nil && e["fn"] != nil:
			return stage(e["fn"])
		case e["node"] != nil:
			id := e["node"].(float64)
			if seen[id] {
				return nil
			}
			seen[id] = true
			defer delete(seen, id)
			var all []string
			for _, f := range facts {
				if f["k"] == "flow" && f["to"] == id {
					all = append(all, lists(f["from"], element, seen)...)
				}
			}
			return all
		case e["any"] != nil:
			var all []string
			for _, part := range e["any"].([]any) {
				all = append(all, lists(part, element, seen)...)
			}
			return all
		}
		for _, key := range []string{"list", "seq"} {
			if parts, ok := e[key].([]any); ok {
				all := []string{""}
				for _, part := range parts {
					all = join(all, lists(part, key == "list", seen))
				}
				return all
			}
		}
		text, _ := json.Marshal(e)
		return []string{"unknown:" + string(text)}
	}
	distinct := map[string]bool{}
	for _, list := range lists(through, false, map[float64]bool{}) {
		stages := map[string]bool{}
		for _, s := range strings.Fields(list) {
			stages[s] = true
		}
		distinct["["+strings.Join(sortedKeys(stages), " ")+"]"] = true
	}
	texts := sortedKeys(distinct)
	sort.SliceStable(texts, func(i, j int) bool { return len(texts[i]) > len(texts[j]) })
	return strings.Join(texts, " ")
}

func condition(guard map[string]any) string {
	parts, ok := guard["parts"].([]any)
	if !ok {
		return guard["text"].(string)
	}
	var texts []string
	for _, p := range parts {
		part := p.(map[string]any)
		text := condition(part)
		if part["is"] == "and" || part["is"] == "or" {
			text = "(" + text + ")"
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, map[any]string{"and": " && ", "or": " || "}[guard["is"]])
}

// wanted reads the `// want` comments of a fixture package.
func wanted(t *testing.T, topic string) []string {
	t.Helper()
	var list []string
	file := topic + "/" + topic + ".go"
	text, err := os.ReadFile("testdata/fixture/" + file)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(string(text), "\n") {
		if _, want, ok := strings.Cut(line, "// want "); ok {
			want, _, _ = strings.Cut(want, " // values")
			for _, one := range strings.Split(want, " // want ") {
				list = append(list, fmt.Sprintf("%s%s:%d %s", fixture, file, i+1, one))
			}
		}
	}
	return list
}

// TestSites holds what is found at each line against the fixtures' comments.
func TestSites(t *testing.T) {
	facts := analyse(t)
	for _, topic := range []string{"sdk", "guards", "closures", "pager", "options", "classic", "policy", "objects", "pipelines", "factories", "contexts", "codes",
		"elements", "lazy", "addressed"} {
		t.Run(topic, func(t *testing.T) {
			var got []string
			for _, fact := range facts {
				at, _ := fact["at"].(string)
				s := summary(fact)
				if fact["k"] == "send" {
					s = "send " + stageLists(facts, fact["through"])
				}
				if !strings.HasPrefix(at, fixture+topic+"/") {
					continue
				}
				if fact["k"] == "code" {
					codes := map[string]bool{}
					reaching(facts, fact["code"], map[float64]bool{}, codes)
					for _, code := range sortedKeys(codes) {
						got = append(got, at+" code "+code+" of "+owners(facts, fact["owner"]))
					}
				}
				if (topic == "lazy" || topic == "addressed") && (fact["k"] == "read" || fact["k"] == "status") {
					s += " of " + owners(facts, fact["owner"])
				}
				if s != "" {
					got = append(got, at+" "+s)
				}
			}
			want := wanted(t, topic)
			sort.Strings(got)
			sort.Strings(want)
			if a, b := strings.Join(got, "\n"), strings.Join(want, "\n"); a != b {
				t.Errorf("got\n%s\nwant\n%s", a, b)
			}
		})
	}
}

// A pacer runs both closures; only the function that makes one leads to it.
func TestClosuresBelongToTheirMaker(t *testing.T) {
	facts := analyse(t)
	names := map[float64]string{}
	for _, f := range facts {
		if f["k"] == "func" {
			names[f["id"].(float64)] = strings.TrimPrefix(f["name"].(string), fixture+"closures.")
		}
	}
	edges := map[string]bool{}
	for _, f := range facts {
		if f["k"] == "call" {
			edges[names[f["from"].(float64)]+" -> "+names[f["to"].(float64)]] = true
		}
	}
	for _, want := range []string{"List -> List$1", "Remove -> Remove$1", "List$1 -> send"} {
		if !edges[want] {
			t.Errorf("no edge %s in %v", want, edges)
		}
	}
	for edge := range edges {
		if strings.HasPrefix(edge, "pace") {
			t.Errorf("%s joins all callers of the pacer", edge)
		}
	}
}

// flowsInto lists the sources of a node by its name.
func flowsInto(facts []map[string]any, node string) []string {
	var id any
	for _, f := range facts {
		if f["k"] == "node" && f["name"] == node {
			id = f["id"]
		}
	}
	var list []string
	for _, f := range facts {
		if f["k"] == "flow" && f["to"] == id {
			text, _ := json.Marshal(f["from"])
			list = append(list, string(text))
		}
	}
	return list
}

func TestFormatDropsAField(t *testing.T) {
	facts := analyse(t)
	if got := flowsInto(facts, fixture+"options.internal.tier"); len(got) != 1 {
		t.Errorf("tier is stored once, got %v", got)
	}
	if got := flowsInto(facts, fixture+"options.internal.dropped"); len(got) != 1 || got[0] != `{"zero":true}` {
		t.Errorf("format drops the field, got %v", got)
	}
	// The helper is read in place: its constant arrives, the other call's does not.
	if got := flowsInto(facts, fixture+"options.Public.Tier"); len(got) != 1 || got[0] != `{"addr":{"const":"Hot"}}` {
		t.Errorf("Ptr(\"Hot\") gives Hot, got %v", got)
	}
	if got := flowsInto(facts, fixture+"options.Public.Unset"); len(got) != 1 || got[0] != `{"zero":true}` {
		t.Errorf("nobody sets Unset, got %v", got)
	}
}

// reaching collects the constants that flow into an expression, through nodes.
func reaching(facts []map[string]any, e any, seen map[float64]bool, into map[string]bool) {
	switch e := e.(type) {
	case map[string]any:
		if text, ok := e["const"].(string); ok {
			into[text] = true
		}
		if id, ok := e["node"].(float64); ok && !seen[id] {
			seen[id] = true
			for _, f := range facts {
				if f["k"] == "flow" && f["to"] == id {
					reaching(facts, f["from"], seen, into)
				}
			}
		}
		for _, key := range []string{"addr", "any", "list", "cat"} {
			reaching(facts, e[key], seen, into)
		}
	case []any:
		for _, part := range e {
			reaching(facts, part, seen, into)
		}
	}
}

// TestObjectsKeepTheirOptions holds the values of each write against the fixture's `// values` comments.
func TestObjectsKeepTheirOptions(t *testing.T) {
	facts := analyse(t)
	text, err := os.ReadFile("testdata/fixture/objects/objects.go")
	if err != nil {
		t.Fatal(err)
	}
	writes := map[string]map[string]any{}
	for _, f := range facts {
		if f["k"] == "write" {
			writes[f["at"].(string)] = f
		}
	}
	checked := 0
	for i, line := range strings.Split(string(text), "\n") {
		_, want, ok := strings.Cut(line, " // values")
		if !ok {
			continue
		}
		checked++
		at := fmt.Sprintf("%sobjects/objects.go:%d", fixture, i+1)
		got := map[string]bool{}
		reaching(facts, writes[at]["value"], map[float64]bool{}, got)
		if list := strings.Join(sortedKeys(got), " "); writes[at] == nil || list != strings.TrimSpace(want) {
			t.Errorf("%s: got %q, want %q", at, list, want)
		}
	}
	if checked != 6 {
		t.Errorf("%d lines checked", checked)
	}
}

func TestTwoRunsAreEqual(t *testing.T) {
	texts, err := whole()
	if err != nil {
		t.Fatal(err)
	}
	if texts[0] != texts[1] {
		t.Error("two extractions from one program differ")
	}
	if strings.Contains(texts[0], "testdata") {
		t.Error("the facts name a path of this machine")
	}
}

func TestErrorsNameTheirPlace(t *testing.T) {
	for _, c := range []struct{ topic, root, want string }{
		{"broken", "Run", "broken/broken.go:4:25: "},
		{"absent", "Run", "absent"},
		{"options", "Absent", "root Absent is not in package"},
	} {
		if _, _, _, err := read(map[string][]string{c.topic: {c.root}}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q in it", c.topic, err, c.want)
		}
	}
}

func TestConfiguration(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{`, "unexpected EOF"},
		{`{"dir":".","packages":["."],"sinkz":{}}`, "sinkz"},
		{`{"packages":["."]}`, "exactly one"},
		{`{"dir":".","module":"m@v1","packages":["."]}`, "exactly one"},
		{`{"dir":"."}`, "no packages"},
	} {
		if _, err := readConfig(strings.NewReader(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.text, err, c.want)
		}
	}
}
