package idcard

import (
	"errors"
	"time"

	"github.com/ocrmux/ocrmux/engine/abi"
)

// State is the outcome of a check. As text it is "pass", "fail" or "not_checked".
type State = abi.CheckState

// States of a check.
const (
	Pass       = abi.CheckStatePass
	Fail       = abi.CheckStateFail
	NotChecked = abi.CheckStateNotChecked // a field it needs is absent, or has no value
)

// The checks.
const (
	// CheckIDNumberChecksum: the number's last character is the check digit of the others. Not for numbers of 15 digits.
	CheckIDNumberChecksum = "id_number_checksum"
	// CheckBirthDateMatchesNumber: the birth date is the one in the number.
	CheckBirthDateMatchesNumber = "birth_date_matches_number"
	// CheckSexMatchesNumber: the sex is the one in the number.
	CheckSexMatchesNumber = "sex_matches_number"
	// CheckRegionKnown: the number begins with a region code that is or was in force.
	CheckRegionKnown = "region_known"
	// CheckValiditySpan: the card is valid for as long as the law lays down for the holder's age on the day of issue, or, when
	// no birth date is known, for one of the terms that the law has.
	CheckValiditySpan = "validity_span"
	// CheckExpired: pass means that the card has not expired, fail that its last day is over.
	CheckExpired = "expired"
)

// CheckNames returns the names of all checks in the order in which a reader wants them.
func CheckNames() []string {
	return []string{
		CheckIDNumberChecksum, CheckBirthDateMatchesNumber, CheckSexMatchesNumber, CheckRegionKnown,
		CheckValiditySpan, CheckExpired,
	}
}

// Checks has the state of every check by name.
type Checks map[string]State

// Check compares the fields of a card, as [Normalize] gives them, with each other and with the day that it is in China (UTC+8)
// at an instant. The zero instant leaves [CheckExpired] unchecked. A check looks at values only, never at text.
func Check(fields map[string]Field, at time.Time) Checks {
	checks := make(Checks, 6)
	for _, name := range CheckNames() {
		checks[name] = NotChecked
	}
	number, known := checkNumber(checks, fields)
	birth, birthKnown := parseISO(fields[FieldBirthDate].Value)
	if !birthKnown && known && number.Birth.IsValid() {
		birth = number.Birth
	}
	checkValidity(checks, fields, birth, at)
	return checks
}

// checkNumber makes the checks that look into the number, and returns it when it has the form of one.
func checkNumber(checks Checks, fields map[string]Field) (Number, bool) {
	number, err := ParseNumber(fields[FieldIDNumber].Value)
	if err != nil {
		var problem *NumberError
		if !errors.As(err, &problem) || problem.Problem == NumberLength || problem.Problem == NumberCharacter {
			return Number{}, false
		}
	}
	if value := fields[FieldIDNumber].Value; !number.FifteenDigits {
		checks[CheckIDNumberChecksum] = passIf(checkDigit(value) == value[numberLength-1])
	}
	if birth, ok := parseISO(fields[FieldBirthDate].Value); ok {
		checks[CheckBirthDateMatchesNumber] = passIf(birth == number.Birth)
	}
	if sex := fields[FieldSex].Value; sex == Male || sex == Female {
		checks[CheckSexMatchesNumber] = passIf(sex == number.Sex)
	}
	_, regionKnown := LookupRegion(number.Region)
	checks[CheckRegionKnown] = passIf(regionKnown)
	return number, true
}

// checkValidity makes the checks of the emblem side. The zero birth date is an unknown one.
func checkValidity(checks Checks, fields map[string]Field, birth Date, at time.Time) {
	untilField := fields[FieldValidUntil]
	until, untilKnown := parseISO(untilField.Value)
	if !untilKnown && !untilField.LongTerm {
		return
	}
	if !at.IsZero() {
		checks[CheckExpired] = passIf(untilField.LongTerm || !until.Before(chinaToday(at)))
	}
	if from, ok := parseISO(fields[FieldValidFrom].Value); ok {
		checks[CheckValiditySpan] = passIf(lawful(birth, from, until, untilField.LongTerm))
	}
}

func passIf(ok bool) State {
	if ok {
		return Pass
	}
	return Fail
}
