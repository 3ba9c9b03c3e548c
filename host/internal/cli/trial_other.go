//go:build !unix

package cli

import (
	"os"
	"runtime"
	"time"
)

// limitProcess ends this process when it takes more, as nearly as it can tell: the system offers no simpler limit.
func limitProcess(seconds, memory int64) error {
	end := time.Now().Add(time.Duration(seconds) * time.Second)
	go func() {
		for range time.Tick(20 * time.Millisecond) {
			var now runtime.MemStats
			if runtime.ReadMemStats(&now); time.Now().After(end) || now.Sys-now.HeapReleased > uint64(memory) {
				os.Exit(StatusUsage)
			}
		}
	}()
	return nil
}
