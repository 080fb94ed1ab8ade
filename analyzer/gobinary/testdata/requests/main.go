// Each way to fill a request in once. "want METHOD PART NAME=VALUE WHEN, ..." above a function says what must be read from
// its machine code: VALUE "?" is made at run time, WHEN is always or sometimes. Nothing here runs.
package main

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strconv"
)

type options struct {
	Marker  *string
	Timeout *int32
	Tags    map[string]string
}

type client struct{ endpoint string }

var agent = "agent/1" // changed by main

// A value that is appended, as Add does, and one that is empty are not followed.
//
// want PUT header Accept=application/xml always, header x-kind=plain always, query comp=list always
//
//go:noinline
func (c *client) assigned(ctx context.Context) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, c.endpoint, nil)
	if err != nil {
		return nil, err
	}
	q := req.URL.Query()
	q.Set("comp", "list")
	req.URL.RawQuery = q.Encode()
	req.Header["Accept"] = []string{"application/xml"}
	req.Header["x-kind"] = []string{"plain"}
	return req, nil
}

// want GET header X-Kind=set always, header X-Kind=? always, query page=? always
//
//go:noinline
func (c client) called() (*http.Request, error) {
	req, err := http.NewRequest("GET", c.endpoint, nil)
	if err != nil {
		return req, errors.New("no request: " + err.Error())
	}
	req.Header.Set("X-Kind", "set")
	req.Header.Add("X-Kind", "added")
	q := req.URL.Query()
	q.Add("page", "1")
	req.URL.RawQuery = q.Encode()
	return req, nil
}

// want GET query marker=? sometimes, query timeout=? sometimes, query comp=list always, header ?=? sometimes
//
//go:noinline
func (c *client) optional(ctx context.Context, o *options) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.endpoint, nil)
	if err != nil {
		return nil, err
	}
	q := req.URL.Query()
	if o != nil && o.Marker != nil {
		q.Set("marker", *o.Marker)
	}
	if o != nil && o.Timeout != nil {
		q.Set("timeout", strconv.FormatInt(int64(*o.Timeout), 10))
	}
	q.Set("comp", "list")
	req.URL.RawQuery = q.Encode()
	if o != nil {
		for k, v := range o.Tags {
			req.Header["x-tag-"+k] = []string{v}
		}
	}
	return req, nil
}

// want HEAD header x-mode=a always, header x-mode=b always, header x-name=? always, header x-late=yes always
//
//go:noinline
func (c *client) either(ctx context.Context, name []byte, first bool) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, "HEAD", c.endpoint, nil)
	if err != nil {
		return nil, err
	}
	if first {
		req.Header["x-mode"] = []string{"a"}
	} else {
		req.Header["x-mode"] = []string{"b"}
	}
	req.Header["x-name"] = []string{base64.StdEncoding.EncodeToString(name)}
	if err := check(name); err != nil {
		return nil, err
	}
	req.Header["x-late"] = []string{"yes"}
	return req, nil
}

// want ? header x-agent=? always, header x-empty=? always
//
//go:noinline
func (c *client) unknown(ctx context.Context, method string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.endpoint, nil)
	if err != nil {
		return nil, err
	}
	req.Header["x-agent"] = []string{agent}
	req.Header["x-empty"] = []string{""}
	return req, nil
}

// want POST header x-mine=1 always
//
//go:noinline
func (c *client) others(ctx context.Context, elsewhere map[string][]string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, "POST", c.endpoint, nil)
	if err != nil {
		return nil, err
	}
	elsewhere["x-not-mine"] = []string{"0"}
	req.Header["x-mine"] = []string{"1"}
	return req, nil
}

//go:noinline
func check(name []byte) error {
	if len(name) > 3 {
		return errors.New("too long")
	}
	return nil
}

func main() {
	c := &client{os.Args[0]}
	agent += os.Args[0]
	ctx := context.Background()
	used(c.assigned(ctx))
	used(c.called())
	used(c.optional(ctx, &options{Marker: &agent, Timeout: new(int32), Tags: map[string]string{"a": agent}}))
	used(c.either(ctx, []byte(agent), len(os.Args) > 1))
	used(c.unknown(ctx, agent))
	used(c.others(ctx, url.Values{}))
}

//go:noinline
func used(r *http.Request, err error) { _, _ = r, err }
