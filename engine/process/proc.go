package process

import (
	"context"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/internal/message"
)

// pipeGrace is how long the output of a process that has exited is still read: a process that inherited its pipes may hold them
// open for ever.
const pipeGrace = time.Second

// proc is one started executable, in the shape that go-plugin wants of a runner. A goroutine of its own reaps it.
type proc struct {
	cfg       *Config
	spawn     *spawner
	exe       *executable
	args, env []string
	dir       string
	stdout    *firstLine
	stderr    *lineWriter
	places    places
	// group bounds it where the system lets us; nil elsewhere.
	group *group

	mu sync.Mutex
	// startErr is why it could not be executed.
	startErr        error
	process         *os.Process // nil until it has started
	unwanted, ended bool
	// passed is the limit that it was killed for.
	passed message.Message
	state  *os.ProcessState
	// exited is closed when the process has been reaped.
	exited chan struct{}
}

// newProc prepares an executable, whose environment go-plugin has yet to say.
func newProc(l *launcher, out *outputLog) *proc {
	return &proc{
		cfg:    l.cfg,
		spawn:  l.spawn,
		exe:    l.exe,
		args:   []string{l.name},
		dir:    l.dir,
		stdout: newFirstLine(out.lines("stdout")),
		stderr: out.lines("stderr"),
		exited: make(chan struct{}),
		places: places{read: append([]string{l.dir}, l.cfg.Readable...), execute: l.exe.parts()},
	}
}

// Start starts the process on a thread of its own.
func (p *proc) Start(context.Context) error {
	process, copies, err := p.startPiped()
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.startErr = err
		p.stdout.close()
		p.group.remove()
		return err
	}
	p.process = process
	if p.unwanted {
		killGroup(process.Pid)
	}
	go p.reap(copies)
	go p.watch(process.Pid)
	return nil
}

// startPiped starts the process with pipes for what it prints, and an empty stdin. wait waits until these have been read.
func (p *proc) startPiped() (process *os.Process, wait func(), err error) {
	empty, err := os.OpenFile(os.DevNull, os.O_RDONLY, 0)
	if err != nil {
		return nil, nil, err
	}
	stdio := [3]*os.File{empty}
	var ours []*os.File
	defer func() {
		for _, f := range stdio {
			_ = f.Close() // the process has its own
		}
		if err != nil {
			for _, f := range ours {
				_ = f.Close()
			}
		}
	}()
	for i := 1; i < len(stdio); i++ {
		r, w, err := os.Pipe()
		if err != nil {
			return nil, nil, err
		}
		ours, stdio[i] = append(ours, r), w
	}
	err = p.spawn.do(func() (err error) {
		process, err = start(p, stdio)
		return err
	}, p.exited)
	if err != nil {
		return nil, nil, err
	}
	var copies sync.WaitGroup
	for i, to := range []io.Writer{p.stdout, p.stderr} {
		copies.Go(func() {
			_, _ = io.Copy(to, ours[i]) // it ends when the pipe does, or when it is closed
			_ = ours[i].Close()
		})
	}
	return process, func() {
		enough := time.AfterFunc(pipeGrace, func() {
			for _, f := range ours {
				_ = f.Close()
			}
		})
		copies.Wait()
		enough.Stop()
	}, nil
}

func (p *proc) reap(copied func()) {
	endGroup(p.process.Pid, p.noKill)
	state, _ := p.process.Wait() // fails when another has reaped it, which leaves no state
	p.noKill()
	p.group.remove()
	copied()
	p.stdout.close()
	p.stderr.flush()
	p.mu.Lock()
	p.state = state
	p.mu.Unlock()
	close(p.exited)
}

// noKill ends killing: from now on the process's number may be another's.
func (p *proc) noKill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
}

// Kill kills the process and its group, unless it has exited; if it has not started, then as soon as it has.
func (p *proc) Kill(context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unwanted = true
	if p.process != nil && !p.ended {
		killGroup(p.process.Pid)
	}
	return nil
}

// Wait waits until the process has been reaped.
func (p *proc) Wait(context.Context) error {
	<-p.exited
	return nil
}

// gone waits until a process that was asked to end has been reaped. It returns at once if it never started.
func (p *proc) gone() {
	p.mu.Lock()
	started := p.process != nil
	p.mu.Unlock()
	if started {
		<-p.exited
	}
}

// fate says how the process ended, for people: "exit status 3", "signal: killed", or which limit it passed.
func (p *proc) fate() message.Message {
	select {
	case <-p.exited:
	default:
		return message.Text("still running")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.passed.IsZero() {
		return p.passed
	}
	return message.Text(p.state.String())
}

// Stdout returns the line of the handshake only.
func (p *proc) Stdout() io.ReadCloser { return p.stdout.line }

// Stderr is empty: the process writes to our own log, which has limits.
func (p *proc) Stderr() io.ReadCloser { return io.NopCloser(strings.NewReader("")) }

func (p *proc) Name() string                    { return p.args[0] }
func (p *proc) ID() string                      { return p.Name() }
func (p *proc) Diagnose(context.Context) string { return "" }

// HostToPlugin is for go-plugin's broker, which is not used.
func (p *proc) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}

// PluginToHost takes the address that the child has announced.
func (p *proc) PluginToHost(network, address string) (string, string, error) {
	if err := ownAddress(p.places.own, network, address); err != nil {
		return "", "", err
	}
	return network, address, nil
}
