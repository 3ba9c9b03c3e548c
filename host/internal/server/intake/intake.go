package intake

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/internal/boundedread"
)

// Names of the picture.
const (
	imageBase64 = "image_base64" // in JSON
	imagePart   = "image"        // in a multipart form
)

// Form is what a caller sent.
type Form struct {
	// Request lacks its picture, which Ask adds, and the caller's tenant.
	Request engine.Request

	picture  []byte
	imageURL string
}

// Ask is the request with its picture, which the engine may keep: the form must not be used any more.
func (f *Form) Ask() engine.Request {
	r := f.Request
	if f.imageURL != "" {
		r.Picture = engine.URL(f.imageURL)
	} else {
		r.Picture = engine.Given(f.picture)
	}
	return r
}

// Bytes are the picture as it came, which nobody may change; none where an address was given.
func (f *Form) Bytes() []byte { return f.picture }

// Digest is the same for two forms that ask for the same, however they were sent.
func (f *Form) Digest() ([sha256.Size]byte, error) {
	r := &f.Request
	picture := sha256.Sum256(f.picture)
	text, err := json.Marshal([]any{
		r.Tenant, r.Document, r.Side, r.Route, r.Provider, r.Extras, r.Fields, r.Signals, r.Labels, r.Options, r.Fetch, r.PassURL, f.imageURL, picture[:],
	})
	if err != nil {
		return picture, err // not reached: all of it came as text
	}
	return sha256.Sum256(text), nil
}

// Read takes a request in. The picture may have limit bytes; a body that says it has more than the picture and its parameters can
// is refused before any of it is read, all others are cut off. It fails with an *[Error].
func Read(w http.ResponseWriter, r *http.Request, limit int64) (*Form, error) {
	p := new(parameters)
	if err := p.fromQuery(r); err != nil {
		return nil, err
	}
	kind, attributes, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		kind = ""
	}
	var read func(*parameters, io.Reader) ([]byte, error)
	most := limit
	switch {
	case kind == "application/json":
		most = int64(base64.StdEncoding.EncodedLen(int(limit))) + maxParameterBytes
		read = func(p *parameters, body io.Reader) ([]byte, error) {
			return p.fromJSON(body, r.ContentLength, limit)
		}
	case kind == "multipart/form-data":
		most = limit + 2*maxParameterBytes // as much again for the headers of the parts
		read = func(p *parameters, body io.Reader) ([]byte, error) {
			return p.fromParts(multipart.NewReader(body, attributes["boundary"]), r.ContentLength, limit)
		}
	case strings.HasPrefix(kind, "image/"), kind == "application/octet-stream":
		read = func(_ *parameters, body io.Reader) ([]byte, error) { return collect(body, r.ContentLength, limit) }
	default:
		return nil, &Error{Status: http.StatusUnsupportedMediaType, Reason: "the body is none of application/json, multipart/form-data and a picture of its own type such as image/jpeg; say which in Content-Type"}
	}
	if r.ContentLength > most {
		return nil, tooLarge(limit)
	}
	picture, err := read(p, http.MaxBytesReader(w, r.Body, most))
	if err != nil {
		return nil, unread(err, limit)
	}
	if (len(picture) > 0) == (p.imageURL != "") {
		return nil, malformed("there must be one picture: %s or %s in JSON, %s or %s in a form, or the body itself", imageBase64, ImageURL, imagePart, ImageURL)
	}
	return &Form{Request: p.request, picture: picture, imageURL: p.imageURL}, nil
}

func (p *parameters) fromQuery(r *http.Request) error {
	if len(r.URL.RawQuery) > maxParameterBytes {
		return malformed("the query is too long: at most %d bytes", maxParameterBytes)
	}
	query := r.URL.Query()
	for _, known := range Parameters() {
		values, given := query[known.Name]
		if !given {
			continue
		}
		if known.BodyOnly {
			return malformed("%s stands in the query; it belongs in the body", known.Name)
		}
		if err := p.setText(known.Name, values); err != nil {
			return err
		}
		delete(query, known.Name)
	}
	for name := range query {
		return unknown(name)
	}
	return nil
}

func (p *parameters) fromJSON(body io.Reader, size, limit int64) (picture []byte, err error) {
	o := newObject(body)
	given := false
	for {
		name, ok, err := o.next()
		if err != nil || !ok {
			return picture, err
		}
		if name != imageBase64 {
			value, err := o.value()
			if err == nil {
				err = p.setJSON(name, value)
			}
			if err != nil {
				return nil, err
			}
			continue
		}
		if given {
			return nil, malformed("%s is given twice", name)
		}
		given = true
		if picture, err = o.picture(size, limit); err != nil {
			return nil, err
		}
	}
}

// picture decodes the value of image_base64 while it comes in. What a browser writes before it, as in "data:image/jpeg;base64,", is
// passed over.
func (o *object) picture(size, limit int64) ([]byte, error) {
	encoded, ok, err := o.text()
	if err != nil {
		return nil, err
	}
	if !ok {
		value, err := o.value()
		if err == nil && string(value) != "null" {
			err = malformed("%s is not valid: write a text", imageBase64)
		}
		return nil, err
	}
	if err := skipScheme(o.r); err != nil {
		return nil, err
	}
	if size >= 0 {
		size = int64(base64.StdEncoding.DecodedLen(int(size)))
	}
	picture, err := collect(newDecoder(encoded), size, limit)
	var corrupt base64.CorruptInputError
	if errors.As(err, &corrupt) {
		return nil, &Error{Status: http.StatusBadRequest, Picture: true, Reason: "image_base64 is no base64: the standard alphabet, with padding"}
	}
	return picture, err
}

const maxScheme = 128

// skipScheme passes over the beginning of a data URL.
func skipScheme(r *bufio.Reader) error {
	if begin, err := r.Peek(len("data:")); err != nil || string(begin) != "data:" {
		return nil // what cannot be peeked at is too short, which shows when it is read
	}
	for range maxScheme {
		if c, err := r.ReadByte(); err != nil || c == ',' {
			return err
		}
	}
	return malformed("%s begins like a data URL and is none", imageBase64)
}

func (p *parameters) fromParts(parts *multipart.Reader, size, limit int64) (picture []byte, err error) {
	texts, left, given := map[string][]string{}, int64(maxParameterBytes), false
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, notAForm(err)
		}
		name := part.FormName()
		if name == imagePart {
			if given {
				return nil, malformed("%s is given twice", name)
			}
			given = true
			if picture, err = collect(part, size, limit); err != nil {
				return nil, notAForm(err)
			}
			continue
		}
		value, err := boundedread.All(part, left)
		if large := (*boundedread.TooLargeError)(nil); err != nil && !errors.As(err, &large) {
			return nil, notAForm(err)
		}
		if left -= int64(len(name) + len(value)); err != nil || left < 0 {
			return nil, malformed("there is too much beside the picture: at most %d bytes", maxParameterBytes)
		}
		texts[name] = append(texts[name], string(value))
	}
	for name, values := range texts {
		if err := p.setText(name, values); err != nil {
			return nil, err
		}
	}
	return picture, nil
}

// notAForm tells what is wrong with a form from what is wrong with the connection.
func notAForm(err error) error {
	if strings.HasPrefix(err.Error(), "multipart: ") || strings.HasPrefix(err.Error(), "malformed MIME") {
		return malformed("the body is no multipart form as its Content-Type announces it")
	}
	return err
}
