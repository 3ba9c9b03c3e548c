//go:build !wasip1

package sdk

import (
	"context"
	"sync"

	"google.golang.org/grpc"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/abirpc"
)

type hostStream = grpc.BidiStreamingServer[abi.HostReply, abi.HostCall]

// hostLink sends the host calls of all steps over the one Host stream. It is safe for concurrent use.
type hostLink struct {
	// ready is closed when the stream is open, gone when it has ended.
	ready, gone chan struct{}

	sending sync.Mutex // a stream takes one message at a time

	mu      sync.Mutex
	stream  hostStream
	lastID  uint64
	waiting map[uint64]chan<- *abi.HostReply
}

func newHostLink() *hostLink {
	return &hostLink{
		ready:   make(chan struct{}),
		gone:    make(chan struct{}),
		waiting: map[uint64]chan<- *abi.HostReply{},
	}
}

// open sets the stream. It returns false if the link has had one.
func (l *hostLink) open(s hostStream) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stream != nil {
		return false
	}
	l.stream = s
	close(l.ready)
	return true
}

func (l *hostLink) opened() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stream != nil
}

// receive passes replies to their callers until the stream ends.
func (l *hostLink) receive() error {
	defer close(l.gone)
	for {
		r, err := l.stream.Recv()
		if err != nil {
			return err
		}
		l.mu.Lock()
		answer := l.waiting[r.ID]
		delete(l.waiting, r.ID)
		l.mu.Unlock()
		if answer != nil {
			answer <- r // never blocks: it has room for the one reply
		}
	}
}

// hostFunc returns a function that calls host functions for one step until ctx ends. call is the step's number.
func (l *hostLink) hostFunc(ctx context.Context, call uint64) hostFunc {
	return func(in *abi.HostCall) *abi.HostReply {
		select {
		case <-l.ready:
		case <-ctx.Done():
			return gone()
		}
		answer := make(chan *abi.HostReply, 1)
		out := *in
		out.Call = call
		out.ID = l.expect(answer)
		defer l.forget(out.ID)
		if err := l.send(&out); err != nil {
			return err
		}
		select {
		case r := <-answer:
			return r
		case <-ctx.Done():
		case <-l.gone:
		}
		return gone()
	}
}

func (l *hostLink) expect(answer chan<- *abi.HostReply) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lastID++
	l.waiting[l.lastID] = answer
	return l.lastID
}

func (l *hostLink) forget(id uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.waiting, id)
}

// send returns nil, or the reply for the error.
func (l *hostLink) send(c *abi.HostCall) *abi.HostReply {
	encoded, err := abirpc.Encode(c)
	if err != nil {
		return &abi.HostReply{Status: abi.HostStatusLimit, Message: err.Error()}
	}
	l.sending.Lock()
	defer l.sending.Unlock()
	if err := l.stream.SendMsg(encoded); err != nil {
		return gone()
	}
	return nil
}

func gone() *abi.HostReply {
	return &abi.HostReply{Status: abi.HostStatusGone, Message: "the call is over"}
}
