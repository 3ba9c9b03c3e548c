package process

import (
	"time"

	"github.com/ocrmux/ocrmux/internal/message"
)

// What a child may use, besides [Config.Memory].
const (
	// maxTasks is the number of its threads, and of its processes where it can have several.
	maxTasks = 512
	// maxFiles is how many files it may have open, and maxFileBytes how long one of them may become.
	maxFiles     = 1024
	maxFileBytes = 64 << 20
	// watchEvery is how often its use is looked at.
	watchEvery = 250 * time.Millisecond
)

// usage is what a process uses at one moment.
type usage struct {
	// memory is in bytes, with what is swapped out and what it shares with others.
	memory int64
	tasks  int
}

// watch kills the process when it passes a limit, until it ends. Where the system holds the limits itself, this never happens.
func (p *proc) watch(pid int) {
	for {
		select {
		case <-p.exited:
			return
		case <-p.cfg.After(watchEvery):
		}
		if u, ok := usageOf(pid); ok {
			p.judge(u)
		}
	}
}

// judge kills the process if it uses too much.
func (p *proc) judge(u usage) {
	var passed message.Message
	switch {
	case u.memory > p.cfg.Memory:
		passed = message.New(message.ProcessMemory, "mebibytes", p.cfg.Memory>>20)
	case u.tasks > maxTasks:
		passed = message.New(message.ProcessTasks, "most", maxTasks)
	default:
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	p.passed = passed
	killGroup(p.process.Pid)
}
