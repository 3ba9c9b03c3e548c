package intake

// Bytes is the picture as it was taken in.
func (f *Form) Bytes() []byte { return f.picture }
