package process

import (
	"errors"
	"strings"

	"github.com/ocrmux/ocrmux/internal/message"
)

// Confinement says how far a child is shut off from the machine. A confined child
//
//   - opens no connection and looks up no name: it can only listen on a unix socket, for its host;
//   - reads the plugin's folder, [Config.Readable], and what a program needs to start: C libraries, time zones, descriptions
//     of the processor. Not the files of its user, not the plugin folder's neighbours, not what /proc says of other processes;
//   - writes to a temporary folder of its own, which goes when it ends; $TMPDIR names it;
//   - starts no other program of the machine, and can neither trace, nor signal, nor read the memory of processes outside;
//   - gains no rights, by set-user-id programs or otherwise.
//
// It can still learn whether a path exists, and use up processor and memory. This takes Landlock (Linux 5.13; signals are held back
// from 6.12 on, and before that no child can send any) and seccomp, on amd64 and arm64, and no privilege.
type Confinement int

const (
	// ConfineAuto confines as far as the system can, and logs what it cannot. It is the default.
	ConfineAuto Confinement = iota
	// ConfineRequired starts no child that cannot be confined entirely.
	ConfineRequired
	// ConfineOff starts children with everything their user may do.
	ConfineOff
)

// unconfinedError lists what a system cannot do to confine a child.
type unconfinedError struct {
	missing []string
}

func (e *unconfinedError) Error() string {
	return "this system cannot confine a subprocess: " + strings.Join(e.missing, "; ")
}

// confineError means that a child was not started, since it could not be confined.
type confineError struct{ err error }

func (e *confineError) Error() string { return e.Message().String() }
func (e *confineError) Message() message.Message {
	return message.New(message.ProcessUnconfined, "reason", e.err.Error())
}
func (e *confineError) Unwrap() error { return e.err }

// allowUnconfined returns the error that keeps a child from starting, if the result of shutting it off is one.
func (c *Config) allowUnconfined(plugin string, err error) error {
	var missing *unconfinedError
	if errors.As(err, &missing) && c.Confinement == ConfineAuto {
		c.Logger.Warn("a subprocess plugin is not confined entirely: trust its source, or set plugins.confine to required", "plugin", plugin, "error", err)
		return nil
	}
	if err != nil {
		return &confineError{err}
	}
	return nil
}

// Means are what a system has to hold subprocesses.
type Means struct {
	// Unconfined is what keeps the system from confining a child entirely, or nil.
	Unconfined error
	// Namespaces says whether a child gets namespaces of users, processes and networks of its own. When the first process of one ends, the kernel
	// ends all others in it.
	Namespaces bool
	// Group says whether a child gets a control group, in which the kernel keeps its limits of memory and processes. Watched says whether its use
	// is looked at where there is no group.
	Group, Watched bool
}

// CanConfine returns what keeps this system from confining a child entirely, or nil.
func CanConfine() error { return Examine().Unconfined }

// places are the folders and files that a child may use, beyond those of the system.
type places struct {
	// read are folders and files that it reads. execute are files that make it up: a private copy of its program, and its loader.
	read, execute []string
	// own is the folder in which it may do anything but execute.
	own string
}
