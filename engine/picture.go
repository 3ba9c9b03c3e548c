package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/egress"
	"github.com/ocrmux/ocrmux/engine/imaging"
)

// picture is the caller's picture during one call. It is opened once, and only when a provider needs its bytes.
type picture struct {
	from   Picture
	data   []byte
	info   imaging.Info
	opened bool
	failed *failed
}

// open reads or fetches the picture and inspects it. The second time it gives what it gave the first time.
func (e *Engine) openPicture(ctx context.Context, p *picture) *failed {
	if p.opened {
		return p.failed
	}
	p.opened = true
	switch {
	case p.from.url != "":
		p.data, p.failed = e.fetchPicture(ctx, p.from.url)
	case p.from.open != nil:
		data, err := p.from.open(e.maxPictureBytes())
		if err != nil {
			p.failed = failWith(abi.FailureKindInvalidImage, abi.FaultCaller, "the picture cannot be read: "+plainCause(err), err)
		}
		p.data = data
	default:
		p.failed = failWith(abi.FailureKindInvalidRequest, abi.FaultCaller, "the request has no picture: give bytes, a file or a URL", nil)
	}
	if p.failed != nil {
		return p.failed
	}
	info, err := imaging.Inspect(p.data, e.cfg.Limits.Picture)
	if err != nil {
		p.failed = failWith(abi.FailureKindInvalidImage, abi.FaultCaller, "the picture is refused: "+err.Error(), err)
	}
	p.info = info
	return p.failed
}

func (e *Engine) maxPictureBytes() int64 {
	if n := e.cfg.Limits.Picture.MaxBytes; n > 0 {
		return n
	}
	return imaging.DefaultMaxBytes
}

// fetchPicture downloads a picture through the guarded transport: from public addresses, and from those private ones that
// the configuration names.
func (e *Engine) fetchPicture(ctx context.Context, address string) ([]byte, *failed) {
	refuse := func(message string, err error) *failed {
		return failWith(abi.FailureKindInvalidImage, abi.FaultCaller, "the picture cannot be fetched: "+message, err)
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, refuse("its address is no http or https URL", nil)
	}
	origin := u.Scheme + "://" + u.Host
	policy := egress.PolicyConfig{Hosts: []string{origin}, AllowPlainHTTP: true, MaxResponseBytes: e.maxPictureBytes()}
	if slices.Contains(e.cfg.FetchAllow, hostPort(u)) {
		policy.Operator = []string{origin}
	}
	compiled, err := egress.NewPolicy(policy)
	if err != nil {
		return nil, refuse("its address is no http or https URL", err)
	}
	answer, err := e.client.Do(ctx, compiled, &egress.Request{Method: http.MethodGet, URL: address})
	if err != nil {
		f := refuse(err.Error(), err)
		if ctx.Err() != nil {
			f.Kind = abi.FailureKindTimeout
		}
		return nil, f
	}
	if answer.Status != http.StatusOK {
		return nil, refuse(fmt.Sprintf("its address answered with status %d", answer.Status), nil)
	}
	return answer.Body, nil
}

func hostPort(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	if u.Scheme == "http" {
		return u.Host + ":80"
	}
	return u.Host + ":443"
}

// plainCause is an error's own words without a path, which can be personal data.
func plainCause(err error) string {
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return "it ends too early"
	}
	return err.Error()
}

// fit holds the picture to a provider's limits. Decoding takes memory, so only so many pictures are fitted at once.
func (e *Engine) fit(ctx context.Context, p *picture, limits *abi.ImageLimits, noFit bool) (imaging.Fitted, *failed) {
	fitted := imaging.Fitted{Data: p.data, Info: p.info}
	if limits == nil {
		return fitted, nil
	}
	l := imageLimits(limits)
	err := l.Check(p.info, p.data)
	if err == nil && !l.Soft {
		return fitted, nil
	}
	if noFit {
		if err != nil {
			return fitted, unfit(err)
		}
		return fitted, nil
	}
	select {
	case e.fitting <- struct{}{}:
		defer func() { <-e.fitting }()
	case <-ctx.Done():
		return fitted, expired(ctx)
	}
	fitted, err = imaging.Fit(ctx, p.data, p.info, l)
	switch {
	case err == nil:
		return fitted, nil
	case ctx.Err() != nil:
		return fitted, expired(ctx)
	}
	return fitted, unfit(err)
}

// unfit is a picture one provider does not take; another one might.
func unfit(err error) *failed {
	f := failWith(abi.FailureKindInvalidImage, abi.FaultCaller, "the picture does not meet the provider's limits: "+err.Error(), err)
	f.FailOver = true
	return f
}

func imageLimits(l *abi.ImageLimits) imaging.Limits {
	out := imaging.Limits{
		MinSide: int(l.MinSide), MaxSide: int(l.MaxSide), MaxBytes: int64(l.MaxBytes), MaxEncodedBytes: int64(l.MaxEncodedBytes),
		Encoding: imaging.Encoding(l.Encoding.String()), Soft: l.Soft,
	}
	for _, f := range l.Formats {
		out.Formats = append(out.Formats, imaging.Format(f.String()))
	}
	return out
}

func pictureInfo(handle uint32, i imaging.Info) *abi.PictureInfo {
	info := &abi.PictureInfo{Handle: handle, Width: uint32(i.Width), Height: uint32(i.Height), Orientation: uint32(i.Orientation), Size: uint64(i.Size)}
	_ = info.Format.UnmarshalText([]byte(i.Format)) // the two packages name the formats alike
	return info
}
