package specimen

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
)

// ErrFonts means that the fonts of the generator are not installed.
var ErrFonts = errors.New("fonts for drawing specimen cards are missing")

// fontFile is one font of a Debian package. index chooses the face of a collection.
type fontFile struct {
	name, pkg, path string
	index           int
}

// textFonts returns the fonts of values. A seed depends on their order.
func textFonts() []fontFile {
	const noto = "fonts/opentype/noto/Noto"
	return []fontFile{
		{"noto-sans", "fonts-noto-cjk", noto + "SansCJK-Regular.ttc", 2},
		{"droid-fallback", "fonts-droid-fallback", "fonts-droid-fallback/truetype/DroidSansFallback.ttf", 0},
		{"noto-sans-bold", "fonts-noto-cjk", noto + "SansCJK-Bold.ttc", 2},
		{"noto-serif", "fonts-noto-cjk", noto + "SerifCJK-Regular.ttc", 2},
		{"wenkai", "fonts-lxgw-wenkai", "fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf", 0},
	}
}

func titleFont() fontFile {
	return fontFile{"noto-serif-bold", "fonts-noto-cjk", "fonts/opentype/noto/NotoSerifCJK-Bold.ttc", 2}
}

// digitFont returns the font of the number. OCRB.otf does not work: this rasteriser does not draw its "8".
func digitFont() fontFile {
	return fontFile{"ocr-b", "fonts-ocr-b", "fonts/opentype/ocr-b/OCRBS.otf", 0}
}

// Fonts are the fonts of the cards. It is safe for concurrent use.
type Fonts struct {
	text          []namedFont
	title, digits *opentype.Font
}

type namedFont struct {
	name string
	font *opentype.Font
}

// LoadFonts reads the fonts below a folder of shared data, which is /usr/share on Debian. The error wraps [ErrFonts] and names
// the packages to install.
func LoadFonts(share string) (*Fonts, error) {
	var fonts Fonts
	missing := map[string]bool{}
	var order []string
	load := func(f fontFile) *opentype.Font {
		face, err := f.load(share)
		if err != nil {
			if !missing[f.pkg] {
				missing[f.pkg] = true
				order = append(order, f.pkg)
			}
			return nil
		}
		return face
	}
	for _, f := range textFonts() {
		fonts.text = append(fonts.text, namedFont{f.name, load(f)})
	}
	fonts.title, fonts.digits = load(titleFont()), load(digitFont())
	if len(order) > 0 {
		return nil, fmt.Errorf("%w below %s: apt-get install %s", ErrFonts, share, strings.Join(order, " "))
	}
	return &fonts, nil
}

func (f fontFile) load(share string) (*opentype.Font, error) {
	data, err := os.ReadFile(filepath.Join(share, filepath.FromSlash(f.path)))
	if err != nil {
		return nil, err
	}
	all, err := opentype.ParseCollection(data)
	if err != nil {
		return nil, err
	}
	return all.Font(f.index)
}

// covers reports whether the font has a glyph for every character.
func covers(f *opentype.Font, text string) bool {
	var buf sfnt.Buffer
	for _, r := range text {
		if i, err := f.GlyphIndex(&buf, r); err != nil || i == 0 {
			return false
		}
	}
	return true
}

func face(f *opentype.Font, size float64) (font.Face, error) {
	return opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
}
