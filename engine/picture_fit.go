package engine

import (
	"context"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/imaging"
	"github.com/ocrmux/ocrmux/internal/message"
)

// fit returns a picture within a provider's limits.
func (g *generation) fit(ctx context.Context, p *picture, limits *abi.ImageLimits, noFit bool) (imaging.Fitted, *Error) {
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

// fitOne fits a picture. Decoding takes much memory, so that at most as many pictures are fitted at once as there are processors.
func (g *generation) fitOne(ctx context.Context, data []byte, info imaging.Info, l imaging.Limits) (imaging.Fitted, error) {
	select {
	case g.fitting <- struct{}{}:
		defer func() { <-g.fitting }()
		return imaging.Fit(ctx, data, info, l)
	case <-ctx.Done():
		return imaging.Fitted{}, ctx.Err()
	}
}

// unfit is the failure of a picture that one provider does not take; another one may take it.
func unfit(err error) *Error {
	e := failWith(abi.FailureKindInvalidImage, abi.FaultCaller, message.New(message.PictureUnfit, "reason", message.Error(err)), err)
	e.Failure.FailOver = true
	return e
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
