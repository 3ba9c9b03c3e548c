package declarative

import (
	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/internal/adapter"
)

// maxPoints bounds the coordinates of a polygon.
const maxPoints = 128

// polygon compiles where something is in the picture that was sent.
func (c *compiler) polygon(p *polygon, s scope) func(*run) *abi.Polygon {
	if p.Each == nil {
		if p.Where != nil {
			c.fail(p.Where.place, "where is about the items of a list, want each beside it")
		}
		return c.outline(p, s)
	}
	pick := c.items(p.Each, p.Where, s)
	s.item = true
	outline := c.outline(p, s)
	return func(r *run) *abi.Polygon {
		var out *abi.Polygon
		pick(r, func(item *run) bool {
			out = outline(item)
			return out != nil
		})
		return out
	}
}

// outline compiles a box or points; either gives nil unless it is whole.
func (c *compiler) outline(p *polygon, s scope) func(*run) *abi.Polygon {
	if (p.Box == nil) == (p.Points == nil) {
		c.fail(p.place, "wants either box or points")
		return nil
	}
	if p.Points != nil {
		above := c.pointer(p.Points)
		c.know(above, s)
		return func(r *run) *abi.Polygon { return points(r.below(above)) }
	}
	if len(p.Box) != 4 {
		c.fail(p.place, "the box has %d pointers, want four: left, top, width and height", len(p.Box))
		return nil
	}
	var sides [4]*compiled
	for i := range p.Box {
		sides[i] = c.readPointer(&p.Box[i], s)
	}
	return func(r *run) *abi.Polygon {
		var n [4]float64
		for i := range sides {
			var ok bool
			if n[i], ok = number(sides[i].text(r)); !ok {
				return nil
			}
		}
		return adapter.Box(n[0], n[1], n[2], n[3])
	}
}

// points takes all coordinates in their order; nil where they are none of a polygon.
func points(leaves adapter.Leaves) *abi.Polygon {
	if len(leaves) < 6 || len(leaves)%2 != 0 || len(leaves) > maxPoints {
		return nil
	}
	out := &abi.Polygon{Points: make([]float64, len(leaves))}
	for i := range leaves {
		var ok bool
		if out.Points[i], ok = number(leaves[i].Value); !ok {
			return nil
		}
	}
	return out
}
