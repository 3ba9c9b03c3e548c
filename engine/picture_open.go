package engine

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/egress"
	"github.com/ocrmux/ocrmux/internal/imaging"
	"github.com/ocrmux/ocrmux/internal/message"
)

// picture is the caller's picture during one call. It is opened once; one given by URL is opened only when a provider needs its bytes.
type picture struct {
	from   Picture
	mu     sync.Mutex // providers may be asked side by side
	data   []byte
	info   imaging.Info
	opened bool
	failed *Error
}

// openPicture reads or fetches a picture and inspects it. Later calls return what the first one returned.
func (g *generation) openPicture(ctx context.Context, p *picture) *Error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.opened {
		p.opened, p.failed = true, g.readPicture(ctx, p)
	}
	if p.failed == nil {
		return nil
	}
	again := *p.failed // each attempt puts its own name into the failure
	return &again
}

func (g *generation) readPicture(ctx context.Context, p *picture) (f *Error) {
	switch {
	case p.from.url != "":
		if p.data, f = g.fetchPicture(ctx, p.from.url); f != nil {
			return f
		}
	case p.from.open != nil:
		var err error
		if p.data, err = p.from.open(g.maxPictureBytes()); err != nil {
			return failWith(abi.FailureKindInvalidImage, abi.FaultCaller, message.New(message.PictureUnread, "reason", innermost(err)), err)
		}
	default:
		return failWith(abi.FailureKindInvalidRequest, abi.FaultCaller, message.New(message.PictureMissing), nil)
	}
	var err error
	if p.info, err = imaging.Inspect(p.data, g.cfg.Limits.Picture); err != nil {
		return failWith(abi.FailureKindInvalidImage, abi.FaultCaller, message.New(message.PictureRefused, "reason", message.Error(err)), err)
	}
	return nil
}

func (g *generation) maxPictureBytes() int64 {
	if n := g.cfg.Limits.Picture.MaxBytes; n > 0 {
		return n
	}
	return imaging.DefaultMaxBytes
}

// fetchPicture downloads a picture through the guarded transport: from public addresses, and from those private ones that the configuration
// names.
func (g *generation) fetchPicture(ctx context.Context, address string) ([]byte, *Error) {
	if err := checkURL(address); err != nil {
		return nil, unfetched(err)
	}
	answer, err := g.client.Do(ctx, g.fetching, &egress.Request{Method: http.MethodGet, URL: address})
	var transport *egress.Error
	switch {
	case ctx.Err() != nil:
		return nil, expired(ctx)
	case errors.As(err, &transport):
		e := unfetched(err)
		switch transport.Kind {
		case egress.KindResolve, egress.KindConnect, egress.KindTLS, egress.KindWrite, egress.KindNoAnswer, egress.KindTimeout:
			e.Failure.Retryable = true
		case egress.KindAddressRefused:
			e.Failure.Message = message.New(message.PictureUnfetched, "reason", message.New(message.PictureAllow, "origin", transport.Origin))
		}
		return nil, e
	case err != nil:
		return nil, unfetched(err)
	case answer.Status != http.StatusOK:
		e := unfetched(message.NewError(message.New(message.PictureStatus, "status", answer.Status), nil))
		e.Failure.Retryable = answer.Status >= 500
		return nil, e
	}
	return answer.Body, nil
}

func unfetched(err error) *Error {
	return failWith(abi.FailureKindInvalidImage, abi.FaultCaller, message.New(message.PictureUnfetched, "reason", message.Error(err)), err)
}

// checkURL rejects a URL that neither the engine nor a vendor could fetch. The error does not repeat it.
func checkURL(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
		return message.NewError(message.New(message.PictureNoURL), nil)
	}
	return nil
}

// innermost returns the message of the innermost error. The errors around it may hold a path, which can be personal data.
func innermost(err error) message.Message {
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return message.New(message.PictureEndsEarly)
	}
	return message.Error(err)
}
