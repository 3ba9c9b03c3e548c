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
	"github.com/ocrmux/ocrmux/internal/message"
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
	reason message.Message
	// done is closed when all processes of the child have ended.
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

// serveHost carries out host calls until the stream ends, and then makes sure that the process ends too.
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

// unhosted deals with a process whose Host stream has ended. Usually it is about to exit, and its exit status says more than
// the end of a stream.
func (c *child) unhosted(err error) {
	if status.Code(err) == codes.Unimplemented {
		c.fail(message.ProcessNoHostStream)
		return
	}
	select {
	case <-c.proc.exited:
	case <-c.cfg.After(c.cfg.StopGrace):
		c.fail(message.ProcessWentOn)
	}
}

// answered records that the child answers.
func (c *child) answered() { c.timeouts.Store(0) }

// timedOut records that a call was not answered in time, and fails the child after too many of these.
func (c *child) timedOut() {
	if int(c.timeouts.Add(1)) >= c.cfg.MaxTimeouts {
		c.fail(message.ProcessTimeouts)
	}
}

// fail kills the process. The first reason counts.
func (c *child) fail(reason message.Code) {
	c.mu.Lock()
	if c.reason.IsZero() {
		c.reason = message.New(reason)
	}
	c.mu.Unlock()
	_ = c.proc.Kill(c.ctx)
}

// lost reports whether the child has failed or exited, which its module may not have noticed yet.
func (c *child) lost() bool {
	select {
	case <-c.proc.exited:
		return true
	default:
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.reason.IsZero()
}

// why returns how the child ended, such as "exit status 3", or why it was killed.
func (c *child) why() message.Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.reason.IsZero() {
		return c.reason
	}
	return c.proc.fate()
}

// stop asks the process to end by ending the Host stream, and kills it after the grace period or when hurry ends. It
// returns when all processes of the child have ended.
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
	c.fail(message.ProcessStopped)
	<-c.done
}
