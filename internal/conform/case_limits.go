package conform

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/engine/abi"
)

// LimitsFile holds the reason why a manifest declares no limits for pictures.
const LimitsFile = "limits.txt"

func checkLimits(ctx context.Context, s *Subject, o *Outcome) error {
	limits := s.Plugin.Manifest.Images
	if limits == nil {
		if reason, ok := exists(filepath.Join(s.options.Exchanges, LimitsFile)); ok && reason != "" {
			o.inapplicable("none are declared: " + firstLine(reason))
			return nil
		}
		o.wrong("images", "declare the limits of the vendor's document, or give the reason in "+LimitsFile+" beside the exchanges", "the manifest declares no limits for pictures")
		return nil
	}
	call := s.sampleCall()
	pictures, err := beyond(limits)
	if err != nil {
		return err
	}
	o.looked(len(pictures), "picture")
	for _, p := range pictures {
		for _, noFit := range []bool{false, true} {
			if noFit && limits.Soft {
				continue // soft limits never refuse a picture
			}
			call.noFit = noFit
			if err := s.checkPicture(ctx, call, p, o); err != nil {
				return err
			}
		}
	}
	return nil
}

// sample is a call to make with other pictures.
type sample struct {
	golden *golden // nil if there is no exchange
	noFit  bool
}

func (s *Subject) sampleCall() sample {
	if t := s.recognized(); t != nil {
		return sample{golden: t.golden}
	}
	if len(s.tracks) > 0 {
		return sample{golden: s.tracks[0].golden}
	}
	return sample{}
}

func (s *Subject) checkPicture(ctx context.Context, c sample, p overLimit, o *Outcome) error {
	name := s.Plugin.Manifest.Name
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	request := engine.Request{Provider: name}
	account := engine.ProviderConfig{Plugin: name, Config: map[string]any{}}
	var v *vendor
	if c.golden != nil {
		var err error
		if v, err = newVendor(c.golden.answer); err != nil {
			return err
		}
		defer v.close()
		if request, err = c.golden.request(); err != nil {
			return err
		}
		account, now = c.golden.provider(name, v.url), c.golden.call.Now
	}
	account.NoFit = c.noFit
	request.Picture = engine.Bytes(p.data)
	if p.url != "" {
		request.Picture = engine.URL(p.url)
	}
	_, steps, err := s.call(ctx, account, request, at(now))
	var wrong *engine.ConfigError
	if errors.As(err, &wrong) && c.golden == nil {
		o.inapplicable("the plugin requires settings, and no exchange has them")
		return nil
	}
	if err != nil {
		return err
	}
	where := fmt.Sprintf("a picture with %s", p.name)
	for _, st := range steps {
		if in := st.input(); in.Start != nil {
			if problem := breaks(s.Plugin.Manifest.Images, in.Start.Picture); problem != "" {
				o.wrong(where, "check the declared limits", "%s", problem)
			}
		}
	}
	if v == nil {
		return nil
	}
	text := []byte(base64.StdEncoding.EncodeToString(p.data))
	for _, r := range v.seen() {
		if len(p.data) > 0 && (bytes.Contains(r.body, p.data) || bytes.Contains(r.body, text)) || p.url != "" && strings.Contains(string(r.body)+r.url.RawQuery, p.url) {
			o.wrong(where, "check the declared limits", "it was sent unchanged")
		}
	}
	return nil
}

// breaks returns which limit a picture breaks that the plugin was given, or "".
func breaks(l *abi.ImageLimits, p *abi.PictureInfo) string {
	encoded := p.Size
	if l.Encoding == abi.EncodingBase64 || l.Encoding == abi.EncodingBase64Percent {
		encoded = (p.Size + 2) / 3 * 4
	}
	switch {
	case p.URL != "" && l.MaxURLBytes > 0 && len(p.URL) > int(l.MaxURLBytes):
		return fmt.Sprintf("the plugin was given a URL of %d bytes", len(p.URL))
	case p.URL != "":
		return ""
	case l.MaxSide > 0 && max(p.Width, p.Height) > l.MaxSide, l.MinSide > 0 && min(p.Width, p.Height) < l.MinSide:
		return fmt.Sprintf("the plugin was given %d × %d pixels", p.Width, p.Height)
	case l.MaxBytes > 0 && p.Size > l.MaxBytes, l.MaxEncodedBytes > 0 && encoded > l.MaxEncodedBytes:
		return fmt.Sprintf("the plugin was given %d bytes", p.Size)
	case len(l.Formats) > 0 && !slices.Contains(l.Formats, p.Format):
		return fmt.Sprintf("the plugin was given a %s", p.Format)
	}
	return ""
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
