package engine

import (
	"context"
	"slices"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/message"
)

// takePicture decides how the picture reaches the provider: as a URL, or as bytes within its limits.
func (a *attempt) takePicture(ctx context.Context, req *Request, pic *picture) (*abi.PictureInfo, *Error) {
	limits := a.provider.plugin.Manifest.Images
	if pic.from.url != "" && !req.Fetch && accepts(limits, "url") && (limits.MaxURLBytes == 0 || len(pic.from.url) <= int(limits.MaxURLBytes)) {
		if err := checkURL(pic.from.url); err != nil {
			return nil, unfetched(err)
		}
		a.blobs = [][]byte{nil}
		return &abi.PictureInfo{URL: pic.from.url}, nil
	}
	if limits != nil && len(limits.Inputs) > 0 && !accepts(limits, "bytes") {
		f := failWith(abi.FailureKindInvalidImage, abi.FaultCaller, urlOnly(limits), nil)
		f.Failure.FailOver = true
		return nil, f
	}
	if f := a.gen.openPicture(ctx, pic); f != nil {
		return nil, f
	}
	fitted, f := a.gen.fit(ctx, pic, limits, a.provider.noFit)
	if f != nil {
		return nil, f
	}
	a.transform, a.header, a.blobs = fitted.Transform, fitted.Info, [][]byte{fitted.Data}
	return pictureInfo(0, fitted.Info), nil
}

func accepts(l *abi.ImageLimits, input string) bool {
	return l != nil && slices.Contains(l.Inputs, input)
}

func urlOnly(l *abi.ImageLimits) message.Message {
	if l.MaxURLBytes > 0 {
		return message.New(message.PictureURLOnlyShort, "limit", l.MaxURLBytes)
	}
	return message.New(message.PictureURLOnly)
}
