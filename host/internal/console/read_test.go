package console_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/server"
)

const specimen = "assets/specimen.jpg"

// numberOfSpecimen is what the specimen says, 样本.
const numberOfSpecimen = "360102193910054061"

// give puts a file where pictures are chosen.
func (b *tab) give(file string) {
	b.t.Helper()
	path, err := filepath.Abs(file)
	if err != nil {
		b.t.Fatal(err)
	}
	b.do(chromedp.SetUploadFiles(chromedp.CSS("#image"), []string{path}), visible("#preview"))
}

// read reads a file through a route, or, where it begins with a slash, by a provider.
func (b *tab) read(file, by string) {
	b.t.Helper()
	b.pick(by)
	b.give(file)
	b.do(click("#go"), visible("#result h2"))
}

func (b *tab) pick(by string) {
	b.t.Helper()
	list := "route"
	if name, ok := strings.CutPrefix(by, "/"); ok {
		list, by = "provider", name
	}
	eval[bool](b, fmt.Sprintf("(l => { l.value = %q; return l.dispatchEvent(new Event('change')); })(document.getElementById(%q))", by, list))
}

// all are the texts of elements.
func (b *tab) all(css string) []string {
	b.t.Helper()
	return eval[[]string](b, fmt.Sprintf("[...document.querySelectorAll(%q)].map(e => e.textContent.trim())", css))
}

func (b *tab) count(css string) int { b.t.Helper(); return len(b.all(css)) }

// sideways reports how much wider the page is than the window.
func (b *tab) sideways() int {
	b.t.Helper()
	return eval[int](b, "document.documentElement.scrollWidth - innerWidth")
}

func TestACardIsReadFromUploadToResult(t *testing.T) {
	needsModels(t)
	g := open(t, nil)
	b := browse(t, desktop, g.url)
	b.pick("here")
	b.screenshot("read-empty-zh")
	b.read(specimen, "here")
	if got := b.text("#outcome"); got != "识别成功" {
		t.Fatalf("the outcome is %q: %s", got, b.text("#result"))
	}
	names := []string{"姓名", "性别", "民族", "出生日期", "住址", "公民身份号码"}
	if diff := cmp.Diff(names, b.all(".field .name")); diff != "" {
		t.Errorf("the fields, -want +got\n%s", diff)
	}
	values := b.all(".field .value")
	if !slices.Contains(values, numberOfSpecimen) || !slices.Contains(values, "女") || !slices.Contains(values, "1939-10-05") {
		t.Errorf("the values are %q", values)
	}
	for _, c := range b.all(".measure .figures") {
		if !strings.HasSuffix(c, "%") {
			t.Errorf("a confidence is %q", c)
		}
	}
	if boxes, bars := b.count("#figure a.box polygon"), b.count(".measure .bar"); boxes != 6 || bars != 6 {
		t.Errorf("%d boxes are drawn and %d confidences, want 6 of each", boxes, bars)
	}
	if b.count(".portrait image") != 1 || b.count("#figure .photo") != 1 {
		t.Error("the portrait is not shown")
	}
	if got := eval[bool](b, "document.activeElement.id === 'outcome'"); !got {
		t.Error("the focus is not on the outcome")
	}
	b.screenshot("read-result-zh")
	eval[bool](b, `document.querySelector('#field-address').dispatchEvent(new PointerEvent('pointerover', {bubbles: true}))`)
	if got := b.count("#box-address.on"); got != 1 {
		t.Error("the box of a field is not highlighted with it")
	}
	eval[bool](b, `document.querySelector('#box-name polygon').dispatchEvent(new PointerEvent('pointerover', {bubbles: true}))`)
	if got := b.count("#field-name.on"); got != 1 || b.count(".on") != 2 {
		t.Error("a field is not highlighted with its box, or not alone")
	}
	before := eval[string](b, "document.querySelector('#figure').getAttribute('viewBox')")
	b.do(click("#turn"))
	if after := eval[string](b, "document.querySelector('#figure').getAttribute('viewBox')"); after == before {
		t.Error("the picture cannot be turned")
	}
	b.do(chromedp.Reload(), visible("#zone"))
	if b.count("#outcome") != 0 || strings.Contains(b.html(), numberOfSpecimen) || b.count("#preview[hidden]") != 1 {
		t.Error("the card is still there after a reload")
	}
	b.read(specimen, "here")
}

func TestWhatVendorsDoNotSayIsNotMadeUp(t *testing.T) {
	g := open(t, nil)
	b := browse(t, desktop, g.url)
	b.read(specimen, "vendors")
	if got := b.text("#outcome"); got != "识别成功" {
		t.Errorf("the outcome is %q", got)
	}
	if b.count("#figure a.box") != 0 || !strings.Contains(b.text(".picture"), "服务商没有给出文字在图中的位置") {
		t.Error("a vendor without places has boxes, or nothing is said of it")
	}
	if got := b.text("#field-name .measure"); !strings.Contains(got, "— 未提供置信度") || !strings.Contains(got, "来源：jumdata") {
		t.Errorf("the confidence of a vendor without one is %q", got)
	}
	if got := b.text("#field-birth_date"); !strings.Contains(got, "1990-03-07") || !strings.Contains(got, "原文：1990年3月7日") {
		t.Errorf("the birth date is %q", got)
	}
	if got := b.text(".attempts"); !strings.Contains(got, "¥0.05") || !strings.Contains(got, "已计费") || !strings.Contains(got, "41561") {
		t.Errorf("the attempts are %q", got)
	}
	b.pick("/duguang")
	b.do(click(".check input"), click("#go"), visible(".portrait svg"))
	if got := b.all(".attempts .who"); !slices.Equal(got, []string{"duguang"}) {
		t.Errorf("%q were asked, want duguang alone", got)
	}
	if got := eval[string](b, "document.querySelector('.portrait svg').getAttribute('viewBox')"); got != "416.0 114.0 155.0 156.0" {
		t.Errorf("the portrait is cut out at %s", got)
	}
}

func TestEveryAttemptIsShownWithItsEnd(t *testing.T) {
	needsModels(t)
	g := open(t, nil)
	g.vendor.on("jumdata", says(`{"code": 500, "msg": "系统维护", "taskNo": "7", "charge": false}`))
	g.vendor.on("duguang", says(`{"error_code": 500, "error_msg": "服务内部错误"}`))
	b := browse(t, view{language: "en", width: 1280, height: 900, dark: true}, g.url)
	b.read(specimen, "default")
	if diff := cmp.Diff([]string{"jumdata", "duguang", "local"}, b.all(".attempts .who")); diff != "" {
		t.Errorf("the attempts, -want +got\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Failed", "Failed", "Read"}, b.all(".attempts .tag")); diff != "" {
		t.Errorf("the outcomes, -want +got\n%s", diff)
	}
	if got := b.text(".attempts"); !strings.Contains(got, "系统维护") || !strings.Contains(got, "at most ¥0.05") {
		t.Errorf("the attempts are %q", got)
	}
	b.screenshot("read-result-en-dark")
}

func TestAPersonWithAKeyboardAloneReadsACard(t *testing.T) {
	g := open(t, nil)
	b := browse(t, desktop, g.url)
	b.do(allowed("clipboard-read"), allowed("clipboard-write"))
	b.tabTo("#specimen")
	b.do(keys(kb.Enter), visible("#preview img"))
	b.do(visible("#go:focus"), keys(kb.Enter), visible("#outcome:focus"))
	b.tabTo("#field-name .copy")
	b.do(keys(kb.Enter), chromedp.WaitVisible(chromedp.CSS("#said:not(:empty)")))
	if got := eval[string](b, "navigator.clipboard.readText()"); got != "样本张三" {
		t.Errorf("the clipboard has %q", got)
	}
	b.tabTo(".fold:last-of-type summary")
	b.do(keys(kb.Enter), visible("#json"))
	if got := b.text("#json"); !strings.Contains(got, `"document": "cn.idcard"`) {
		t.Errorf("the JSON is %q", got)
	}
	b.do(withoutDownloads)
	b.tabTo("#save")
	saved := eval[string](b, `new Promise(done => {
		const make = URL.createObjectURL;
		URL.createObjectURL = blob => { blob.text().then(done); return make(blob); };
		document.activeElement.click();
	})`)
	if got := b.text("#json"); strings.TrimSpace(saved) != got {
		t.Errorf("what is saved is %q, what is shown %q", saved, got)
	}
}

func TestPicturesCanBeDroppedAndPasted(t *testing.T) {
	g := open(t, nil)
	b := browse(t, desktop, g.url)
	for _, how := range []string{"new DragEvent('drop', {bubbles: true, dataTransfer: data})", "new ClipboardEvent('paste', {bubbles: true, clipboardData: data})"} {
		name := eval[string](b, `(async () => {
			const data = new DataTransfer();
			data.items.add(new File([await (await fetch(document.getElementById('specimen').href)).blob()], 'dropped.jpg', {type: 'image/jpeg'}));
			document.getElementById('zone').dispatchEvent(`+how+`);
			return document.getElementById('image').files[0].name;
		})()`)
		if name != "dropped.jpg" {
			t.Errorf("the picture is %q", name)
		}
		b.do(visible("#preview img"), click("#go"), visible("#outcome"), chromedp.Reload(), visible("#zone"))
	}
}

func TestPhonesShowEverythingInTheirWidth(t *testing.T) {
	needsModels(t)
	g := open(t, nil)
	b := browse(t, phone, g.url)
	if b.sideways() > 0 || !eval[bool](b, "document.querySelector('#camera').offsetWidth > 0") {
		t.Error("the empty page is too wide, or there is no button for the camera")
	}
	b.read(specimen, "here")
	b.do(visible("#figure"))
	if n := b.sideways(); n > 0 {
		t.Errorf("the page is %d pixels too wide", n)
	}
	b.screenshot("read-result-phone-zh")
	eval[any](b, "document.querySelectorAll('details').forEach(d => { d.open = true; })")
	if n := b.sideways(); n > 0 {
		t.Errorf("with everything unfolded the page is %d pixels too wide", n)
	}
}

func TestWhoeverCancelsIsNotWaitedFor(t *testing.T) {
	g := open(t, nil)
	asked, left := make(chan struct{}), make(chan struct{})
	g.vendor.on("jumdata", hold(asked, left))
	b := browse(t, desktop, g.url)
	b.pick("/jumdata")
	b.give(specimen)
	b.do(click("#go"), visible("#cancel:focus"))
	<-asked
	b.do(keys(kb.Enter), visible("#result [role=alert]"))
	<-left
	if got := b.text("#result h2"); got != "已取消" {
		t.Errorf("the page says %q", got)
	}
	g.vendor.on("jumdata", says(frontOfJumdata))
	b.do(click("#go"), visible("#outcome"))
}

func TestWithoutJavaScriptTheFormWorks(t *testing.T) {
	needsModels(t)
	g := open(t, nil)
	b := browse(t, desktop, g.url)
	b.do(withoutScripts(true), chromedp.Navigate(g.url), visible("#image"))
	path, err := filepath.Abs(specimen)
	if err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.SetUploadFiles(chromedp.CSS("#image"), []string{path}), chromedp.SetValue(chromedp.CSS("#route"), "here"), click("#go"), visible("#outcome"))
	if got := b.text("#outcome"); got != "识别成功" {
		t.Errorf("the outcome is %q", got)
	}
	if got := eval[string](b, "document.querySelector('#figure image').getAttribute('href').slice(0, 23)"); got != "data:image/jpeg;base64," {
		t.Errorf("the picture is %q", got)
	}
	if got := eval[string](b, "document.querySelector('#route').value"); got != "here" {
		t.Errorf("the route is %q after the answer", got)
	}
}

// tooMuch lets pictures have 1 MiB.
func tooMuch(_ *engine.Config, s *server.Config) { s.MaxPictureBytes = 1 << 20 }

// write is a file of the given bytes.
func write(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// allowed lets the page do what people are asked about otherwise.
func allowed(name string) step {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, browser.SetPermission, browser.SetPermissionParams{Permission: &browser.PermissionDescriptor{Name: name}, Setting: "granted"})
		return err
	})
}

// withoutDownloads keeps the browser from writing files.
var withoutDownloads = chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
	_, err := cdp.Call(ctx, target, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: "deny"})
	return err
})
