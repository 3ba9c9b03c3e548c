package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/egress"
	"github.com/ocrmux/ocrmux/internal/imaging"
)

// picture is the caller's picture during one call. It is opened once, and one given by URL only when a provider needs its bytes.
type picture struct {
	from   Picture
	mu     sync.Mutex // providers may be asked side by side
	data   []byte
	info   imaging.Info
	opened bool
	failed *failed
}

// openPicture reads or fetches the picture and inspects it. The second time it gives what it gave the first time.
func (g *generation) openPicture(ctx context.Context, p *picture) *failed {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.opened {
		p.opened, p.failed = true, g.takeIn(ctx, p)
	}
	if p.failed == nil {
		return nil
	}
	again := *p.failed // each attempt puts its own name into the failure
	return &again
}

func (g *generation) takeIn(ctx context.Context, p *picture) (f *failed) {
	switch {
	case p.from.url != "":
		if p.data, f = g.fetchPicture(ctx, p.from.url); f != nil {
			return f
		}
	case p.from.open != nil:
		var err error
		if p.data, err = p.from.open(g.maxPictureBytes()); err != nil {
			return failWith(abi.FailureKindInvalidImage, abi.FaultCaller, "the picture cannot be read: "+plainCause(err), err)
		}
	default:
		return failWith(abi.FailureKindInvalidRequest, abi.FaultCaller, "the request has no picture: give bytes, a file or a URL", nil)
	}
	var err error
	if p.info, err = imaging.Inspect(p.data, g.cfg.Limits.Picture); err != nil {
		return failWith(abi.FailureKindInvalidImage, abi.FaultCaller, "the picture is refused: "+err.Error(), err)
	}
	return nil
}

func (g *generation) maxPictureBytes() int64 {
	if n := g.cfg.Limits.Picture.MaxBytes; n > 0 {
		return n
	}
	return imaging.DefaultMaxBytes
}

// fetchPicture downloads a picture through the guarded transport: from public addresses, and from those private ones that
// the configuration names.
func (g *generation) fetchPicture(ctx context.Context, address string) ([]byte, *failed) {
	if err := checkURL(address); err != nil {
		return nil, unfetched(err)
	}
	answer, err := g.client.Do(ctx, g.fetching, &egress.Request{Method: http.MethodGet, URL: address})
	var transport *egress.Error
	switch {
	case ctx.Err() != nil:
		return nil, expired(ctx)
	case errors.As(err, &transport):
		f := unfetched(err)
		switch transport.Kind {
		case egress.KindResolve, egress.KindConnect, egress.KindTLS, egress.KindWrite, egress.KindNoAnswer, egress.KindTimeout:
			f.Retryable = true
		case egress.KindAddressRefused:
			f.Message += "; an operator can name the host and port in fetch_allow"
		}
		return nil, f
	case err != nil:
		return nil, unfetched(err)
	case answer.Status != http.StatusOK:
		f := unfetched(fmt.Errorf("its address answered with status %d", answer.Status))
		f.Retryable = answer.Status >= 500
		return nil, f
	}
	return answer.Body, nil
}

func unfetched(err error) *failed {
	return failWith(abi.FailureKindInvalidImage, abi.FaultCaller, "the picture cannot be fetched: "+err.Error(), err)
}

// checkURL refuses what neither the engine nor a vendor could fetch. The error does not repeat it.
func checkURL(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("its address is no http or https URL without user information")
	}
	return nil
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

// fit holds the picture to a provider's limits. Decoding takes memory, so only as many pictures are fitted at once as
// there are processors.
func (g *generation) fit(ctx context.Context, p *picture, limits *abi.ImageLimits, noFit bool) (imaging.Fitted, *failed) {
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
	fitted, err = g.fitOne(ctx, p.data, p.info, l)
	switch {
	case err == nil:
		return fitted, nil
	case ctx.Err() != nil:
		return fitted, expired(ctx)
	}
	return fitted, unfit(err)
}

// fitOne fits a picture when its turn has come.
func (g *generation) fitOne(ctx context.Context, data []byte, info imaging.Info, l imaging.Limits) (imaging.Fitted, error) {
	select {
	case g.fitting <- struct{}{}:
		defer func() { <-g.fitting }()
		return imaging.Fit(ctx, data, info, l)
	case <-ctx.Done():
		return imaging.Fitted{}, ctx.Err()
	}
}

// unfit is a picture one provider does not take; another one might.
func unfit(err error) *failed {
	f := failWith(abi.FailureKindInvalidImage, abi.FaultCaller, "the picture does not meet the provider's limits: "+err.Error(), err)
	f.FailOver = true
	return f
}

func imageLimits(l *abi.ImageLimits) imaging.Limits {
	return imaging.Limits{
		MinSide: int(l.MinSide), MaxSide: int(l.MaxSide), MaxBytes: int64(l.MaxBytes), MaxEncodedBytes: int64(l.MaxEncodedBytes),
		Encoding: l.Encoding, Formats: l.Formats, Soft: l.Soft,
	}
}

func pictureInfo(handle uint32, i imaging.Info) *abi.PictureInfo {
	return &abi.PictureInfo{
		Handle: handle, Format: i.Format, Width: uint32(i.Width), Height: uint32(i.Height), Orientation: uint32(i.Orientation), Size: uint64(i.Size),
	}
}
