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
	"github.com/ocrmux/ocrmux/internal/message"
)

// Names of the picture.
const (
	imageBase64 = "image_base64" // in JSON
	imagePart   = "image"        // in a multipart form
)

// Form is a request that was read.
type Form struct {
	// Request lacks the picture, which Ask adds, and the tenant.
	Request engine.Request

	picture  []byte
	imageURL string
}

// Ask returns the request with its picture. The engine may keep the picture, so do not use the form afterwards.
func (f *Form) Ask() engine.Request {
	r := f.Request
	if f.imageURL != "" {
		r.Picture = engine.URL(f.imageURL)
	} else {
		r.Picture = engine.Given(f.picture)
	}
	return r
}

// Bytes returns the picture, nil if the caller gave an address. Do not modify it.
func (f *Form) Bytes() []byte { return f.picture }

// Digest returns a digest of everything that was asked for. It does not depend on the form of the request.
func (f *Form) Digest() ([sha256.Size]byte, error) {
	r := &f.Request
	picture := sha256.Sum256(f.picture)
	text, err := json.Marshal([]any{
		r.Tenant, r.Document, r.Side, r.Route, r.Provider, r.Extras, r.Fields, r.Signals, r.Labels, r.Options, r.Fetch, r.PassURL, f.imageURL, picture[:],
	})
	if err != nil {
		return picture, err // not reached: all values came as text
	}
	return sha256.Sum256(text), nil
}

// Read reads a request whose picture has at most limit bytes. It refuses a longer body without reading it if the length is known, and
// otherwise reads no further than the limit. Its error is an *[Error].
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
		return nil, &Error{Status: http.StatusUnsupportedMediaType, Reason: message.New(message.RefusedContentType)}
	}
	if r.ContentLength > most {
		return nil, tooLarge(limit)
	}
	picture, err := read(p, http.MaxBytesReader(w, r.Body, most))
	if err != nil {
		return nil, unread(err, limit)
	}
	if (len(picture) > 0) == (p.imageURL != "") {
		return nil, malformed(message.RefusedPictures, "base64", imageBase64, "url", ImageURL, "part", imagePart)
	}
	return &Form{Request: p.request, picture: picture, imageURL: p.imageURL}, nil
}

func (p *parameters) fromQuery(r *http.Request) error {
	if len(r.URL.RawQuery) > maxParameterBytes {
		return malformed(message.RefusedQuery, "limit", maxParameterBytes)
	}
	query := r.URL.Query()
	for _, known := range Parameters() {
		values, given := query[known.Name]
		if !given {
			continue
		}
		if known.BodyOnly {
			return malformed(message.RefusedInQuery, "name", known.Name)
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
			return nil, malformed(message.RefusedTwice, "name", name)
		}
		given = true
		if picture, err = o.picture(size, limit); err != nil {
			return nil, err
		}
	}
}

// picture decodes the value of image_base64 while it arrives. It skips the prefix of a data URL, such as "data:image/jpeg;base64,".
func (o *object) picture(size, limit int64) ([]byte, error) {
	encoded, ok, err := o.text()
	if err != nil {
		return nil, err
	}
	if !ok {
		value, err := o.value()
		if err == nil && string(value) != "null" {
			err = malformed(message.RefusedNotText, "name", imageBase64)
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
		return nil, &Error{Status: http.StatusBadRequest, Picture: true, Reason: message.New(message.RefusedNotBase64, "name", imageBase64)}
	}
	return picture, err
}

const maxScheme = 128

// skipScheme skips the beginning of a data URL.
func skipScheme(r *bufio.Reader) error {
	if begin, err := r.Peek(len("data:")); err != nil || string(begin) != "data:" {
		return nil // too short; reading it reports that
	}
	for range maxScheme {
		if c, err := r.ReadByte(); err != nil || c == ',' {
			return err
		}
	}
	return malformed(message.RefusedDataURL, "name", imageBase64)
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
				return nil, malformed(message.RefusedTwice, "name", name)
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
			return nil, malformed(message.RefusedRest, "limit", maxParameterBytes)
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

// notAForm returns an *Error if the form is malformed, and err itself if the connection failed.
func notAForm(err error) error {
	if strings.HasPrefix(err.Error(), "multipart: ") || strings.HasPrefix(err.Error(), "malformed MIME") {
		return malformed(message.RefusedNotForm)
	}
	return err
}
