package process

import (
	"context"
	"os"
	"sync"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/abirpc"
)

// child is a process that answers, with its connection and what runs on it. It ends when its process does, and ends it
// when it is failed or stopped.
type child struct {
	cfg    *Config
	proc   *proc
	conn   *grpc.ClientConn
	client *abirpc.Client
	calls  *callTable
	// timeouts in a row.
	timeouts atomic.Int32

	// ctx lives as long as the process.
	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup

	host    grpc.BidiStreamingClient[abi.HostReply, abi.HostCall]
	sending sync.Mutex // the stream takes one message at a time

	mu     sync.Mutex
	reason string
	// done is closed when nothing of the child is left.
	done chan struct{}
}

func newChild(l *launcher, p *proc, conn *grpc.ClientConn, socketDir string) *child {
	c := &child{
		cfg:    l.cfg,
		proc:   p,
		conn:   conn,
		client: abirpc.NewClient(conn),
		calls:  newCallTable(),
		done:   make(chan struct{}),
	}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	go func() {
		defer close(c.done)
		<-p.exited
		c.cancel()
		_ = conn.Close()
		c.work.Wait()
		_ = os.RemoveAll(socketDir)
	}()
	return c
}

// attach opens the Host stream and starts to serve it.
func (c *child) attach(out *outputLog) error {
	stream, err := c.client.Host(c.ctx)
	if err != nil {
		return err
	}
	c.host = stream
	c.work.Go(c.serveHost)
	c.work.Go(func() { forwardStdio(c.ctx, c.conn, out.lines("stdout"), out.lines("stderr")) })
	return nil
}

// serveHost carries out host calls until the stream ends, and then sees to it that the process ends too.
func (c *child) serveHost() {
	slots := make(chan struct{}, c.cfg.HostCalls)
	for {
		call, err := c.host.Recv()
		if err != nil {
			c.unhosted(err)
			return
		}
		select {
		case slots <- struct{}{}:
		case <-c.ctx.Done():
			return
		}
		c.work.Go(func() {
			defer func() { <-slots }()
			c.reply(call.ID, c.calls.carryOut(call))
		})
	}
}

func (c *child) reply(id uint64, r *abi.HostReply) {
	out := *r
	out.ID = id
	encoded, err := abirpc.Encode(&out)
	if err != nil {
		encoded, _ = abirpc.Encode(&abi.HostReply{ID: id, Status: abi.HostStatusLimit, Message: err.Error()})
	}
	c.sending.Lock()
	defer c.sending.Unlock()
	_ = c.host.SendMsg(encoded) // fails when the stream has ended, which its reader notices
}

// unhosted deals with a process whose Host stream has ended. Mostly it is about to exit, and how it does says more than
// the end of a stream.
func (c *child) unhosted(err error) {
	if status.Code(err) == codes.Unimplemented {
		c.fail("does not serve the stream Host, which every provider must")
		return
	}
	select {
	case <-c.proc.exited:
	case <-c.cfg.After(c.cfg.StopGrace):
		c.fail("went on without the stream Host, with which every provider must end")
	}
}

// answered notes that the child does answer.
func (c *child) answered() { c.timeouts.Store(0) }

// timedOut notes that a call was not answered in time, and fails the child when that was the last it could miss.
func (c *child) timedOut() {
	if int(c.timeouts.Add(1)) >= c.cfg.MaxTimeouts {
		c.fail("did not answer several calls in a row in time")
	}
}

// fail kills the process, for a reason of which the first counts.
func (c *child) fail(reason string) {
	c.mu.Lock()
	if c.reason == "" {
		c.reason = reason
	}
	c.mu.Unlock()
	_ = c.proc.Kill(c.ctx)
}

// lost tells whether the child has failed or exited, which its module may not have noticed yet.
func (c *child) lost() bool {
	select {
	case <-c.proc.exited:
		return true
	default:
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reason != ""
}

// why says how the child ended: "exit status 3", or what it was killed for.
func (c *child) why() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reason != "" {
		return c.reason
	}
	return c.proc.fate()
}

// stop asks the process to end by ending the Host stream, and kills it after the grace period or when hurry ends. It
// returns when nothing of the child is left.
func (c *child) stop(hurry context.Context) {
	if c.sending.TryLock() { // a process that does not even take replies is killed by the grace period
		_ = c.host.CloseSend()
		c.sending.Unlock()
	}
	select {
	case <-c.done:
		return
	case <-c.cfg.After(c.cfg.StopGrace):
	case <-hurry.Done():
	}
	c.fail("was closed")
	<-c.done
}
