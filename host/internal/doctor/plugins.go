package doctor

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"log/slog"
	"slices"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
	"github.com/ocrmux/ocrmux/internal/message"
)

// plugins loads every plugin as the gateway would, asks the providers that cost nothing, and examines the hosts of the others.
func (c *Case) plugins(ctx context.Context) []Finding {
	runtimes, err := c.Runtimes()
	if err != nil {
		return []Finding{failed("plugins", "", err)}
	}
	cfg := c.Config.Engine
	cfg.Runtimes, cfg.Store, cfg.Logger = runtimes, nil, slog.New(slog.DiscardHandler)
	loading, cancel := context.WithTimeout(ctx, loadTimeout)
	defer cancel()
	e, err := engine.Open(loading, cfg)
	if err != nil {
		return configFindings(c.Config.Explain(err))
	}
	valid := message.New(message.FindingConfigValid, "providers", len(c.Config.File.Providers), "routes", len(c.Config.File.Routes), "doors", len(c.Config.File.FrontDoors))
	infos := e.Providers()
	if c.Provider != "" {
		valid = message.New(message.FindingProviderValid)
		infos = slices.DeleteFunc(infos, func(i engine.ProviderInfo) bool { return i.Name != c.Provider })
	}
	findings := append([]Finding{good("config", "", valid)}, c.loaded(infos)...)
	targets, free, err := c.targets(infos)
	if err != nil {
		findings = append(findings, bad("plugins", cfg.Plugins, message.Error(err), message.New(message.HelpReadableFolder)))
	}
	findings = append(findings, concurrently(
		func() []Finding { return canaries(loading, e, free) },
		func() []Finding { return c.network(ctx, targets) },
	)...)
	if err := e.Close(context.WithoutCancel(ctx)); err != nil {
		findings = append(findings, warn("plugins", "", message.New(message.FindingPluginStuck, "reason", message.Error(err)), message.Message{}))
	}
	return findings
}

// loaded reports which plugins were loaded. It ignores plugins that no provider uses.
func (c *Case) loaded(infos []engine.ProviderInfo) []Finding {
	var findings []Finding
	ready := 0
	for _, i := range infos {
		switch {
		case i.State == catalog.Ready:
			ready++
			findings = append(findings, good("providers", i.Name, message.New(message.FindingLoaded, "plugin", i.Plugin, "version", i.Version, "kind", i.Kind)))
		case i.State == engine.NotConfigured:
		default:
			findings = append(findings, bad("providers", i.Name, i.Reason, message.New(message.HelpInspect)))
		}
	}
	if ready == 0 && c.Provider == "" {
		findings = append(findings, bad("providers", "", message.New(message.FindingNoProvider), message.New(message.HelpConfigure, "folder", c.Config.Engine.Plugins)))
	}
	return findings
}

// canaries asks the providers that call no host, and so cost nothing, to read a picture without a card. Nothing else examines a
// plugin's models and libraries before the first call.
func canaries(ctx context.Context, e *engine.Engine, free []canary) []Finding {
	var findings []Finding
	for _, p := range free {
		picture, err := blank()
		if err != nil {
			return []Finding{failed("providers", p.provider, err)}
		}
		start := time.Now()
		_, err = e.Recognize(ctx, engine.Request{Picture: engine.Given(picture), Provider: p.provider, Document: p.document})
		var failed *engine.Error
		switch {
		case err == nil, errors.As(err, &failed) && refusesBlank(failed.Failure.Kind):
			findings = append(findings, good("providers", p.provider, message.New(message.FindingReadsPicture, "took", time.Since(start).Round(time.Millisecond))))
		default:
			findings = append(findings, bad("providers", p.provider, message.New(message.FindingCannotRead, "reason", message.Error(err)), message.New(message.HelpPluginFiles)))
		}
	}
	return findings
}

// refusesBlank reports whether a failure is a correct answer to a picture without a card.
func refusesBlank(k engine.FailureKind) bool {
	return k == abi.FailureKindNoDocument || k == abi.FailureKindUnreadable || k == abi.FailureKindInvalidImage
}

// blank returns a picture without a card, of a size that every provider accepts.
func blank() ([]byte, error) {
	img := image.NewGray(image.Rect(0, 0, 640, 400))
	for x := range 640 {
		for y := range 400 {
			img.SetGray(x, y, color.Gray{Y: uint8(192 + (x^y)%16)})
		}
	}
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}
