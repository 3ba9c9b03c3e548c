// Command goguest is a provider that does what the document it is asked for says, good or bad.
package main

import (
	crand "crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/sdk"
)

type provider struct{}

func (provider) Start(c *sdk.Call, in *sdk.Start) *sdk.Action {
	switch in.Document {
	case "card":
		return sdk.Recognized(&sdk.Done{Side: sdk.Front, VendorRequestID: c.Nonce()})
	case "panic":
		panic("the number is 110101199001011234")
	case "panic in goroutine":
		go func() { panic("away") }()
		runtime.Gosched()
	case "exit":
		os.Exit(7)
	case "exhaust":
		kept := make([][]byte, 0, 1024)
		for {
			kept = append(kept, make([]byte, 64<<10))
		}
	case "exhaust at once":
		huge := make([]byte, 1<<30)
		return said(len(huge))
	case "recurse":
		return said(recurse(1))
	case "loop":
		for i := 0; ; i++ {
			sink = i
		}
	case "block":
		select {}
	case "lock twice":
		ch := make(chan int)
		<-ch
	case "leave goroutines":
		for range 100 {
			go func() { select {} }()
		}
	case "leave spinning goroutine":
		go func() {
			for {
				runtime.Gosched()
			}
		}()
	case "print":
		fmt.Fprintln(os.Stderr, "the number is 110101199001011234")
		fmt.Println("and goes nowhere")
	case "print without end":
		for {
			fmt.Fprintln(os.Stderr, strings.Repeat("x", 1000))
		}
	case "sleep":
		began := time.Now()
		time.Sleep(time.Hour)
		return said(time.Since(began))
	case "world":
		var random [16]byte
		_, err := crand.Read(random[:])
		_, openErr := os.Open("/etc/hostname")
		return said(time.Now().Unix(), hex.EncodeToString(random[:]), err, openErr != nil, len(os.Args), len(os.Environ()))
	default:
		return host(c, in)
	}
	return sdk.Recognized(&sdk.Done{Side: sdk.Front})
}

// host uses the host functions.
func host(c *sdk.Call, in *sdk.Start) *sdk.Action {
	switch in.Document {
	case "sign":
		sum, err := c.Sign(sdk.HMAC(sdk.SHA256, sdk.Raw, sdk.Secret("key"), sdk.Text("data")))
		return said(hex.EncodeToString(sum), err)
	case "image_inspect":
		r, err := c.InspectImage(0, &sdk.ImageLimits{MaxSide: 100})
		if err != nil {
			return said(err)
		}
		return said(r.Picture.Width, len(r.Violations))
	case "image_fit":
		p, err := c.FitImage(0, &sdk.ImageLimits{MaxSide: 100})
		if err != nil {
			return said(err)
		}
		return said(p.Handle, p.Width)
	case "image_read":
		b, err := c.ReadImage(0)
		sum := 0
		for _, o := range b {
			sum += int(o)
		}
		return said(len(b), sum, err)
	case "http_send":
		r, err := c.Do(sdk.Get("https://api.example.com/token"))
		if err != nil {
			return said(err)
		}
		return said(r.Status, r.Text("/token"))
	case "log":
		c.Logf(abi.LogLevelWarn, "picture of %d bytes", 17)
		return said("logged")
	}
	return sdk.Failed(sdk.Fail{Kind: sdk.InvalidRequest, Message: "what is " + in.Document + "?"})
}

func (provider) Response(*sdk.Call, *sdk.Response) *sdk.Action { return nil }

var sink int

func recurse(n int) int {
	var room [256]byte
	room[n%256] = byte(n)
	return recurse(n+1) + int(room[0])
}

// said answers with texts.
func said(values ...any) *sdk.Action {
	d := new(sdk.Done)
	for _, v := range values {
		d.Extras = append(d.Extras, sdk.Extra{Value: fmt.Sprint(v)})
	}
	return sdk.Recognized(d)
}

func init() { sdk.Register(provider{}) }

func main() { sdk.Main() }
