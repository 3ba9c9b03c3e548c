package console_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/access"
	"github.com/ocrmux/ocrmux/host/internal/server"
	"github.com/ocrmux/ocrmux/internal/catalog/trust"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/plugintest"
)

// hold does not answer: it says when it is asked, and when the caller has left.
func hold(asked, left chan<- struct{}) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
		close(left)
	}
}

func withoutScripts(off bool) step {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: off})
		return err
	})
}

// grey is a picture of nothing.
func grey(t *testing.T) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 640, 400))
	draw.Draw(m, m.Bounds(), image.NewUniform(color.Gray{128}), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestEveryFailureSaysWhatToDo(t *testing.T) {
	needsModels(t)
	g := open(t, tooMuch)
	g.vendor.on("jumdata", says(`{"code": 603, "msg": "余额不足", "taskNo": "8", "charge": false}`))
	g.vendor.on("duguang", says(`{"error_code": 500, "error_msg": "服务内部错误"}`))
	b := browse(t, desktop, g.url, "status of 415", "status of 422", "status of 502", "status of 503")
	for _, c := range []struct {
		name, file, by, headline string
		says                     []string
	}{
		{"a file that is no picture", write(t, "card.jpg", []byte("this is a letter, not a picture")), "here", "照片无法使用", []string{"这不是图片文件", "未产生费用", "由您处理"}},
		{"a picture that is too large", write(t, "large.jpg", make([]byte, 1<<20+1)), "here", "照片太大", []string{"不能超过 1 MB"}},
		{"a picture of nothing", write(t, "grey.jpg", grey(t)), "here", "照片中没有找到证件", []string{"请让证件占满画面的大部分", "未产生费用"}},
		{"every provider failing", specimen, "vendors", "服务暂时不可用", []string{"余额不足", "服务内部错误", "厂商的问题", "最多 ¥0.05"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b.read(c.file, c.by)
			if got := b.text("#result h2"); got != c.headline {
				t.Errorf("the page says %q, want %q", got, c.headline)
			}
			text := b.text("#result")
			for _, want := range c.says {
				if !strings.Contains(text, want) {
					t.Errorf("%q is not said: %s", want, text)
				}
			}
			if b.count("#figure") != 0 || b.count("#result [role=alert]") != 1 {
				t.Error("a failure shows a card, or is no alert")
			}
		})
	}
}

// TestWhatAVendorSawIsAdvice takes a vendor that says what is wrong with a picture.
func TestWhatAVendorSawIsAdvice(t *testing.T) {
	dir := t.TempDir()
	plugintest.WASM(t, filepath.Join(root, "plugins", "wapi"), dir)
	if err := trust.Approve(dir); err != nil {
		t.Fatal(err)
	}
	g := open(t, func(c *engine.Config, _ *server.Config) {
		price := money.Amount(money.Micro / 20)
		wapi := c.Providers["jumdata"]
		endpoint := strings.TrimSuffix(wapi.Config["endpoint"].(string), "jumdata") + "wapi"
		wapi.Config, wapi.Price.PerCall = map[string]any{"endpoint": endpoint}, &price
		c.Plugins, c.Providers, c.Routes = dir, map[string]engine.ProviderConfig{"wapi": wapi}, map[string]engine.Route{"default": {Providers: []string{"wapi"}}}
	})
	g.vendor.on("wapi", says(`{"codeid": 10000, "message": "成功", "time": 1710000000, "retdata": {"image_status": "over_exposure", "idcard_number_type": -1}}`))
	b := browse(t, desktop, g.url, "status of 422")
	b.read(specimen, "default")
	text := b.text(".outcome")
	for _, want := range []string{"证件无法识别", "过曝", "请避开强光", "由您处理", "¥0.05"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not said: %s", want, text)
		}
	}
	b.screenshot("read-failure-zh")
	g.vendor.on("wapi", says(`{"codeid": 10000, "message": "成功", "time": 1710000000, "image_status": "blurred", "idcard_number_type": 3,
		"retdata": {"姓名": "谭金贵", "性别": "女", "民族": "汉", "出生": "19391006", "住址": "江西省南昌市东湖区中山北一路1102号21栋1402室", "公民身份号码": "360102193910054061"}}`))
	b.do(click("#go"), visible(".outcome.warn"))
	text = b.text("#result")
	for _, want := range []string{"识别成功，请核对", "模糊", "请拿稳手机", "出生日期与号码中的日期不同", "不确定，请核对"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not said: %s", want, text)
		}
	}
	b.screenshot("read-doubts-zh")
}

func TestWhoeverIsSignedOutMeanwhileIsToldSo(t *testing.T) {
	g := open(t, withTenants)
	b := browse(t, desktop, g.url, "status of 401")
	b.do(keys(bankKey+kb.Enter), visible("#zone"))
	g.server.SetTenants([]access.Config{{Name: "ops", Keys: []access.KeyHash{access.Hash(adminKey)}, Admin: true}})
	b.give(specimen)
	b.do(click("#go"), visible("#result [role=alert]"))
	if got := b.text("#result [role=alert]"); !strings.Contains(got, "您尚未登录") {
		t.Errorf("the page says %q", got)
	}
	b.do(click("#result a[href='/console/sign-in']"), visible("#key"))
}

func TestAGatewayThatIsGoneIsToldOf(t *testing.T) {
	g := open(t, nil)
	b := browse(t, desktop, g.url, "ERR_CONNECTION_REFUSED")
	b.give(specimen)
	g.stop()
	b.do(click("#go"), visible("#result [role=alert]"))
	if got := b.text("#result h2"); got != "无法连接网关" {
		t.Errorf("the page says %q", got)
	}
	if eval[bool](b, "document.querySelector('#go').disabled") {
		t.Error("nobody can try again")
	}
}

func TestTheServerHoldsFormsToTheirLimits(t *testing.T) {
	g := open(t, tooMuch)
	for name, c := range map[string]struct {
		picture []byte
		fields  []string
		status  int
		says    string
	}{
		"a picture that is too large":      {make([]byte, 1<<20+200<<10), nil, 413, "can have at most 1 MB"},
		"no picture":                       {nil, nil, 400, "No picture was received"},
		"an address in place of a picture": {nil, []string{"image_url", "https://example.com/card.jpg"}, 400, "No picture was received"},
		"a route that there is not":        {grey(t), []string{"route", "hunter2"}, 404, "There is no such route or provider"},
		"a provider that there is not":     {grey(t), []string{"provider", "hunter2", "route", "here"}, 404, "There is no such route or provider"},
	} {
		t.Run(name, func(t *testing.T) {
			var body bytes.Buffer
			form := multipart.NewWriter(&body)
			part, err := form.CreateFormFile("image", "hunter2.jpg")
			if err == nil {
				_, err = part.Write(c.picture)
			}
			for i := 0; i < len(c.fields) && err == nil; i += 2 {
				err = form.WriteField(c.fields[i], c.fields[i+1])
			}
			if err == nil {
				err = form.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, g.url+"/console/read", &body)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", form.FormDataContentType())
			answer, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(answer.Body)
			_ = answer.Body.Close()
			if err != nil {
				t.Fatal(err)
			}
			if answer.StatusCode != c.status || !strings.Contains(string(text), c.says) || strings.Contains(string(text), "hunter2") {
				t.Errorf("the answer is %d, want %d:\n%s", answer.StatusCode, c.status, text)
			}
			if answer.Header.Get("Cache-Control") != "no-store" {
				t.Error("the answer may be stored")
			}
		})
	}
}
