package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/ocrmux/ocrmux/plugins/local/internal/card"
	"github.com/ocrmux/ocrmux/plugins/local/internal/raster"
	"github.com/ocrmux/ocrmux/plugins/local/internal/reader"
	"github.com/ocrmux/ocrmux/sdk"
)

// patience limits a call whose host has given up long ago. A card takes well under a second.
const patience = time.Minute

// settings are the provider's configuration.
type settings struct {
	models string
	reader.Options
}

func settingsOf(c *sdk.Call) settings {
	number := func(key string, otherwise int) int {
		if n, err := strconv.Atoi(c.Option(key, "")); err == nil {
			return n
		}
		return otherwise
	}
	return settings{
		models:  c.Option("models", "local.d"),
		Options: reader.Options{Threads: number("threads", 1), Workers: number("workers", 2)},
	}
}

// provider keeps the models between calls. The first call loads them. After an error the next call tries again, so no
// restart is needed after fetching them.
type provider struct {
	mu     sync.Mutex
	loaded settings
	reader *reader.Reader
}

var errOtherModels = errors.New("this process has already loaded other models or settings: restart the host after changing them")

func (p *provider) open(s settings) (*reader.Reader, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.reader == nil {
		r, err := reader.Open(s.models, s.Options)
		if err != nil {
			return nil, err
		}
		p.reader, p.loaded = r, s
	}
	if p.loaded != s {
		return nil, errOtherModels
	}
	return p.reader, nil
}

// Start reads the picture and returns the outcome at once, because there is no vendor to ask.
func (p *provider) Start(c *sdk.Call, in *sdk.Start) *sdk.Action {
	r, err := p.open(settingsOf(c))
	if err != nil {
		return sdk.Failed(sdk.Fail{Kind: sdk.Unavailable, Message: err.Error(), FailOver: true, Billed: sdk.BilledNo, Fault: sdk.OperatorFault})
	}
	picture, err := c.ReadImage(in.Picture.Handle)
	if err != nil {
		return sdk.Failed(sdk.Fail{Kind: sdk.Internal, Message: fmt.Sprintf("take the picture from the host: %v", err), Billed: sdk.BilledNo})
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	hint := map[sdk.Side]card.Side{sdk.Front: card.Front, sdk.Back: card.Back}[in.Side]
	read, err := r.Read(ctx, picture, hint)
	if err != nil {
		return sdk.Failed(failure(err))
	}
	return sdk.Recognized(done(read))
}

// Response is never called, because Start sends nothing.
func (*provider) Response(*sdk.Call, *sdk.Response) *sdk.Action {
	return sdk.Failed(sdk.Fail{Kind: sdk.Internal, Message: "the local reader sends no requests, so there is no answer to understand", Billed: sdk.BilledNo})
}

// failure converts an error of the reader.
func failure(err error) sdk.Fail {
	f := sdk.Fail{Kind: sdk.Internal, Message: err.Error(), FailOver: true, Billed: sdk.BilledNo, Fault: sdk.OperatorFault}
	switch {
	case errors.Is(err, card.ErrNotCard):
		f.Kind, f.Fault = sdk.NoDocument, sdk.CallerFault
	case errors.Is(err, raster.ErrFormat), errors.Is(err, raster.ErrTooLarge):
		f.Kind, f.Fault = sdk.InvalidImage, sdk.CallerFault
	case errors.Is(err, context.DeadlineExceeded):
		f.Kind = sdk.Timeout
	}
	return f
}

// done converts a card.
func done(read *card.Card) *sdk.Done {
	d := &sdk.Done{
		Side:     map[card.Side]sdk.Side{card.Front: sdk.Front, card.Back: sdk.Back}[read.Side],
		Rotation: &read.Rotation,
		Billed:   sdk.BilledNo,
	}
	for _, f := range read.Fields {
		confidence := f.Confidence
		d.Fields = append(d.Fields, sdk.Field{Name: f.Name, Text: f.Text, Confidence: &confidence, Polygon: polygon(f.Quad), Flags: f.Flags})
	}
	if read.Portrait != nil {
		d.Portrait = polygon(*read.Portrait)
	}
	return d
}

func polygon(q raster.Quad) *sdk.Polygon {
	p := &sdk.Polygon{}
	for _, corner := range q {
		p.Points = append(p.Points, corner.X, corner.Y)
	}
	return p
}
