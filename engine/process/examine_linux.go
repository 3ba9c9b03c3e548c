package process

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// Examine tries what this system can do to hold a subprocess.
func Examine() Means {
	means := Means{Group: delegated() != "", Watched: true}
	means.Namespaces, means.Unconfined = tryConfining()
	return means
}

// tryConfining makes a process that is confined entirely, and ends. It reports whether the process had namespaces of its own.
func tryConfining() (namespaces bool, err error) {
	dir, err := os.MkdirTemp("", "ocrmux-confine-")
	if err != nil {
		return false, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // empty
	cfg := Config{Confinement: ConfineRequired}.withDefaults()
	j, err := cfg.newJail(places{own: dir})
	if err != nil {
		return false, err
	}
	defer j.close()
	empty, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return false, err
	}
	defer func() { _ = empty.Close() }() // nothing is written to it
	p := &proc{cfg: &cfg}
	s := newSpawner()
	ended := make(chan struct{})
	close(ended)
	err = s.do(func() error {
		process, err := j.run(p, [3]*os.File{empty, empty, empty}, setupStep{name: "exit", number: unix.SYS_EXIT_GROUP})
		if err == nil {
			_, err = process.Wait()
		}
		return err
	}, ended)
	s.close()
	var confine *confineError
	if errors.As(err, &confine) {
		err = confine.err
	}
	return j.namespaces, err
}
