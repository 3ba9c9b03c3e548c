package console_test

import "testing"

// What can be asked of a page. faint are texts with less contrast to what is behind them than WCAG 2.2 asks for at level AA (1.4.3), and nameless are controls without a
// name that a screen reader could say.
const (
	faint = `(() => {
	const parse = c => { const n = c.match(/[\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
	const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
	const behind = e => e ? over(parse(getComputedStyle(e).backgroundColor), behind(e.parentElement)) : [255, 255, 255, 1];
	const light = c => c.slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const out = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walk.nextNode()) {
		const e = walk.currentNode.parentElement, style = getComputedStyle(e), back = behind(e);
		if (!walk.currentNode.textContent.trim() || !e.checkVisibility() || e.closest('svg, :disabled, .skip')) continue;
		const [a, b] = [light(over(parse(style.color), back)), light(back)].sort((x, y) => y - x), size = parseFloat(style.fontSize);
		const ratio = (a + 0.05) / (b + 0.05), large = size >= 24 || size >= 18.66 && style.fontWeight >= 700;
		if (ratio < (large ? 3 : 4.5)) out.push(ratio.toFixed(2) + ' ' + walk.currentNode.textContent.trim());
	}
	return out;
})()`
	nameless = `[...document.querySelectorAll('a, button, input:not([type=hidden], [hidden]), select, textarea, summary')].filter(e =>
	e.checkVisibility() && !(e.getAttribute('aria-label') || e.textContent).trim() && ![...(e.labels ?? [])].some(l => l.textContent.trim())).map(e => e.outerHTML)`
	// skips are headings that leave out a level.
	skips = `[...document.querySelectorAll('h1, h2, h3, h4')].filter(h => h.checkVisibility()).map(h => Number(h.tagName[1])).filter((n, i, all) => n > (all[i - 1] ?? 0) + 1)`
)

// accessible holds the page to what can be checked without a person.
func (b *tab) accessible() {
	b.t.Helper()
	for _, text := range eval[[]string](b, faint) {
		b.t.Errorf("too little contrast: %s", text)
	}
	for _, control := range eval[[]string](b, nameless) {
		b.t.Errorf("a control has no name: %s", control)
	}
	if n := len(eval[[]int](b, skips)); n > 0 {
		b.t.Errorf("%d headings leave out a level", n)
	}
	if n := b.sideways(); n > 0 {
		b.t.Errorf("the page is %d pixels wider than the window", n)
	}
}

func TestEveryoneCanReadThePagesOfACard(t *testing.T) {
	g := open(t, nil)
	for name, as := range map[string]view{
		"light": desktop, "dark": {language: "en", width: 1280, height: 900, dark: true}, "dark phone": {language: "zh-CN", width: 390, height: 844, phone: true, dark: true},
	} {
		t.Run(name, func(t *testing.T) {
			b := browse(t, as, g.url, "status of 502", "status of 503")
			b.accessible()
			g.vendor.on("jumdata", says(frontOfJumdata))
			b.read(specimen, "default")
			eval[any](b, "document.querySelectorAll('details').forEach(d => { d.open = true; })")
			b.accessible()
			g.vendor.on("jumdata", says(`{"code": 603, "msg": "余额不足", "taskNo": "8", "charge": false}`))
			b.pick("/jumdata")
			b.do(click("#go"), visible(".outcome.bad"))
			b.accessible()
		})
	}
}
