package idcard_test

import (
	"fmt"
	"time"

	"github.com/ocrmux/ocrmux/engine/idcard"
)

// The holder is invented.
func Example() {
	fields := idcard.Normalize(map[string]string{
		idcard.FieldSex:       "女",
		idcard.FieldEthnicity: "汉族",
		idcard.FieldBirthDate: "1970年6月1日",
		idcard.FieldIDNumber:  "330106197006012320",
		idcard.FieldValidity:  "2019.08.06-长期",
	})
	for _, name := range idcard.FieldNames() {
		if f := fields[name]; f.LongTerm {
			fmt.Println(name, "(long-term)")
		} else if f.Value != "" {
			fmt.Println(name, f.Value)
		}
	}
	checks := idcard.Check(fields, time.Date(2026, time.June, 15, 0, 0, 0, 0, time.UTC))
	for _, name := range idcard.CheckNames() {
		fmt.Println(name, checks[name])
	}
	// Output:
	// sex female
	// ethnicity 汉
	// birth_date 1970-06-01
	// id_number 330106197006012320
	// valid_from 2019-08-06
	// valid_until (long-term)
	// id_number_checksum pass
	// birth_date_matches_number pass
	// sex_matches_number pass
	// region_known pass
	// validity_span pass
	// expired pass
}
