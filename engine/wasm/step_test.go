package wasm_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/wasm"
	"github.com/ocrmux/ocrmux/engine/wasm/testdata/benchguest/provider"
	"github.com/ocrmux/ocrmux/sdk"
)

const benchGuest = "./testdata/benchguest"

var call = &abi.Context{
	NowUnixMs: 1555373376238,
	Nonce:     "0123456789abcdef0123456789abcdef",
	Config:    []abi.Leaf{{Path: "/endpoint", Value: "https://api.example.com/gateway/"}},
	Secrets:   []string{"app_id", "app_secret"},
}

// start begins a recognition; answer is what a vendor of the usual kind says of a synthetic card (SPECIMEN 样本).
var (
	start = &abi.StepRequest{Context: call, Start: &abi.Start{
		Document: abi.DocumentIDCard,
		Picture:  &abi.PictureInfo{Format: abi.ImageFormatJPG, Width: 1280, Height: 800, Orientation: 1, Size: 102400},
		Side:     abi.SideFront,
	}}
	answer = &abi.StepRequest{Context: call, Response: &abi.Response{
		State: []byte("first"), Status: 200, Format: abi.BodyFormatJSON, BodySize: 700,
		Headers: []abi.Header{{Name: "content-type", Value: "application/json; charset=utf-8"}},
		Leaves: []abi.Leaf{
			number("/code", "200"), text("/msg", "成功"), text("/taskNo", "41714416021554861"), flag("/charge", "true"),
			text("/data/side", "front"), text("/data/info/name", "样本"), text("/data/info/sex", "女"),
			text("/data/info/nation", "汉"), text("/data/info/birthday", "1990年1月1日"), text("/data/info/year", "1990"),
			text("/data/info/month", "1"), text("/data/info/day", "1"),
			text("/data/info/address", "北京市东城区样本胡同1号"), text("/data/info/number", "11010119900101001X"),
			number("/data/confidence/name", "0.99"), number("/data/confidence/number", "0.875"),
			flag("/data/validity/name", "true"), flag("/data/validity/sex", "true"), flag("/data/validity/address", "false"),
			flag("/data/validity/number", "true"),
		},
	}}
)

func text(path, value string) abi.Leaf {
	return abi.Leaf{Path: path, Value: value, Size: uint64(len(value))}
}
func number(path, value string) abi.Leaf {
	return abi.Leaf{Path: path, Type: abi.LeafTypeNumber, Value: value}
}
func flag(path, value string) abi.Leaf {
	return abi.Leaf{Path: path, Type: abi.LeafTypeBool, Value: value}
}

func TestAStepGivesTheSameInAModuleAsInThisProgram(t *testing.T) {
	m := shop.load(t, benchGuest, wasm.Config{Instances: 1})
	for range 3 {
		for name, in := range map[string]*abi.StepRequest{"start": start, "response": answer} {
			want := sdk.Step(provider.Provider{}, in, nil)
			got, err := m.Step(context.Background(), in, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.AppendWire(nil), got.AppendWire(nil)); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
}

func TestTheSameInputGivesTheSameBytesFromFreshAndUsedInstances(t *testing.T) {
	ctx := context.Background()
	step := func(cfg wasm.Config) (before, after []byte) {
		m := shop.load(t, benchGuest, cfg)
		once := func(in *abi.StepRequest) []byte {
			out, err := m.Step(ctx, in, nil)
			if err != nil {
				t.Fatal(err)
			}
			return out.AppendWire(nil)
		}
		before = once(answer)
		for range 2000 {
			once(start)
		}
		return before, once(answer)
	}
	kept, used := step(wasm.Config{Instances: 1})
	fresh, renewed := step(wasm.Config{Instances: 1, MaxCalls: 500})
	for _, got := range [][]byte{used, fresh, renewed} {
		if diff := cmp.Diff(kept, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestJumdataInAModule(t *testing.T) {
	ctx := context.Background()
	m := shop.load(t, "../../plugins/jumdata", wasm.Config{Instances: 1})
	literal := func(s string) *abi.Value { return &abi.Value{Parts: []abi.Part{{Literal: []byte(s)}}} }
	t.Run("sends the picture in a signed form", func(t *testing.T) {
		got, err := m.Step(ctx, start, nil)
		if err != nil {
			t.Fatal(err)
		}
		secret := func(name string) abi.Part { return abi.Part{Secret: name} }
		signed := &abi.Value{Parts: []abi.Part{secret("app_id"), secret("app_secret"), {Literal: []byte("1555373376238")}}}
		want := &abi.Action{Exchange: &abi.Exchange{Request: &abi.HTTPRequest{
			Method: "POST", URL: "https://api.example.com/gateway/ocr/idcard-v1",
			Body: &abi.Body{Multipart: &abi.Multipart{Fields: []abi.MultipartField{
				{Name: "appId", Value: &abi.Value{Parts: []abi.Part{secret("app_id")}}},
				{Name: "timestamp", Value: literal("1555373376238")},
				{Name: "sign", Value: &abi.Value{Parts: []abi.Part{{Digest: &abi.Digest{Algorithm: abi.AlgorithmSHA256, Data: signed, Output: abi.EncodingHex}}}}},
				{Name: "file", Filename: "card.jpg", ContentType: "image/jpeg", Value: &abi.Value{Parts: []abi.Part{{Blob: new(abi.Blob)}}}},
			}}},
		}}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("reads the answer", func(t *testing.T) {
		got, err := m.Step(ctx, answer, nil)
		if err != nil {
			t.Fatal(err)
		}
		upright := 0.0
		want := &abi.Action{Done: &abi.Done{
			Side: abi.SideFront, VendorRequestID: "41714416021554861", Billed: abi.BilledYes, Rotation: &upright,
			Fields: []abi.Field{
				{Name: "name", Text: "样本"}, {Name: "sex", Text: "女"}, {Name: "ethnicity", Text: "汉"},
				{Name: "birth_date", Text: "1990年1月1日"},
				{Name: "address", Text: "北京市东城区样本胡同1号", Flags: []string{"uncertain"}},
				{Name: "id_number", Text: "11010119900101001X"},
			},
		}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("reads a refusal", func(t *testing.T) {
		refused := &abi.StepRequest{Context: call, Response: &abi.Response{Status: 200, Format: abi.BodyFormatJSON, Leaves: []abi.Leaf{
			text("/code", "603"), text("/msg", "余额不足"), text("/taskNo", "1"), flag("/charge", "false"),
		}}}
		got, err := m.Step(ctx, refused, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := &abi.Action{Fail: &abi.Fail{
			Kind: abi.FailureKindQuotaExhausted, VendorCode: "603", VendorMessage: "余额不足", VendorRequestID: "1",
			Message: "the account's balance is used up", FailOver: true, Billed: abi.BilledNo, Fault: abi.FaultOperator,
		}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}
