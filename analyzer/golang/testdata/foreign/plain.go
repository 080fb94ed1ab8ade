//go:build !cgo

package foreign

import "errors"

func New() error { return errors.New("there is no keychain without C") }
