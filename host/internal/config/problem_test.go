package config_test

import (
	"errors"
	"testing"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/config"
	"github.com/ocrmux/ocrmux/internal/message"
)

func TestProblemKeepsTheReasonOfTheEngine(t *testing.T) {
	t.Parallel()
	reason := message.New(message.PlainHTTPLeaves)
	err := (&config.Config{}).Explain(&engine.ConfigError{Provider: "p", Key: "/config/endpoint", Problem: reason.String(), Want: "an https address", Reason: reason})
	var wrong *config.Error
	if !errors.As(err, &wrong) || len(wrong.Problems) != 1 || wrong.Problems[0].Reason.Code() != message.PlainHTTPLeaves {
		t.Errorf("the error is %v", err)
	}
}
