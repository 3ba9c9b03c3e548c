package abi

// Function is the name of the host function that a call is for, as manifests list it in host_functions; "" if it is for none.
func (c *HostCall) Function() string {
	switch {
	case c.Sign != nil:
		return "sign"
	case c.HTTPSend != nil:
		return "http_send"
	case c.ImageInspect != nil:
		return "image_inspect"
	case c.ImageFit != nil:
		return "image_fit"
	case c.ImageRead != nil:
		return "image_read"
	case c.Log != nil:
		return "log"
	default:
		return ""
	}
}
