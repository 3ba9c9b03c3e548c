package main

// Windows has no time zone database, and money.time_zone names a zone of it.
import _ "time/tzdata"
