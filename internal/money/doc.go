// Package money keeps what calls cost: prices, the packages they are bought in, budgets, and a ledger of every attempt.
//
// A [Tariff] says what the next call of an account costs and why. A [Book] holds the budgets and the counters of the packages over
// a store.Store: [Book.Reserve] takes a call's price from everything that it concerns, all or nothing, before the vendor is
// asked, and [Reservation.Settle] keeps it or gives it back when the answer is there.
//
// # Why nothing is overspent
//
// The shared truth of a counter is one document of the store, changed by compare-and-set: what was spent, what may have been billed
// (unknown), and the leases of the programs that use it. A Book spends only what its lease holds, in memory; it takes leases in
// blocks, about a 64th of what is left, and exactly what is asked for near the end. Spent, unknown and leased units together never
// exceed the limit, so no number of programs can.
//
// # Why nothing is forgotten
//
// Before a vendor is asked for money, the ledger has the intent ([Reservation.Wait]). A lease has an end; a program that could not
// renew it in time stops using it, and whoever meets it afterwards reads the ledger of that program: settled attempts
// are spent, attempts without an end are unknown, the rest is free again. This takes place in one compare-and-set, so exactly once.
// What an attempt of a lost lease turns out to have cost later is in the ledger, and stays unknown in the budget.
package money
