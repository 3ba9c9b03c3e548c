package doctor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"log/slog"
	"slices"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/catalog"
)

// plugins loads every plugin as the gateway would, asks those that cost nothing, and goes on to the hosts of the others.
func (c *Case) plugins(ctx context.Context) []Finding {
	runtimes, err := c.Runtimes()
	if err != nil {
		return []Finding{bad("plugins", "", err.Error(), "")}
	}
	cfg := c.Config.Engine
	cfg.Runtimes, cfg.Store, cfg.Logger = runtimes, nil, slog.New(slog.DiscardHandler)
	loading, cancel := context.WithTimeout(ctx, loadTimeout)
	defer cancel()
	e, err := engine.Open(loading, cfg)
	if err != nil {
		return configFindings(c.Config.Explain(err))
	}
	findings := []Finding{good("config", "", fmt.Sprintf("holds: %s, %s, %s", count(len(c.Config.File.Providers), "provider"), count(len(c.Config.File.Routes), "route"), count(len(c.Config.File.FrontDoors), "front door")))}
	infos := e.Providers()
	if c.Provider != "" {
		infos = slices.DeleteFunc(infos, func(i engine.ProviderInfo) bool { return i.Name != c.Provider })
	}
	findings = append(findings, c.loaded(infos)...)
	targets, free, err := c.targets(infos)
	if err != nil {
		findings = append(findings, bad("plugins", cfg.Plugins, err.Error(), "make the folder readable for the user who runs the gateway"))
	}
	findings = append(findings, concurrently(
		func() []Finding { return canaries(loading, e, free) },
		func() []Finding { return c.network(ctx, targets) },
	)...)
	if err := e.Close(context.WithoutCancel(ctx)); err != nil {
		findings = append(findings, warn("plugins", "", "a plugin does not end as it should: "+err.Error(), ""))
	}
	return findings
}

// loaded tells what became of the plugins. One that no provider uses harms nobody.
func (c *Case) loaded(infos []engine.ProviderInfo) []Finding {
	var findings []Finding
	ready := 0
	for _, i := range infos {
		switch {
		case i.State == catalog.Ready:
			ready++
			findings = append(findings, good("providers", i.Name, fmt.Sprintf("%s %s (%s) is loaded", i.Plugin, i.Version, i.Kind)))
		case i.State == engine.NotConfigured: // not asked for
		default:
			findings = append(findings, bad("providers", i.Name, i.Reason, "see ocrmux plugin inspect, and \"When something happens\" in docs/operations.md"))
		}
	}
	if ready == 0 && c.Provider == "" {
		findings = append(findings, bad("providers", "", "no provider can be asked: every call will fail", "configure one of the plugins in "+c.Config.Engine.Plugins))
	}
	return findings
}

// canaries asks the providers that call nobody, and so cost nothing, to read a picture without a card: models and libraries that a
// plugin brings along are looked at by no one else before the first call.
func canaries(ctx context.Context, e *engine.Engine, free []canary) []Finding {
	var findings []Finding
	for _, p := range free {
		picture, err := blank()
		if err != nil {
			return []Finding{bad("providers", p.provider, err.Error(), "")}
		}
		start := time.Now()
		_, err = e.Recognize(ctx, engine.Request{Picture: engine.Given(picture), Provider: p.provider, Document: p.document})
		var failed *engine.Error
		switch {
		case err == nil, errors.As(err, &failed) && refusesBlank(failed.Failure.Kind):
			findings = append(findings, good("providers", p.provider, fmt.Sprintf("looks at a picture without a card in %d ms", time.Since(start).Milliseconds())))
		default:
			findings = append(findings, bad("providers", p.provider, "cannot look at a picture: "+err.Error(), "see that everything the plugin brings along is in its folder"))
		}
	}
	return findings
}

// refusesBlank are the right answers about a picture without a card.
func refusesBlank(k engine.FailureKind) bool {
	return k == abi.FailureKindNoDocument || k == abi.FailureKindUnreadable || k == abi.FailureKindInvalidImage
}

// blank is a picture without a card, of a size that every provider takes.
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
