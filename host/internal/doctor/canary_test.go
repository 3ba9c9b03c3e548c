package doctor_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/host/internal/doctor"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

func TestDoctorAsksProvidersThatCallNoHost(t *testing.T) {
	t.Parallel()
	noCard := &abi.Action{Fail: &abi.Fail{Kind: abi.FailureKindNoDocument, Message: "no card", Billed: abi.BilledNo, Fault: abi.FaultCaller}}
	noModels := &abi.Action{Fail: &abi.Fail{Kind: abi.FailureKindProviderError, Message: "models are missing", Billed: abi.BilledNo, Fault: abi.FaultOperator}}
	for _, tt := range []struct {
		name   string
		module reader
		state  doctor.State
		code   message.Code
		says   string
	}{
		{"one that works finds no card", reader{action: noCard}, doctor.Good, message.FindingReadsPicture, ""},
		{"one whose models are missing", reader{action: noModels}, doctor.Bad, message.FindingCannotRead, "models are missing"},
		{"one that crashes", reader{err: errors.New("trapped")}, doctor.Bad, message.FindingCannotRead, ""},
		{"one that does not load", reader{loadErr: errors.New("libonnxruntime is missing")}, doctor.Bad, "", "libonnxruntime"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plugins := t.TempDir()
			write(t, filepath.Join(plugins, "reader.manifest.json"), `{"name": "reader", "version": "1.0.0", "abi": {"major": 1},
				"documents": [{"document": "cn.idcard", "sides": ["front"], "fields": ["name"]}], "images": {"formats": ["png"], "inputs": ["bytes"]}}`)
			if err := os.WriteFile(filepath.Join(plugins, "reader"), []byte("not run"), 0o700); err != nil {
				t.Fatal(err)
			}
			cfg, err := config.Load(config.Sources{Environ: []string{"OCRMUX_PLUGINS__DIR=" + plugins, "OCRMUX_PLUGINS__LOCK=off"}})
			if err != nil {
				t.Fatal(err)
			}
			r := doctor.Examine(t.Context(), doctor.Case{Config: cfg, Runtimes: func() ([]engine.Runtime, error) { return []engine.Runtime{tt.module}, nil }})
			want(t, r, "providers", tt.state, tt.code, tt.says)
			want(t, r, "network", doctor.Good, message.FindingNoCalls)
		})
	}
}

// reader is a runtime whose only module always gives the same answer.
type reader struct {
	action       *abi.Action
	err, loadErr error
}

func (reader) Kind() catalog.Kind { return catalog.Process }

func (r reader) Load(context.Context, catalog.Plugin) (catalog.Module, error) {
	if r.loadErr != nil {
		return nil, r.loadErr
	}
	return r, nil
}

func (r reader) Step(context.Context, *abi.StepRequest, catalog.Host) (*abi.Action, error) {
	return r.action, r.err
}

func (r reader) Accept(context.Context, *abi.AcceptRequest, catalog.Host) (*abi.Accepted, error) {
	return nil, r.err
}

func (r reader) Reply(context.Context, *abi.ReplyRequest, catalog.Host) (*abi.InboundResponse, error) {
	return nil, r.err
}

func (reader) Status() catalog.Status      { return catalog.Status{State: catalog.Ready} }
func (reader) Close(context.Context) error { return nil }
