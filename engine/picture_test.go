package engine_test

import (
	"bytes"
	"fmt"
	"image"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/engine"
	"github.com/ocrmux/ocrmux/internal/imaging"
	"github.com/ocrmux/ocrmux/internal/message"
)

// scanner is the vendor jumdata, which remembers the pictures it was sent.
type scanner struct {
	mu       sync.Mutex
	pictures [][]byte
	urls     []string
}

const jumdataAnswer = `{"code": 200, "msg": "成功", "taskNo": "41561", "charge": true, "data": {"side": "front", "rotate": "cw90",
	"info": {"name": "样本人", "sex": "男", "nation": "汉", "year": "1990", "month": "3", "day": "7", "address": "样本省样本市样本路1号", "number": "11010119900307123X"},
	"validity": {"name": true, "sex": true, "birthday": true, "address": true, "number": true}}}`

func (s *scanner) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f, _, err := r.FormFile("file"); err == nil {
		b, _ := io.ReadAll(f)
		s.pictures = append(s.pictures, b)
	}
	if u := r.FormValue("url"); u != "" {
		s.urls = append(s.urls, u)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, jumdataAnswer)
}

func (s *scanner) last() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.pictures) == 0 {
		return nil
	}
	return s.pictures[len(s.pictures)-1]
}

func openJumdata(t testing.TB, change func(*engine.Config)) (*bench, *scanner) {
	t.Helper()
	s := new(scanner)
	endpoint := vendor(t, map[string]http.HandlerFunc{"/": s.ServeHTTP})
	return open(t, func(c *engine.Config) {
		c.Providers = map[string]engine.ProviderConfig{"jumdata": jumdata(endpoint)}
		if change != nil {
			change(c)
		}
	}), s
}

func readFile(t testing.TB, path ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPictureIsInspectedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	e, vendor := openJumdata(t, nil)
	dir := t.TempDir()
	named := func(name string, content []byte) engine.Picture {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return engine.File(path)
	}
	whole := jpegOf(t, 100, 60)
	for _, tt := range []struct {
		name    string
		picture engine.Picture
		says    message.Code
	}{
		{"truncated", engine.Bytes(whole[:len(whole)/2]), message.PictureTruncated},
		{"empty", engine.Bytes(nil), message.PictureEmpty},
		{"an empty file", named("empty.jpg", nil), message.PictureEmpty},
		{"100 megapixels", engine.Bytes(hugePNG(t)), message.PictureTooMany},
		{"text named like a picture", named("text.jpg", []byte("this is no picture at all")), message.PictureNotAnImage},
		{"a PDF", engine.Bytes([]byte("%PDF-1.7\n%âãÏÓ\n")), message.PictureLooksLike},
		{"HTML", engine.Bytes([]byte("<!DOCTYPE html><html></html>")), message.PictureLooksLike},
		{"an animated PNG", engine.Bytes(animatedPNG(t)), message.PictureAnimated},
		{"an animated WebP", engine.Bytes(readFile(t, "..", "internal", "imaging", "testdata", "animated.webp")), message.PictureAnimated},
		{"a GIF", engine.Bytes(gifOf(t)), message.PictureUnsupported},
		{"larger than the engine takes", engine.Bytes(make([]byte, imaging.DefaultMaxBytes+1)), message.PictureTooLarge},
		{"an endless stream", engine.Reader(zeros{}), message.PictureTooLarge},
		{"a file that is not there", engine.File(filepath.Join(dir, "张三.jpg")), message.PictureUnread},
		{"a directory", engine.File(dir), message.PictureUnread},
		{"a stream that breaks", engine.Reader(io.MultiReader(bytes.NewReader(whole[:10]), broken{})), message.PictureUnread},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := e.Recognize(t.Context(), engine.Request{Picture: tt.picture})
			f := failure(t, r, err)
			if got := verdict(f.Failure); got != "invalid_image, billed no, fault caller" || !f.Failure.Message.Has(tt.says) {
				t.Errorf("got %s: %s; want …%s…", got, f.Failure.Message, tt.says)
			}
			if strings.Contains(f.Error(), dir) || strings.Contains(f.Error(), "张三") {
				t.Errorf("the error shows the path: %v", f)
			}
		})
	}
	t.Run("none at all", func(t *testing.T) {
		r, err := e.Recognize(t.Context(), engine.Request{})
		if f := failure(t, r, err); verdict(f.Failure) != "invalid_request, billed no, fault caller" {
			t.Errorf("got %s", verdict(f.Failure))
		}
	})
	if vendor.last() != nil {
		t.Error("the vendor was sent a picture")
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestPictureWithinTheLimitsIsSentByteForByte(t *testing.T) {
	t.Parallel()
	e, vendor := openJumdata(t, nil)
	path := filepath.Join(t.TempDir(), "card.bmp")
	if err := os.WriteFile(path, pngOf(t, 30, 20), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		picture engine.Picture
		want    []byte
	}{
		"a JPEG":                    {engine.Bytes(jpegOf(t, 60, 40)), jpegOf(t, 60, 40)},
		"a PNG in a file named bmp": {engine.File(path), pngOf(t, 30, 20)},
		"a CMYK JPEG":               {engine.Bytes(cmykJPEG()), cmykJPEG()},
		"a JPEG that EXIF turns":    {engine.Bytes(turnedJPEG(t, 60, 40, 6)), turnedJPEG(t, 60, 40, 6)},
		"a stream":                  {engine.Reader(bytes.NewReader(jpegOf(t, 61, 40))), jpegOf(t, 61, 40)},
	} {
		if _, err := e.Recognize(t.Context(), engine.Request{Picture: tt.picture}); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !bytes.Equal(vendor.last(), tt.want) {
			t.Errorf("%s was changed: %d bytes became %d", name, len(tt.want), len(vendor.last()))
		}
	}
}

func TestPictureBeyondTheLimitsIsFitted(t *testing.T) {
	t.Parallel()
	e, vendor := openJumdata(t, nil)
	for name, tt := range map[string]struct {
		picture []byte
		want    string
	}{
		"a BMP":                        {bmpOf(t, 80, 50), "jpeg 80x50"},
		"a WebP":                       {readFile(t, "..", "internal", "imaging", "testdata", "lossy.webp"), "jpeg"},
		"sides beyond 4000 pixels":     {pngOf(t, 4100, 41), "jpeg 4000x40"},
		"more than 2 MiB":              {bmpOf(t, 1200, 900), "jpeg 1200x900"},
		"turned by EXIF and oversized": {turnedJPEG(t, 4100, 41, 6), "jpeg 40x4000"},
	} {
		if _, err := e.Recognize(t.Context(), engine.Request{Picture: engine.Bytes(tt.picture)}); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		c, format, err := image.DecodeConfig(bytes.NewReader(vendor.last()))
		if got := fmt.Sprintf("%s %dx%d", format, c.Width, c.Height); err != nil || !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s went out as %s (%v), want %s", name, got, err, tt.want)
		}
	}
}

//attack:caller-bounds pictures beyond the limits
func TestPictureIsRefusedWithoutFitting(t *testing.T) {
	t.Parallel()
	e, vendor := openJumdata(t, func(c *engine.Config) {
		p := c.Providers["jumdata"]
		p.NoFit = true
		c.Providers["jumdata"] = p
	})
	for name, tt := range map[string]struct {
		picture []byte
		code    message.Code
		value   any
	}{
		"a BMP":                    {bmpOf(t, 80, 50), message.LimitFormats, nil},
		"sides beyond 4000 pixels": {pngOf(t, 4100, 41), message.LimitMaxSide, int64(4100)},
		"a side below 9 pixels":    {pngOf(t, 100, 8), message.LimitMinSide, int64(8)},
	} {
		r, err := e.Recognize(t.Context(), engine.Request{Picture: engine.Bytes(tt.picture)})
		f := failure(t, r, err)
		if m := f.Failure.Message.Find(tt.code); m.IsZero() || m.Param("value") != tt.value && tt.value != nil {
			t.Errorf("%s: %q; want %s with %v", name, f.Failure.Message, tt.code, tt.value)
		}
		if got := verdict(f.Failure); got != "invalid_image, billed no, fault caller, fail over" {
			t.Errorf("%s: got %s", name, got)
		}
	}
	if vendor.last() != nil {
		t.Error("the vendor was sent a picture")
	}
}

// The actor takes 200 pixels a side. It is told where the vendor saw something in the fitted picture.
func TestPicturePlacesAndAnglesAreMappedBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		picture  []byte
		polygon  engine.Polygon
		rotation float64
	}{
		{"as it is", jpegOf(t, 200, 100), engine.Polygon{{10, 20}, {110, 20}, {110, 60}}, 90},
		{"shrunk to a half", pngOf(t, 400, 200), engine.Polygon{{20, 40}, {220, 40}, {220, 120}}, 90},
		// Stored 400 × 200, shown upright as 200 × 400, sent as 100 × 200: x' = 2y, y' = 200 - 2x.
		{"turned and shrunk", turnedJPEG(t, 400, 200, 6), engine.Polygon{{40, 180}, {40, -20}, {120, -20}}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answer := `{"fields": {"name": "样本人"}, "polygon": "10 20 110 20 110 60", "portrait": "10 20 110 20 110 60", "rotation": 90}`
			r, err := openActor(t, vendor(t, map[string]http.HandlerFunc{"/": says(answer)})).Recognize(t.Context(), engine.Request{Picture: engine.Bytes(tt.picture)})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.polygon, r.Fields["name"].Polygon); diff != "" {
				t.Errorf("polygon (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(&engine.Portrait{Polygon: tt.polygon}, r.Portrait); diff != "" {
				t.Errorf("portrait (-want +got):\n%s", diff)
			}
			if *r.Rotation != tt.rotation {
				t.Errorf("rotation is %v, want %v", *r.Rotation, tt.rotation)
			}
		})
	}
}
