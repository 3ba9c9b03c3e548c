package console

import (
	"encoding/base64"
	"errors"
	"html/template"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/host/internal/server/intake"
	"github.com/ocrmux/ocrmux/host/internal/service"
	"github.com/ocrmux/ocrmux/internal/imaging"
)

const readPath = Folder + "read"

// anySize lets every picture through: the engine has held it to its own caps.
var anySize = imaging.Caps{MaxBytes: math.MaxInt64, MaxPixels: math.MaxInt64, MaxSide: math.MaxInt, MaxDecodedBytes: math.MaxInt64}

// readData is what the page shows on which a card is read.
type readData struct {
	// Fragment leaves out everything but the result.
	Fragment  bool
	Limit     int64 // bytes of a picture
	LimitText string
	Choices   *choices
	Result    *result // nil until something was read
}

// readPage is where a picture is given.
func (c *Console) readPage(w http.ResponseWriter, r *http.Request, v *visitor) {
	c.showReading(w, r, v, http.StatusOK, engine.Request{}, nil)
}

func (c *Console) showReading(w http.ResponseWriter, r *http.Request, v *visitor, status int, asked engine.Request, of *result) {
	page := readData{Fragment: fragment(r), Limit: c.cfg.MaxPictureBytes, LimitText: bytesText(c.cfg.MaxPictureBytes), Result: of}
	if !page.Fragment {
		page.Choices = c.choices(v, asked)
	}
	c.pages.show(w, r, status, "read", c.page(v, page))
}

// read asks for one card. Whoever leaves meanwhile does not wait for it: the engine stops as soon as it can.
func (c *Console) read(w http.ResponseWriter, r *http.Request, v *visitor) {
	tell := c.teller(v)
	form, err := intake.Read(w, r, c.cfg.MaxPictureBytes)
	if err != nil {
		status, said := tell.untaken(err, c.cfg.MaxPictureBytes)
		c.showReading(w, r, v, status, engine.Request{}, said)
		return
	}
	if len(form.Bytes()) == 0 { // an address would be fetched, and there were nothing to show
		c.showReading(w, r, v, http.StatusBadRequest, form.Request, tell.trouble("read.no-picture", "read.no-picture.advice", nil))
		return
	}
	if form.Request.Provider != "" {
		form.Request.Route = "" // the form has both lists, and the page says that a provider goes before a route
	}
	if err := c.cfg.Service.ResolveRoute(v.Tenant, &form.Request); err != nil {
		status, _ := service.Denied(err) // it is nothing else
		c.showReading(w, r, v, status, form.Request, tell.trouble("read.no-way", "read.no-way.advice", err))
		return
	}
	picture := form.Bytes()
	began := c.cfg.Now()
	recognition, err := c.cfg.Service.Engine.Recognize(r.Context(), form.Ask())
	took := c.cfg.Now().Sub(began)
	if err != nil {
		c.failed(w, r, v, form.Request, err, took)
		return
	}
	shown := tell.recognized(recognition, took)
	if info, err := imaging.Inspect(picture, anySize); err == nil {
		shown.Figure = tell.figure(recognition, info)
		if !fragment(r) { // our script has the picture and shows that
			shown.Figure.URL = template.URL("data:" + imaging.MediaType(info.Format) + ";base64," + base64.StdEncoding.EncodeToString(picture))
		}
	}
	c.showReading(w, r, v, http.StatusOK, form.Request, shown)
}

func (c *Console) failed(w http.ResponseWriter, r *http.Request, v *visitor, asked engine.Request, err error, took time.Duration) {
	var failure *engine.Error
	if !errors.As(err, &failure) {
		c.refuse(w, r, err) // not reached: the engine's errors are all of that type
		return
	}
	status := service.Status(failure, v.Name())
	if wait := failure.Failure.RetryAfter; wait > 0 && (status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable) {
		w.Header().Set("Retry-After", strconv.FormatInt(int64((wait+time.Second-1)/time.Second), 10))
	}
	c.showReading(w, r, v, status, asked, c.teller(v).failed(failure, took))
}
