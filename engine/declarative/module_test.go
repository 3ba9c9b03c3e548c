package declarative_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/declarative"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/sdk/sdktest"
)

const showapi = "testdata/showapi.provider.yaml"

func signedStart() *abi.StepRequest {
	return &abi.StepRequest{
		Context: &abi.Context{NowUnixMs: 1767323045000, Nonce: "0102030405060708090a0b0c0d0e0f10", Secrets: []string{"app_key", "app_secret"}},
		Start:   &abi.Start{Document: "cn.idcard", Picture: &abi.PictureInfo{Format: abi.ImageFormatJPG, Size: 1000}},
	}
}

func TestManyCallersGetTheSameActions(t *testing.T) {
	m := load(t, declarative.New(), showapi)
	in := signedStart()
	want, err := m.Step(t.Context(), in, nil)
	if err != nil {
		t.Fatal(err)
	}
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for range 50 {
				got, err := m.Step(context.Background(), in, nil)
				if diff := cmp.Diff(want, got); err != nil || diff != "" {
					t.Errorf("%v\n%s", err, diff)
					return
				}
			}
		})
	}
	callers.Wait()
}

func TestWhatAModuleDoesNotDoIsAnError(t *testing.T) {
	m := load(t, declarative.New(), showapi)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	check := func(what string, err error, want catalog.Cause) {
		t.Helper()
		var e *catalog.PluginError
		if !errors.As(err, &e) || e.Cause != want || e.Plugin != "showapi" {
			t.Errorf("%s: the error is %v, want %s", what, err, want)
		}
	}
	_, err := m.Accept(t.Context(), new(abi.AcceptRequest), nil)
	check("accept", err, catalog.Unavailable)
	_, err = m.Reply(t.Context(), new(abi.ReplyRequest), nil)
	check("reply", err, catalog.Unavailable)
	_, err = m.Step(t.Context(), new(abi.StepRequest), nil)
	check("a step of nothing", err, catalog.BadReply)
	_, err = m.Step(ended, signedStart(), nil)
	check("a call that has ended", err, catalog.Cancelled)
	if s := m.Status(); s.State != catalog.Ready {
		t.Errorf("the status is %+v", s)
	}
	if err := m.Close(t.Context()); err != nil {
		t.Error(err)
	}
	_, err = m.Step(t.Context(), signedStart(), nil)
	check("a closed module", err, catalog.Unavailable)
	if s := m.Status(); s.State != catalog.Closed {
		t.Errorf("the status is %+v", s)
	}
}

func BenchmarkLoad(b *testing.B) {
	found := catalog.File(showapi)
	for b.Loop() {
		if _, err := declarative.New().Load(b.Context(), found.Plugin); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStep(b *testing.B) {
	m, err := declarative.New().Load(b.Context(), catalog.File(showapi).Plugin)
	if err != nil {
		b.Fatal(err)
	}
	answer := sdktest.Answer(b, 200, nil, `{"showapi_res_code": 0, "showapi_res_id": "1", "showapi_res_body": {"flag": true, "ret_code": 0, "name": "样本张三", "sex": "男",
		"nationality": "汉", "birthday": "1990-03-07", "addr": "北京市东城区样本胡同1号", "idNo": "11010119900307803X"}}`).Response
	for name, in := range map[string]*abi.StepRequest{"start": signedStart(), "response": {Context: signedStart().Context, Response: answer}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := m.Step(b.Context(), in, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
