// Package keychain is written in C, all of it.
package keychain

/*
#include <security.h>
*/
import "C"

import (
	"errors"
	"fmt"
	"time"
	"unsafe"
)

type Error int

const (
	NotFound  = Error(C.errNotFound)
	Duplicate = Error(C.errDuplicate) + 1
	Limit     = C.LIMIT
)

var ErrLocked = Error(C.errLocked)

var classes = map[string]C.class{"password": C.class(C.kPassword)}

type Item struct {
	Name    string
	Created time.Time
	ref     *C.item
	parts   []C.part
}

func (e Error) Error() string { return fmt.Sprintf("keychain: %d", int(e)) }

func New(name string, options ...func(*C.item)) (*Item, error) {
	item := C.new_item(C.CString(name))
	if item == nil {
		return nil, errors.New("no item")
	}
	for _, o := range options {
		o(item)
	}
	return &Item{Name: name, ref: item}, nil
}

func (i *Item) Secret() (text string, err error) {
	n := C.size(i.ref)
	return C.GoStringN((*C.char)(unsafe.Pointer(i.ref)), n), nil
}
