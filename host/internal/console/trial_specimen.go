package console

// specimen is a picture of a card that nobody has, 样本.
func specimen() []byte {
	b, err := assetFiles.ReadFile("assets/specimen.jpg")
	if err != nil {
		return nil // not reached: the file is a part of the program
	}
	return b
}
