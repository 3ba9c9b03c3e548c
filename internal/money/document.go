package money

import (
	"encoding/json"
	"fmt"
	"time"
)

// document is a counter in the store. Spent, unknown and the leases together never exceed the limit.
type document struct {
	Spent Units `json:"spent"`
	// Unknown may have been billed.
	Unknown Units            `json:"unknown"`
	Leases  map[string]lease `json:"leases,omitempty"`
}

// lease is what one owner may spend of a counter without asking. Units that the budget does not limit are 0.
type lease struct {
	Units
	// Until is when others may take over.
	Until time.Time `json:"until"`
	// As is the number by which the owner's records name this counter.
	As uint32 `json:"as"`
	// From is the number of the owner's last record before those of this lease; Through that of the last one whose settlement is
	// in the document.
	From    uint64 `json:"from"`
	Through uint64 `json:"through"`
	// Write tells the owner's own writes apart.
	Write uint64 `json:"write"`
}

// used returns all that is not free for a new lease.
func (d *document) used() Units {
	sum := d.Spent.plus(d.Unknown)
	for _, l := range d.Leases {
		sum = sum.plus(l.Units)
	}
	return sum
}

// others returns the units that other owners hold.
func (d *document) others(owner string) (sum Units) {
	for name, l := range d.Leases {
		if name != owner {
			sum = sum.plus(l.Units)
		}
	}
	return sum
}

func decodeDocument(key string, data []byte) (document, error) {
	var d document
	if len(data) == 0 {
		return d, nil
	}
	if err := json.Unmarshal(data, &d); err != nil {
		return d, fmt.Errorf("another version wrote the counter %s; it is not changed: %w", key, err)
	}
	return d, nil
}
