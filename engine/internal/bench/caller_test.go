package bench

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"runtime/debug"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ocrmux/ocrmux/engine"
)

// job is what a caller process is told, and report what it answers.
type job struct {
	Endpoint, Plugins, Cache string
	ByHand                   bool   // the client the vendor's document shows, instead of the engine
	Upload                   string // "file" or "base64"
	Calls, InFlight          int
	PictureBytes             int
	OwnPictures              bool // each call in flight has a picture of its own
}

type report struct {
	Seconds, CPUSeconds float64
	// Resident memory before the calls, with the pictures, and the most during them; bytes.
	Before, Peak int64
	Allocated    uint64
	Instances    int
	Failed       int
}

// call runs a job in a process of its own.
func call(b *testing.B, j job) report {
	b.Helper()
	text, err := json.Marshal(j)
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), role+"=caller")
	cmd.Stdin, cmd.Stderr = bytes.NewReader(text), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		b.Fatal(err)
	}
	var r report
	if err := json.Unmarshal(out, &r); err != nil {
		b.Fatal(err)
	}
	if r.Failed > 0 {
		b.Fatalf("%d of %d calls failed", r.Failed, j.Calls)
	}
	return r
}

func beCaller() {
	var j job
	if err := json.NewDecoder(os.Stdin).Decode(&j); err != nil {
		panic(err)
	}
	pictures := make([][]byte, 1)
	if j.OwnPictures {
		pictures = make([][]byte, j.InFlight)
	}
	drawn := picture(j.PictureBytes)
	for i := range pictures {
		pictures[i] = bytes.Clone(drawn)
	}
	recognize := byHand(j.Endpoint)
	instances := func() int { return 0 }
	if !j.ByHand {
		e, err := openEngine(j.Plugins, j.Cache, j.Endpoint, j.Upload, 0)
		if err != nil {
			panic(err)
		}
		recognize = func(picture []byte) error {
			_, err := e.Recognize(context.Background(), engine.Request{Picture: engine.Bytes(picture)})
			return err
		}
		instances = func() int { return e.Providers()[0].Instances }
	}
	failed := make(chan error, 2*j.Calls)
	run := func(calls int) {
		var wg sync.WaitGroup
		next := make(chan int)
		for i := range j.InFlight {
			p := pictures[i%len(pictures)]
			wg.Go(func() {
				for range next {
					if err := recognize(p); err != nil {
						failed <- err
					}
				}
			})
		}
		for i := range calls {
			next <- i
		}
		close(next)
		wg.Wait()
	}
	run(j.Calls) // connections, instances and caches are there before it counts
	debug.FreeOSMemory()
	r := report{Before: resident("VmRSS")}
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // resets VmHWM; where it cannot, the peak is over the whole life
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu, started := cpuSeconds(), time.Now()

	run(j.Calls)
	r.Seconds, r.CPUSeconds = time.Since(started).Seconds(), cpuSeconds()-cpu
	runtime.ReadMemStats(&after)
	r.Peak, r.Allocated, r.Instances, r.Failed = resident("VmHWM"), after.TotalAlloc-before.TotalAlloc, instances(), len(failed)
	if r.Failed > 0 {
		fmt.Fprintln(os.Stderr, "caller:", <-failed)
	}
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		panic(err)
	}
}

// byHand is the client of the vendor's document in Go: the picture as a base64 string in a form that is put together in
// memory, the answer unmarshalled.
func byHand(endpoint string) func(picture []byte) error {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1024}}
	return func(picture []byte) error {
		timestamp := strconv.FormatInt(time.Now().UnixMilli(), 10)
		sum := sha256.Sum256([]byte("demo" + "efcefcef1121cefcefc1212121" + timestamp))
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		for _, field := range [][2]string{
			{"appId", "demo"}, {"timestamp", timestamp}, {"sign", hex.EncodeToString(sum[:])},
			{"base64", base64.StdEncoding.EncodeToString(picture)},
		} {
			if err := form.WriteField(field[0], field[1]); err != nil {
				return err
			}
		}
		if err := form.Close(); err != nil {
			return err
		}
		resp, err := client.Post(endpoint+"/ocr/idcard-v1", form.FormDataContentType(), &body)
		if err != nil {
			return err
		}
		text, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close() // it was read to its end
		if err != nil {
			return err
		}
		var answer struct {
			Code int
			Data struct{ Info map[string]string }
		}
		if err := json.Unmarshal(text, &answer); err != nil {
			return err
		}
		if answer.Code != 200 || answer.Data.Info["number"] == "" {
			return fmt.Errorf("code %d", answer.Code)
		}
		return nil
	}
}

func cpuSeconds() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// resident reads a memory figure of this process, in bytes; 0 where /proc does not have it.
func resident(key string) int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	m := regexp.MustCompile(key + `:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		return 0
	}
	n, _ := strconv.ParseInt(string(m[1]), 10, 64) // the pattern allows digits only
	return n << 10
}
