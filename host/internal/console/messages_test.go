package console

import (
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/egress"
	"github.com/ocrmux/ocrmux/internal/message"
	"github.com/ocrmux/ocrmux/internal/money"
)

// speakers speak English and Chinese, in the zone of Shanghai.
func speakers(t *testing.T) (en, zh *speaker) {
	t.Helper()
	p, err := newPages()
	if err != nil {
		t.Fatal(err)
	}
	zone := time.FixedZone("Asia/Shanghai", 8*60*60)
	return &speaker{p.words[0], zone, money.CNY}, &speaker{p.words[1], zone, money.CNY}
}

var parameter = regexp.MustCompile(`\{[a-z_]+\}`)

// parameters returns the parameters of a template, sorted, each once.
func parameters(template string) []string {
	found := parameter.FindAllString(template, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestMessagesHaveAChineseTextWithTheSameParameters(t *testing.T) {
	t.Parallel()
	_, zh := speakers(t)
	for _, code := range message.Codes() {
		template := zh.Template(code)
		if template == "" {
			t.Errorf("%s has no Chinese text: %s", code, message.English{}.Template(code))
			continue
		}
		if diff := cmp.Diff(parameters(message.English{}.Template(code)), parameters(template)); diff != "" {
			t.Errorf("%s: parameters (-English +Chinese):\n%s", code, diff)
		}
	}
}

func TestMessagesHaveNoChineseTextWithoutACode(t *testing.T) {
	t.Parallel()
	known := message.Codes()
	files, err := messageFiles.ReadDir("messages/zh")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := messageFiles.ReadFile(path.Join("messages/zh", f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		var some map[message.Code]string
		if err := json.Unmarshal(text, &some); err != nil {
			t.Fatal(err)
		}
		var without []message.Code
		for code := range some {
			if !slices.Contains(known, code) {
				without = append(without, code)
			}
		}
		if len(without) > 0 && len(without) < len(some) { // otherwise the whole subject is still to come
			t.Errorf("%s has texts of no message: %s", f.Name(), without)
		}
	}
}

func TestMessagesAreInTheLanguageOfThePage(t *testing.T) {
	t.Parallel()
	en, zh := speakers(t)
	noon := time.Date(2026, 11, 29, 4, 0, 5, 0, time.UTC)
	for _, c := range []struct {
		m                message.Message
		english, chinese string
	}{
		{message.New(message.NamedByRequest), "named by the request", "请求指定了该服务商"},
		{message.New(message.FastestInRoute, "route", "default", "typical", 1400*time.Millisecond), "fastest in route default: 1.4 s lately", "路由 default 中近期最快，耗时 1.4 秒"},
		{message.New(message.NextAfterFailure, "provider", "alpha", "kind", abi.FailureKindQuotaExhausted), "next after alpha failed with quota used up", "alpha 调用失败（额度或预算已用完），由本服务商接替"},
		{
			message.New(message.NextSince, "provider", "alpha", "why", message.New(message.BreakerOpen, "until", noon)),
			"next, since alpha has its circuit breaker open until 2026-11-29 12:00:05", "alpha 已熔断，至 2026-11-29 12:00:05，由本服务商接替",
		},
		{
			message.New(message.ProviderParked, "until", message.New(message.ParkedUntil, "until", noon), "after", message.Message{}, "reason", message.New(message.ParkedReason, "reason", message.Text("维护"))),
			"is parked until 2026-11-29 12:00:05: 维护", "已暂停使用，至 2026-11-29 12:00:05：维护",
		},
		{
			message.New(message.BudgetUsedUp, "scope", money.ScopeProvider, "name", `"alpha"`, "per", money.Day, "held", message.Message{}, "until", noon,
				"used", message.New(message.UsedAmount, "amount", money.Amount(950_000), "limit", money.Amount(money.Micro))),
			`the budget of provider "alpha" per day cannot pay for this call: ¥0.95 of ¥1.00 are used; the next period begins at 2026-11-29 12:00:05`,
			`服务商 "alpha" 的每日预算不足以支付本次调用：已用 ¥0.95，上限 ¥1.00；下一周期从 2026-11-29 12:00:05 开始`,
		},
		{message.New(message.FieldsMissing, "fields", message.ListOf[message.Field]([]string{"name", "id_number", "seal"})), "Name, ID number, seal missing", "缺少姓名、公民身份号码、seal"},
		{
			message.New(message.NobodyMeetsAll, "needs", []message.Message{message.New(message.NeedsDocument, "document", message.Document("cn.idcard")), message.New(message.NeedsSide, "side", abi.SideFront), message.New(message.NeedsExtra, "extra", message.Extra("portrait"))}),
			`no provider of the route meets all of its needs: reads Chinese identity card; reads the front side; gives "portrait"`, "路由中没有服务商同时满足：支持居民身份证；支持识别人像面；提供“头像”",
		},
		{message.New(message.LacksSignal, "signal", message.Signal("copy")), `does not report "Photocopy"`, "不检测“复印件”"},
		{
			(&egress.Error{Kind: egress.KindNoAnswer, Origin: "https://vendor.example", Sent: egress.SentMaybe, Reason: message.New(message.EndedUnanswered)}).Message(),
			"https://vendor.example: the connection ended without an answer; the vendor may have received the request", "https://vendor.example：连接已断开，没有收到应答；厂商可能已收到请求",
		},
		{
			(&egress.Error{Kind: egress.KindHostRefused, Origin: "https://inside.example", Sent: egress.SentNo, Reason: message.New(message.AddressPrivate)}).Message(),
			"https://inside.example: the host has only private addresses; to allow it, set it as the provider's endpoint", "https://inside.example：该主机只有内网地址；如需访问，请将其设为服务商的 endpoint",
		},
		{message.Text("a text of somebody else"), "a text of somebody else", "a text of somebody else"},
		{message.Message{}, "", ""},
	} {
		if got := en.say(c.m).Text; got != c.english {
			t.Errorf("in English: %q, want %q", got, c.english)
		}
		if got := zh.say(c.m).Text; got != c.chinese {
			t.Errorf("in Chinese: %q, want %q", got, c.chinese)
		}
	}
	if got := zh.say(message.Text("not loaded")); got.Lang != "en" {
		t.Errorf("a text of somebody else is marked as %q", got.Lang)
	}
}

func TestMessagesHaveWordsForEveryNameOfTheContract(t *testing.T) {
	t.Parallel()
	en, zh := speakers(t)
	values := []any{money.ScopeProvider, money.ScopeRoute, money.ScopeTenant, money.Day, money.Month, abi.SideFront, abi.SideBack, catalog.WASM, catalog.Process, message.Extra("portrait")}
	for k := abi.FailureKindInvalidRequest; k <= abi.FailureKindInternal; k++ {
		values = append(values, k)
	}
	for _, c := range []catalog.Cause{
		catalog.NotAPlugin, catalog.BadManifest, catalog.MissingExport, catalog.UnknownImport, catalog.WrongABI, catalog.NotLocked, catalog.NotApproved, catalog.WrongChecksum,
		catalog.NotSigned, catalog.BadSignature, catalog.StartFailed, catalog.Trapped, catalog.OutOfFuel, catalog.OutOfMemory, catalog.BadReply, catalog.Exited, catalog.TimedOut,
		catalog.Cancelled, catalog.CrashLoop, catalog.Unavailable, catalog.TooLarge,
	} {
		values = append(values, c)
	}
	for _, v := range values {
		english, ok := en.Value(v)
		chinese, okToo := zh.Value(v)
		if !ok || !okToo || english == "" || tongueOf(chinese) != "zh" && v != catalog.WASM {
			t.Errorf("%v is called %q and %q", v, english, chinese)
		}
	}
	for d, want := range map[time.Duration]string{12 * time.Millisecond: "12 毫秒", 90 * time.Second: "90.0 秒", 40 * time.Minute: "40 分钟", 979 * time.Minute: "16.3 小时"} {
		if got := zh.duration(d); got != want {
			t.Errorf("%v is written %q, want %q", d, got, want)
		}
	}
}
