package console

import "net/http"

// readPage is where a picture is given.
func (c *Console) readPage(w http.ResponseWriter, r *http.Request, v *visitor) {
	c.pages.show(w, r, http.StatusOK, "read", c.page(v, nil))
}
