package console

// specimen returns the picture of a made-up card, 样本.
func specimen() []byte {
	b, err := assetFiles.ReadFile("assets/specimen.jpg")
	if err != nil {
		return nil // not reached: the file is a part of the program
	}
	return b
}
