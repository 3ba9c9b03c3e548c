package imaging_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"

	"github.com/ocrmux/ocrmux/internal/imaging"
)

// A provider takes jpg of at most 1,000 px; the caller sent a png of twice that. What the provider finds is mapped back to the
// picture the caller knows.
func ExampleFit() {
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, 2000, 1200))); err != nil {
		fmt.Println(err)
		return
	}
	info, err := imaging.Inspect(file.Bytes(), imaging.Caps{})
	if err != nil {
		fmt.Println(err)
		return
	}
	limits := imaging.Limits{Formats: []imaging.Format{imaging.JPG}, MinSide: 15, MaxSide: 1000, MaxBytes: 1 << 20}
	fmt.Println(limits.Check(info, file.Bytes()))

	fitted, err := imaging.Fit(context.Background(), file.Bytes(), info, limits)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(fitted.Info.Format, fitted.Info.Width, fitted.Info.Height)
	fmt.Println(fitted.Transform.Back(100, 50))
	// Output:
	// formats: the picture is png, accepted are jpg
	// jpg 1000 600
	// 200 100
}

func ExampleInspect() {
	_, err := imaging.Inspect([]byte("%PDF-1.7"), imaging.Caps{})
	fmt.Println(err)
	// Output: the bytes are not a picture but look like pdf; send jpg, png, bmp or webp
}
