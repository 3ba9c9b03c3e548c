package money

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
	"github.com/ocrmux/ocrmux/engine/store"
)

// record of the ledger is the intent of an attempt or its settlement. A settlement repeats the intent, so that it is complete even
// if the ledger has forgotten the intent.
type record struct {
	// Number counts the records of an owner.
	Number uint64 `json:"n"`
	// Of is the number of the intent; in an intent it equals Number.
	Of uint64 `json:"of"`
	// At is when the attempt was reserved, in milliseconds since 1970.
	At       int64  `json:"at"`
	Provider string `json:"provider,omitempty"`
	Route    string `json:"route,omitempty"`
	Tenant   string `json:"tenant,omitempty"`
	// Attempt counts the attempts of a call from 0.
	Attempt int `json:"try,omitempty"`
	// Price in millionths.
	Price int64  `json:"price,omitempty"`
	Pack  string `json:"package,omitempty"`
	// On are the counters that pay, by the numbers in their leases.
	On []uint32 `json:"on,omitempty"`

	// Settled is set in a settlement. Only a settlement has the fields below.
	Settled bool `json:"settled,omitempty"`
	// Was is set if an earlier settlement, of a reservation that expired, said unknown.
	Was     bool            `json:"was_unknown,omitempty"`
	Billed  abi.Billed      `json:"billed,omitempty"`
	Took    int64           `json:"took_us,omitempty"`
	Failure abi.FailureKind `json:"failure,omitempty"`
	Request string          `json:"request,omitempty"`
}

// append writes the record as JSON, about four times as fast as encoding/json.
func (r *record) append(b []byte) []byte {
	b = strconv.AppendUint(append(b, `{"n":`...), r.Number, 10)
	b = strconv.AppendUint(append(b, `,"of":`...), r.Of, 10)
	b = strconv.AppendInt(append(b, `,"at":`...), r.At, 10)
	b = appendText(b, `,"provider":`, r.Provider)
	b = appendText(b, `,"route":`, r.Route)
	b = appendText(b, `,"tenant":`, r.Tenant)
	b = appendNumber(b, `,"try":`, int64(r.Attempt))
	b = appendNumber(b, `,"price":`, r.Price)
	b = appendText(b, `,"package":`, r.Pack)
	for i, on := range r.On {
		if i == 0 {
			b = append(b, `,"on":[`...)
		} else {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, uint64(on), 10)
	}
	if len(r.On) > 0 {
		b = append(b, ']')
	}
	if r.Settled {
		b = append(b, `,"settled":true`...)
	}
	if r.Was {
		b = append(b, `,"was_unknown":true`...)
	}
	if r.Billed != abi.BilledUnknown {
		b = appendText(b, `,"billed":`, r.Billed.String())
	}
	b = appendNumber(b, `,"took_us":`, r.Took)
	if r.Failure != 0 {
		b = appendText(b, `,"failure":`, r.Failure.String())
	}
	b = appendText(b, `,"request":`, r.Request)
	return append(b, '}')
}

func appendNumber(b []byte, name string, n int64) []byte {
	if n == 0 {
		return b
	}
	return strconv.AppendInt(append(b, name...), n, 10)
}

func appendText(b []byte, name, text string) []byte {
	if text == "" {
		return b
	}
	b = append(b, name...)
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(text) // a string can always be marshalled
			return append(b, quoted...)
		}
	}
	b = append(append(b, '"'), text...)
	return append(b, '"')
}

func decodeRecord(data []byte) (record, error) {
	var r record
	if err := json.Unmarshal(data, &r); err != nil {
		return r, fmt.Errorf("another version wrote a record of the ledger: %w", err)
	}
	return r, nil
}

func (r *record) units() Units { return Units{Amount(r.Price), 1} }

func (r *record) time() time.Time { return time.UnixMilli(r.At) }

// chapterBits is the size of a topic of the ledger: 2^chapterBits records of an owner. So the last records can be read without the
// older ones.
const chapterBits = 12

// ledgerRoot is the first segment of the ledger's topics.
const ledgerRoot = "attempts"

func topic(currency Currency, owner string, chapter uint64) string {
	return key(ledgerRoot, string(currency), segment(owner), strconv.FormatUint(chapter, 10))
}

// isOurs reports whether a topic has attempts of a currency.
func isOurs(topic string, currency Currency) bool {
	return store.Under(topic, key(ledgerRoot, string(currency)))
}
