package egress

import (
	"errors"
	"io"
	"strings"
	"testing"
)

func TestRequestBodyIsNotReadAfterClose(t *testing.T) {
	t.Parallel()
	opened := 0
	b := &requestBody{left: 5, open: func() (io.ReadCloser, error) {
		opened++
		return io.NopCloser(strings.NewReader("12345")), nil
	}}
	if n, err := b.Read(make([]byte, 2)); n != 2 || err != nil {
		t.Fatalf("Read = %d, %v", n, err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if n, err := b.Read(make([]byte, 2)); n != 0 || !errors.Is(err, errBodySealed) {
		t.Errorf("Read after Close = %d, %v", n, err)
	}
	if complete, srcErr := b.state(); complete || srcErr != nil || opened != 1 {
		t.Errorf("complete %v, source error %v, opened %d times", complete, srcErr, opened)
	}
}

func TestRequestBodyEndsWhenItsSourceGivesNothing(t *testing.T) {
	t.Parallel()
	b := &requestBody{left: 1, open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.MultiReader(strings.NewReader("1"), nothing{})), nil
	}}
	if _, err := b.Read(make([]byte, 2)); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("error = %v", err)
	}
}

type nothing struct{}

func (nothing) Read([]byte) (int, error) { return 0, nil }
