package process

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// pipeGrace is how long the output of a process that has exited is still read: a process that inherited its pipes may hold them
// open for ever.
const pipeGrace = time.Second

// proc is one started executable, in the shape that go-plugin wants of a runner. A goroutine of its own reaps it.
type proc struct {
	cmd    *exec.Cmd
	spawn  *spawner
	stdout *firstLine
	stderr *lineWriter
	// confine shuts the thread off that starts the process.
	confine func(*proc) error
	places  places

	mu sync.Mutex
	// startErr is why it could not be executed.
	startErr                 error
	started, unwanted, ended bool
	// exited is closed when the process has been reaped.
	exited chan struct{}
}

// newProc prepares an executable, whose environment go-plugin has yet to say.
func newProc(l *launcher, out *outputLog) *proc {
	p := &proc{
		spawn:  l.spawn,
		stdout: newFirstLine(out.lines("stdout")),
		stderr: out.lines("stderr"),
		exited: make(chan struct{}),

		confine: l.cfg.confine,
		places:  places{read: append([]string{l.dir}, l.cfg.Readable...)},
	}
	p.cmd = &exec.Cmd{
		Path:      l.exe.path,
		Args:      []string{l.name},
		Dir:       l.dir,
		Stdout:    p.stdout,
		Stderr:    p.stderr,
		WaitDelay: pipeGrace,
	}
	if l.exe.file != nil {
		// Listed among the child's files, it has a number there that nothing else can take. Stdin stays nil, which is empty.
		p.cmd.ExtraFiles = []*os.File{l.exe.file}
		p.cmd.Path = "/proc/self/fd/3"
	} else {
		p.places.execute = []string{l.exe.path}
	}
	separate(p.cmd)
	return p
}

// Start starts the process on a thread of its own.
func (p *proc) Start(context.Context) error {
	err := p.spawn.do(func() error {
		if err := p.confine(p); err != nil {
			return err
		}
		return p.cmd.Start()
	}, p.exited)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.startErr = err
		p.stdout.close()
		return err
	}
	p.started = true
	if p.unwanted {
		killGroup(p.cmd.Process.Pid)
	}
	go p.reap()
	return nil
}

func (p *proc) reap() {
	endGroup(p.cmd.Process.Pid, p.noKill)
	_ = p.cmd.Wait() // its error says no more than the state does
	p.noKill()
	p.stdout.close()
	p.stderr.flush()
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
	if p.started && !p.ended {
		killGroup(p.cmd.Process.Pid)
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
	started := p.started
	p.mu.Unlock()
	if started {
		<-p.exited
	}
}

// fate says how the process ended, for people: "exit status 3", "signal: killed".
func (p *proc) fate() string {
	select {
	case <-p.exited:
		return p.cmd.ProcessState.String()
	default:
		return "still running"
	}
}

// Stdout returns the line of the handshake only.
func (p *proc) Stdout() io.ReadCloser { return p.stdout.line }

// Stderr is empty: the process writes to our own log, which has limits.
func (p *proc) Stderr() io.ReadCloser { return io.NopCloser(strings.NewReader("")) }

func (p *proc) Name() string                    { return p.cmd.Args[0] }
func (p *proc) ID() string                      { return p.Name() }
func (p *proc) Diagnose(context.Context) string { return "" }

// HostToPlugin is for go-plugin's broker, which is not used.
func (p *proc) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}

// PluginToHost takes the address that the child has announced.
func (p *proc) PluginToHost(network, address string) (string, string, error) {
	if err := localAddress(network, address); err != nil {
		return "", "", fmt.Errorf("%w: a provider listens on a unix socket or on 127.0.0.1", err)
	}
	return network, address, nil
}
