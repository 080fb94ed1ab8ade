//go:build cgo && unix
// +build cgo,unix

package foreign

import "keychain.example/keychain"

func secret() (string, error) {
	item, err := keychain.New("token")
	if err != nil {
		return "", err
	}
	return item.Secret()
}
