package bench

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// answers of the vendors, by path. The card is a specimen, 样本.
func answers() map[string]string {
	return map[string]string{
		"/ocrservice/idcard": `{"data": {"name": "样本张三", "nation": "汉", "gender": "男", "birthday": "1990年3月7日", "address": "北京市东城区样本胡同1号", "id": "11010119900307803X"}, "angle": 0, "sid": "bfcb418f71fd057f11ea4e17b15688dc"}`,
		"/ocr/idcard-v1":     `{"code":200,"msg":"成功","taskNo":"65605503936940344488","charge":true,"data":{"result":0,"side":"front","info":{"number":"11010119900307803X","name":"样本张三","address":"北京市东城区样本胡同1号","year":"1990","month":"3","day":"7","nation":"汉","sex":"男"},"validity":{"birthday":true,"number":true,"address":true,"sex":true,"name":true}}}`,
	}
}

// vendor plays both vendors: it reads the whole request, waits in held, and answers with a card.
func vendor(held func()) http.Handler {
	buffers := sync.Pool{New: func() any { b := make([]byte, 64<<10); return &b }}
	texts := answers()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b := buffers.Get().(*[]byte)
		_, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, r.Body, *b)
		buffers.Put(b)
		text, ok := texts[r.URL.Path]
		if err != nil || !ok {
			http.Error(w, "", http.StatusBadRequest)
			return
		}
		held()
		w.Header().Set("Content-Type", "application/json;charset=utf-8")
		_, _ = io.WriteString(w, text) // an error means that the caller is gone
	})
}

// vendorHere starts the vendors in this process and returns their address.
func vendorHere(tb testing.TB, held func()) string {
	s := httptest.NewServer(vendor(held))
	tb.Cleanup(s.Close)
	return s.URL
}

// elsewhere starts this program in a role and returns its address.
func elsewhere(tb testing.TB, as string, env ...string) string {
	tb.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stderr = append(append(os.Environ(), role+"="+as), env...), os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = cmd.Process.Kill() // it has no state
		_ = cmd.Wait()
	})
	var address string
	if _, err := fmt.Fscanln(out, &address); err != nil {
		tb.Fatal(err)
	}
	return strings.TrimSpace(address)
}

// roles of this program when it starts itself, by name: the vendors, and a proxy in front of them.
func roles() map[string]func() http.Handler {
	return map[string]func() http.Handler{
		"vendor": func() http.Handler { return vendor(func() {}) },
		"hop": func() http.Handler {
			to, err := url.Parse(os.Getenv(hopTo))
			if err != nil {
				panic(err)
			}
			return &httputil.ReverseProxy{
				Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(to) },
				Transport: &http.Transport{MaxIdleConnsPerHost: 16},
			}
		},
	}
}

// hopTo is the environment variable with the target of the proxy.
const hopTo = "OCRMUX_BENCH_TO"

func play(as http.Handler) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("http://" + l.Addr().String())
	panic(http.Serve(l, as))
}
