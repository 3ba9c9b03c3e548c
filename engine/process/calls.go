package process

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
)

// callTable knows the calls that a child is carrying out, by their numbers.
type callTable struct {
	mu   sync.Mutex
	last uint64
	open map[uint64]*openCall
}

type openCall struct {
	number  uint64
	ctx     context.Context
	cancel  context.CancelFunc
	host    catalog.Host
	running sync.WaitGroup
	// hosted: a host call was running when the call ended, so the provider was not idle.
	hosted atomic.Bool
}

func newCallTable() *callTable { return &callTable{open: map[uint64]*openCall{}} }

// begin opens a call for which host answers, until end.
func (t *callTable) begin(ctx context.Context, host catalog.Host) *openCall {
	o := &openCall{host: host}
	o.ctx, o.cancel = context.WithCancel(ctx)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	o.number = t.last
	t.open[o.number] = o
	return o
}

// end closes a call: host calls that run are cancelled and waited for, since their host may not be used any more; those
// that come later find nothing.
func (t *callTable) end(o *openCall) {
	t.mu.Lock()
	delete(t.open, o.number)
	t.mu.Unlock()
	o.cancel()
	o.running.Wait()
}

// carryOut returns the host's answer.
func (t *callTable) carryOut(call *abi.HostCall) *abi.HostReply {
	t.mu.Lock()
	o := t.open[call.Call]
	if o != nil {
		o.running.Add(1)
	}
	t.mu.Unlock()
	if o == nil {
		return &abi.HostReply{Status: abi.HostStatusGone, Message: "the call is over"}
	}
	defer o.running.Done()
	r := o.host.Call(o.ctx, call)
	if o.ctx.Err() != nil {
		o.hosted.Store(true)
	}
	return r
}
