//go:build unix

package cli

import (
	"fmt"
	"syscall"
)

// limitProcess bounds this process. The system ends it when it takes more time, and refuses more memory, which ends a Go program.
func limitProcess(seconds, memory int64) error {
	for resource, most := range map[int]int64{syscall.RLIMIT_CPU: seconds, syscall.RLIMIT_DATA: memory, syscall.RLIMIT_CORE: 0} {
		if err := syscall.Setrlimit(resource, &syscall.Rlimit{Cur: uint64(most), Max: uint64(most)}); err != nil {
			return fmt.Errorf("the process cannot be limited: %w", err)
		}
	}
	return nil
}
