package console

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/idcard"
	"github.com/ocrmux/ocrmux/host/internal/server/intake"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
	"github.com/ocrmux/ocrmux/internal/route"
)

// tellers speak English and Chinese.
func tellers(t *testing.T) (en, zh *teller) {
	t.Helper()
	english, chinese := speakers(t)
	now := func() time.Time { return time.Date(2026, 11, 29, 2, 7, 0, 0, time.UTC) }
	return &teller{english, chinese.words, now}, &teller{chinese, english.words, now}
}

func TestResultHasFieldsInTheOrderOfTheCardWithDoubts(t *testing.T) {
	t.Parallel()
	_, zh := tellers(t)
	sure := 0.9996
	got := zh.fields(&engine.Recognition{Fields: map[string]engine.Field{
		"valid_until": {LongTerm: true, Text: "长期", Provider: "a"},
		"seal":        {Text: "有", Provider: "a", Flags: []string{idcard.FlagUnnormalized}},
		"birth_date":  {Text: "198X年", Provider: "a", Flags: []string{idcard.FlagUnnormalized, idcard.FlagMasked}},
		"name":        {Value: "样本", Text: "样本", Confidence: &sure, Provider: "a", Polygon: engine.Polygon{{0, 0}, {1, 0}, {1, 1}}, Agreed: []string{"b", "c"}},
		"sex":         {Value: idcard.Female, Text: "女", Provider: "a", Flags: []string{engine.Disputed, "odd"}, Disagreed: []string{"b"}},
	}})
	want := []readField{
		{Key: "name", Name: "姓名", Other: "Name", Number: 1, Boxed: true, Value: "样本", Stated: true, Percent: 99.9, Confidence: "99.9%", Provider: "a", Agreed: "b、c"},
		{Key: "sex", Name: "性别", Other: "Sex", Number: 2, Value: "女", Ours: true, Provider: "a", Flags: []string{"b 的结果不同", "odd"}},
		{Key: "birth_date", Name: "出生日期", Other: "Date of birth", Number: 3, Value: "198X年", Provider: "a", Flags: []string{"部分字符被遮盖"}},
		{Key: "valid_until", Name: "有效期止", Other: "Valid until", Number: 4, Value: "长期", Ours: true, Provider: "a"},
		{Key: "seal", Name: "seal", Number: 5, Value: "有", Provider: "a", Flags: []string{"无法规范化，按原文显示"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestResultHasTheGravestSignalsFirstWithAdviceForEach(t *testing.T) {
	t.Parallel()
	en, _ := tellers(t)
	signals := map[string]engine.Signal{
		"blurred": {State: abi.SignalStateYes}, "copy": {State: abi.SignalStateYes}, "smudged": {State: abi.SignalStateYes}, "screen": {State: abi.SignalStateNo}, "tampered": {},
	}
	told := en.recognized(&engine.Recognition{Signals: signals, Checks: map[string]idcard.State{idcard.CheckExpired: idcard.Fail, idcard.CheckRegionKnown: idcard.Pass}}, time.Second)
	if diff := cmp.Diff(&signalView{Yes: []string{"Photocopy", "Blurred", "smudged"}, No: []string{"Photo of a screen"}, NotChecked: []string{"Possibly altered"}}, told.Signals); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	want := []advice{
		{"Photocopy", "Photograph the card itself, not a copy of it."}, {"Blurred", "Hold the phone still, tap the card to focus, and take the picture when the text is sharp."},
		{"smudged", "Check the picture and take it again."},
	}
	if diff := cmp.Diff(want, told.Advice); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if told.Tone != "warn" || told.Headline != "The card was read; please check it" {
		t.Errorf("a doubtful card is told of as %s, %s", told.Tone, told.Headline)
	}
	rules := []ruleView{
		{Name: "The number’s region code exists", State: "pass", Word: "Pass", Tone: "good"},
		{Name: "The card has not expired", State: "fail", Word: "Fail", Tone: "bad", Means: "The card has expired."},
	}
	if diff := cmp.Diff(rules, told.Checks); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestResultHasAttemptsOnATimelineWithTheirCosts(t *testing.T) {
	t.Parallel()
	en, _ := tellers(t)
	began := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	attempts := []engine.Attempt{
		{Provider: "parked", Outcome: engine.Skipped, Billed: abi.BilledNo, Reason: message.Text("is parked")},
		{Provider: "slow", Started: began, Duration: time.Second, Outcome: engine.Stopped, Cost: 20_000, Currency: "CNY", Reason: message.Text("first")},
		{Provider: "quick", Started: began.Add(500 * time.Millisecond), Duration: 250 * time.Millisecond, Outcome: engine.Recognized, Billed: abi.BilledYes, Cost: 50_000, Currency: "CNY"},
	}
	got := en.timeline(attempts)
	if got.Cost != "at most ¥0.07" || got.Span != "1.0 s" {
		t.Errorf("all of it is %s in %s", got.Cost, got.Span)
	}
	skipped, slow, quick := got.Attempts[0], got.Attempts[1], got.Attempts[2]
	if !skipped.Skipped || skipped.Duration != "" || skipped.Length != 0 {
		t.Errorf("what was skipped is %+v", skipped)
	}
	if slow.From != 0 || slow.Length != 1000 || slow.Billed != "Billing unknown" || quick.From != 500 || quick.Length != 250 || quick.Cost != "¥0.05" {
		t.Errorf("the attempts are %+v and %+v", slow, quick)
	}
	for name, c := range map[string]struct {
		attempts []engine.Attempt
		want     string
	}{
		"nobody was asked":                    {attempts[:1], "no cost"},
		"it may have cost something":          {[]engine.Attempt{{Outcome: engine.Failed}}, "unknown whether it was billed"},
		"it was billed and nobody set prices": {[]engine.Attempt{{Outcome: engine.Recognized, Billed: abi.BilledYes}}, "billed, no price set"},
		"it was billed":                       {attempts[2:], "¥0.05"},
	} {
		if got := en.spent(c.attempts); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestResultOfAFailureSaysWhoCanFixItAndWhenToTryAgain(t *testing.T) {
	t.Parallel()
	en, zh := tellers(t)
	failure := &engine.Error{Failure: engine.Failure{
		Kind: abi.FailureKindRateLimited, Message: message.Text("the account's call limit is reached"), Fault: abi.FaultOperator, Billed: abi.BilledNo, RetryAfter: 1500 * time.Millisecond,
	}}
	got := en.failed(failure, time.Second)
	want := &trouble{Detail: said{"the account's call limit is reached", "en"}, Facts: []saying{{"Who can fix it", "The operator: check settings, keys or budget"}, {"Cost", "no cost"}, {"When to try again", "in 1.5 s, at 2026-11-29 10:07:02"}}}
	if diff := cmp.Diff(want, got.Trouble); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	failure.Failure.RetryAfter = 14*time.Hour - 5*time.Millisecond
	if got := en.failed(failure, time.Second).Trouble.Facts[2].Says; got != en.instant(en.now().Add(14*time.Hour)) {
		t.Errorf("after hours: %q", got)
	}
	failure.Failure = engine.Failure{Kind: abi.FailureKindUnreadable, Signals: map[string]engine.Signal{"reflective": {State: abi.SignalStateYes}}}
	if diff := cmp.Diff([]advice{{"反光", "请换个角度，避开灯光直射，关闭闪光灯后重拍。"}}, zh.failed(failure, 0).Advice); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestResultOfARefusedFormSaysWhy(t *testing.T) {
	t.Parallel()
	en, _ := tellers(t)
	for _, c := range []struct {
		err      error
		status   int
		headline string
	}{
		{&intake.Error{Status: 413, Picture: true}, 413, "The picture is too large"},
		{&intake.Error{Status: 415, Reason: message.Text("r")}, 415, "No picture was received"},
		{errors.New("e"), 500, "Internal error"},
	} {
		status, told := en.untaken(c.err, 5<<20)
		if status != c.status || told.Headline != c.headline {
			t.Errorf("%v is told of as %d %s", c.err, status, told.Headline)
		}
		if c.status == 413 && !slices.ContainsFunc(told.Advice, func(a advice) bool { return strings.Contains(a.Do, "5 MB") }) {
			t.Errorf("the limit is not told: %v", told.Advice)
		}
	}
}

func TestCostOfARouteLeavesOutProvidersWithoutAPrice(t *testing.T) {
	t.Parallel()
	en, _ := tellers(t)
	priced := func(price money.Amount) route.ProviderStatus {
		return route.ProviderStatus{Ready: true, Price: price, PriceSource: message.New(message.PricePerCall)}
	}
	unpriced := route.ProviderStatus{Ready: true, PriceSource: message.New(message.PriceUnknown)}
	for want, ranked := range map[string][]route.ProviderStatus{
		"¥0.05":                  {unpriced, priced(50_000)},
		"¥0.05–¥0.15":            {priced(50_000), unpriced, priced(100_000)},
		"¥0.00–¥0.05":            {priced(0), priced(50_000)},
		en.T("read.cost.none"):   {unpriced},
		en.T("read.cost.nobody"): {{}},
	} {
		if got := costOf(en.words, ranked, money.CNY); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
